import type { Sha256 } from '../digest.ts'
import type { ResultBundle } from './certificate.ts'

// Stands alone on purpose: it shares types with the tally it checks, and no code.

const HASH_BYTES = 32
const encoder = new TextEncoder()

/** Whether the voter signed this ballot; the caller looks at the signed envelope. */
export type BallotCheck = (voter: string, revision: number, choice: number) => boolean

/** What a certificate is wrong about; `at` names the member where there is one. */
export interface RetallyFault {
  readonly fault:
    | 'policy'
    | 'weights'
    | 'ballots'
    | 'signature'
    | 'no-weight'
    | 'exclusions'
    | 'tally'
    | 'outcome'
  readonly at?: string
}

/**
 * Counts a vote again from its bundle: policy digest, both Merkle roots, every ballot's signature
 * (by `isSigned`), exclusions, sums and outcome. Returns the first fault, undefined if there is none.
 *
 * That the weight root is the one the proposal pinned, and `heard` what the ledger says, an auditor
 * compares with a ledger; everything else needs the bundle alone.
 */
export function retally(
  bundle: ResultBundle,
  sha256: Sha256,
  isSigned: BallotCheck
): RetallyFault | undefined {
  const { certificate, policy, weights, votes } = bundle
  const { proposal, epoch, slots } = certificate
  const policyText = encoder.encode(`torusmesh/v1/policy\n${sorted(policy)}`)
  if (certificate.policyVersion !== policy.version) return { fault: 'policy' }
  if (proposal.length !== 64 || !Number.isSafeInteger(epoch)) return { fault: 'ballots' }
  if (hex(sha256(policyText)) !== certificate.policyDigest) return { fault: 'policy' }

  const weightRoot = new Root(sha256)
  let total = 0
  let known = ''
  for (const row of weights) {
    const parts = [row.uptime, row.attestations, row.signals, row.participation, row.contributions]
    const sum = parts.reduce((points, part) => points + part, row.certification)
    const fair = parts.every(part => isPoints(part, 100)) && isPoints(row.certification, 50)
    // Short members, so that no leaf is cut off: two that differ must hash differently.
    const named = row.member > known && row.member.length <= 64
    if (!fair || !isPoints(row.total, sum) || !named) {
      return { fault: 'weights', at: row.member }
    }
    known = row.member
    total += row.total
    const leaf = ['weight', epoch, row.member, ...parts, row.certification, row.total]
    weightRoot.add(JSON.stringify(leaf))
  }
  if (weightRoot.end() !== certificate.weightRoot || weights.length !== certificate.electors) {
    return { fault: 'weights' }
  }
  if (total !== certificate.totalWeight) return { fault: 'weights' }

  const ballotRoot = new Root(sha256)
  const sums = [0, 0, 0]
  const excluded: string[] = []
  let place = 0
  known = ''
  for (const { voter, ballots, heard } of votes) {
    if (voter <= known || !isPoints(heard, slots)) return { fault: 'ballots', at: voter }
    known = voter
    while (place < weights.length && weights[place]!.member < voter) place++
    const row = weights[place]
    if (row?.member !== voter || row.total === 0) return { fault: 'no-weight', at: voter }
    const choice = read(ballots, voter, isSigned)
    if (choice === 'unsigned') return { fault: 'signature', at: voter }
    if (choice === 'malformed') return { fault: 'ballots', at: voter }
    ballotRoot.add(JSON.stringify(['vote', proposal, voter, ballots, heard]))
    const missed = slots - heard
    if (choice === 'void') excluded.push(`${voter} equivocated ${row.total}`)
    else if (missed * 100 > slots * policy.downPercent) excluded.push(`${voter} down ${row.total}`)
    else sums[choice]! += row.total
  }
  if (ballotRoot.end() !== certificate.ballotRoot || votes.length !== certificate.voters) {
    return { fault: 'ballots' }
  }
  return compare(bundle, sums, excluded, total)
}

function compare(
  { certificate, policy }: ResultBundle,
  sums: readonly number[],
  excluded: readonly string[],
  total: number
): RetallyFault | undefined {
  const claimed = certificate.exclusions.map(e => `${e.voter} ${e.reason} ${e.weight}`)
  if (claimed.join('\n') !== excluded.join('\n')) return { fault: 'exclusions' }
  const { approve, deny, abstain } = certificate.tally
  if (approve !== sums[0] || deny !== sums[1] || abstain !== sums[2]) return { fault: 'tally' }
  const { quorumPercent, thresholdPercent } = policy.types[certificate.type]
  const wide = BigInt(approve) * 100n
  const required = BigInt(quorumPercent) * BigInt(total)
  const quorate = total !== 0 && wide + BigInt(abstain) * 100n >= required
  const ahead = wide > BigInt(thresholdPercent) * BigInt(approve + deny)
  const passed = quorate && ahead && wide * 100n >= BigInt(thresholdPercent) * required
  const { quorate: saysQuorate, passed: saysPassed } = certificate
  return quorate === saysQuorate && passed === saysPassed ? undefined : { fault: 'outcome' }
}

/** The choice that counts of a voter's ballots: 0, 1, 2 of the last revision, or why none does. */
function read(
  ballots: number,
  voter: string,
  isSigned: BallotCheck
): 0 | 1 | 2 | 'void' | 'unsigned' | 'malformed' {
  if (!Number.isSafeInteger(ballots) || ballots < 1 || ballots >= 2 ** 30) return 'malformed'
  let counts: 0 | 1 | 2 = 0
  let isVoid = false
  let lastRevision = -1
  for (let bit = 0; bit < 30; bit++) {
    if (((ballots >> bit) & 1) === 0) continue
    const revision = Math.floor(bit / 3)
    const choice = (bit % 3) as 0 | 1 | 2
    if (!isSigned(voter, revision, choice)) return 'unsigned'
    if (revision === lastRevision) isVoid = true
    lastRevision = revision
    counts = choice
  }
  return isVoid ? 'void' : counts
}

function isPoints(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= most
}

/** Root of a growing RFC 6962 tree: one hash for each bit set in its size. */
class Root {
  readonly #sha256: Sha256
  readonly #edge: Uint8Array[] = []
  readonly #leaf = new Uint8Array(1_024)
  readonly #text: Uint8Array = this.#leaf.subarray(1)
  readonly #pair = new Uint8Array(1 + 2 * HASH_BYTES).fill(1, 0, 1)
  #size = 0

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  add(text: string): void {
    const { written } = encoder.encodeInto(text, this.#text)
    let hash = this.#sha256(this.#leaf.subarray(0, 1 + written))
    let height = 0
    for (let rest = this.#size++; rest % 2 === 1; rest = (rest - 1) / 2) {
      hash = this.#join(this.#edge[height++]!, hash)
    }
    const kept = this.#edge[height] ?? new Uint8Array(HASH_BYTES)
    kept.set(hash)
    this.#edge[height] = kept
  }

  end(): string {
    let hash: Uint8Array | undefined
    for (let height = 0, rest = this.#size; rest > 0; height++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) continue
      hash = hash === undefined ? this.#edge[height]! : this.#join(this.#edge[height]!, hash)
    }
    return hex(hash ?? this.#sha256(new Uint8Array(0)))
  }

  #join(left: Uint8Array, right: Uint8Array): Uint8Array {
    this.#pair.set(left, 1)
    this.#pair.set(right, 1 + HASH_BYTES)
    return this.#sha256(this.#pair)
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** JSON with sorted keys. */
function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${sorted(field)}`).join(',')}}`
}
