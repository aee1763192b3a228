import { VaultError, type VaultErrorCode } from '../errors.ts'
import { type Statement, VOTE_KINDS, type VoteKind } from '../signable.ts'
import type { Client } from '../state/entries.ts'
import { COUNTER_FILE } from '../store/counter.ts'
import { JOURNAL_FILE } from '../store/journal.ts'
import { load } from '../store/load.ts'
import { initVault } from '../store/maintenance.ts'
import { Vault } from '../vault.ts'
import { Draw } from './draw.ts'
import { type Fate, FaultyDisk, type Files } from './faulty-disk.ts'
import { mockKeys } from './mock-keys.ts'

/** A vote that left the vault. */
export interface ReleasedVote {
  readonly epochId: string
  readonly view: number
  readonly kind: VoteKind
  readonly digest: string
  readonly signature: string
}

/** What trials came to. */
export interface TrialReport {
  trials: number
  /** Votes that left the vault. */
  released: number
  /** Requests refused because they would contradict one of them. */
  refused: number
  /** Failed writes, and the times a process or a machine died. */
  failures: number
  deaths: number
  /** Times the file, or the file and its counter, was replaced by an older copy, and times that was seen. */
  rollbacks: number
  detected: number
  /** Pairs of votes that left the vault and convict; vote requests answered with two signatures. */
  conflicts: number
  unequal: number
}

/** Whether two votes of one validator, one epoch and one view convict it. */
export type Convicts = (a: ReleasedVote, b: ReleasedVote) => boolean

/** The evidence rules about two votes: E0, E1, E3 two of a kind, E2 and E5 beside a finalization. */
export const convicts: Convicts = (a, b) => {
  if (a.epochId !== b.epochId || a.view !== b.view) return false
  if (a.kind === b.kind) return a.digest !== b.digest
  const [other, final] = a.kind === 'finalize' ? [b, a] : [a, b]
  if (final.kind !== 'finalize') return false
  return other.kind === 'nullify' || (other.kind === 'notarize' && other.digest !== final.digest)
}

const KEY = 'vote'
const PASSPHRASE = 'a passphrase'
/** The cheapest Argon2id there is: the trials are about files. */
const COST = { memoryKib: 8, passes: 1, lanes: 1 } as const
const STEPS = 10
const FAULT_PERCENT = 6
const ADMIN: Client = {
  name: 'admin',
  tokenHash: new Uint8Array(32),
  rights: ['admin'],
  grants: []
}
const VOTER: Client = {
  ...ADMIN,
  name: 'voter',
  grants: [{ key: KEY, purposes: ['consensus-vote'] }]
}
const KINDS: readonly VoteKind[] = Object.values(VOTE_KINDS)
/** What a vault may say to a vote while disks fail and files are older than they should be. */
const EXPECTED: ReadonlySet<VaultErrorCode> = new Set([
  'VAULT_LOCKED',
  'VAULT_ROLLED_BACK',
  'VAULT_DAMAGED',
  'DISK_FAILED',
  'KEY_RETIRED',
  'VOTE_CONFLICT',
  'VOTE_TOO_OLD'
])

/**
 * Runs trials of one validator's vault: votes are asked for, many of them contradicting each other,
 * while writes fail, the process is killed, the power goes and files are replaced by older copies.
 * Deterministic but for nonces, which decide nothing.
 *
 * @param firstSeed - of the first trial; the next ones follow
 * @throws Error with the seed when a vault says something unexpected
 */
export async function runTrials(
  firstSeed: number,
  count: number,
  convicts: Convicts
): Promise<TrialReport> {
  const report: TrialReport = {
    ...{ trials: 0, released: 0, refused: 0, failures: 0, deaths: 0 },
    ...{ rollbacks: 0, detected: 0, conflicts: 0, unequal: 0 }
  }
  const files = await freshVault()
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    await new Trial(seed, files, report, convicts).run().catch(error => {
      throw new Error(`trial with seed ${seed}: ${(error as Error).message}`, { cause: error })
    })
    report.trials++
  }
  return report
}

async function freshVault(): Promise<Files> {
  const disk = new FaultyDisk(new Draw(0), () => 'works')
  await initVault(disk, Buffer.from(PASSPHRASE), { cost: COST })
  const vault = await Vault.open({ disk, keys: mockKeys(), nowMs: () => 0 })
  await vault.unlock(Buffer.from(PASSPHRASE))
  await vault.createKey(ADMIN, { id: KEY, suite: 'ml-dsa-44', purposes: ['consensus-vote'] })
  await vault.lock()
  return disk.files()
}

class Trial {
  readonly #draw: Draw
  readonly #disk: FaultyDisk
  readonly #report: TrialReport
  readonly #convicts: Convicts
  readonly #released = new Map<string, ReleasedVote[]>()
  readonly #copies: Files[] = []
  #vault: Vault | undefined
  #nowMs = 0
  /** Of the last answer: what the ledger would remember. */
  #anchor = 0
  #isFaulty = false

  constructor(seed: number, files: Files, report: TrialReport, convicts: Convicts) {
    this.#draw = new Draw(seed)
    this.#disk = new FaultyDisk(this.#draw, () => this.#fate(), files)
    this.#report = report
    this.#convicts = convicts
  }

  async run(): Promise<void> {
    for (let step = 0; step < STEPS; step++) {
      this.#nowMs += 2_000
      if (this.#vault === undefined) await this.#open()
      this.#isFaulty = true
      const votes = Array.from({ length: 1 + this.#draw.below(4) }, () => this.#ask())
      await Promise.all(votes)
      this.#isFaulty = false
      if (this.#disk.isDead || this.#draw.chance(15)) await this.#die()
      else if (this.#draw.chance(25)) {
        this.#copies.push(this.#disk.files())
      }
    }
    await this.#vault?.lock()
  }

  #fate(): Fate {
    if (!this.#isFaulty || !this.#draw.chance(FAULT_PERCENT)) return 'works'
    const fate = this.#draw.chance(50) ? 'fails' : 'dies'
    this.#report.failures++
    return fate
  }

  async #ask(): Promise<void> {
    const digest = Buffer.alloc(32, 1 + this.#draw.below(2))
    const kind = this.#draw.pick(KINDS)
    const vote = {
      ...({ type: 'vote', env: 0, kind, view: 1 + this.#draw.below(2) } as const),
      epochId: Buffer.alloc(32, 7 + this.#draw.below(2)),
      digest: kind === 'nullify' ? Buffer.alloc(32) : digest
    }
    try {
      const { signature, sequence } = await this.#vault!.sign(VOTER, KEY, vote)
      this.#anchor = Math.max(this.#anchor, sequence)
      this.#check(vote, signature)
    } catch (error) {
      if (!(error instanceof VaultError && EXPECTED.has(error.code))) throw error
      if (error.code === 'VOTE_CONFLICT') this.#report.refused++
    }
  }

  #check(vote: Extract<Statement, { type: 'vote' }>, given: Uint8Array): void {
    const [epochId, digest, signature] = [vote.epochId, vote.digest, given].map(hexOf)
    const { view, kind } = vote
    const released: ReleasedVote = {
      epochId: epochId!,
      view,
      kind,
      digest: digest!,
      signature: signature!
    }
    this.#report.released++
    const place = `${epochId}/${view}`
    const others = this.#released.get(place) ?? []
    for (const other of others) {
      if (this.#convicts(other, released)) this.#report.conflicts++
      const isSame = other.kind === kind && other.digest === digest
      if (isSame && other.signature !== signature) this.#report.unequal++
    }
    this.#released.set(place, [...others, released])
  }

  /** The process is killed or the power goes; sometimes the files are older when it comes back. */
  async #die(): Promise<void> {
    this.#report.deaths++
    const gone = this.#vault
    this.#vault = undefined
    // What the dead process still does reaches nobody; its memory is given back.
    this.#disk.kill()
    await gone?.lock()
    this.#disk.revive(this.#draw.chance(50))
  }

  async #open(): Promise<void> {
    const now = this.#disk.files()
    const hasCopy = this.#copies.length > 0 && this.#draw.chance(30)
    const copy = hasCopy ? this.#draw.pick(this.#copies) : undefined
    const isWhole = this.#draw.chance(50)
    if (copy !== undefined) {
      this.#disk.rollBack(copy, isWhole ? [JOURNAL_FILE, COUNTER_FILE] : [JOURNAL_FILE])
    }
    const { head } = await load(this.#disk, JOURNAL_FILE, undefined)
    const isOlder = head.sequence < this.#anchor
    if (isOlder) this.#report.rollbacks++
    // Without an anchor nobody can tell a whole folder's older copy; so then there is one.
    const anchor = isWhole ? { sequence: this.#anchor } : undefined
    const code = await this.#unlock({ anchor })
    if (code === undefined) return
    if (code !== 'VAULT_ROLLED_BACK' && code !== 'VAULT_DAMAGED') throw new Error(`said ${code}`)
    if (copy === undefined) throw new Error(`${code} though nothing was replaced`)
    if (isOlder) this.#report.detected++
    if (code === 'VAULT_ROLLED_BACK' && this.#draw.chance(30)) {
      const again = await this.#unlock({ anchor, acceptRollback: true })
      if (again !== undefined) throw new Error(`said ${again} to an accepted rollback`)
      return
    }
    this.#disk.rollBack(now, [JOURNAL_FILE, COUNTER_FILE])
    const again = await this.#unlock({ anchor })
    if (again !== undefined) throw new Error(`said ${again} to its own file`)
  }

  async #unlock(options: Parameters<Vault['unlock']>[1]): Promise<VaultErrorCode | undefined> {
    try {
      const ports = { disk: this.#disk, keys: mockKeys(), nowMs: () => this.#nowMs }
      const vault = await Vault.open(ports)
      await vault.unlock(Buffer.from(PASSPHRASE), options)
      this.#vault = vault
      return undefined
    } catch (error) {
      if (error instanceof VaultError) return error.code
      throw error
    }
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
