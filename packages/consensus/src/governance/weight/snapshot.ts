import { isName } from '../checks.ts'
import type { Digest, Sha256 } from '../digest.ts'
import { GovernanceError } from '../errors.ts'
import { ELECTORS_MAX } from '../limits.ts'
import { type InclusionProof, MerkleTree, verifyInclusion } from '../merkle.ts'
import type { Level, Policy, WeightRules } from '../policy/policy.ts'
import { type Assessment, assess, type Component, components } from './assess.ts'
import type { WeightEvent } from './events.ts'

/** A member's weight: six components, and the total that counts, at most their sum. */
export type MemberWeight = Readonly<Record<Component, number>> & {
  readonly member: string
  readonly total: number
}

/** The leaf of a member in the tree of an epoch's weights. */
export function weightLeaf(epoch: number, row: MemberWeight): string {
  const parts = components.map(component => row[component])
  return JSON.stringify(['weight', epoch, row.member, ...parts, row.total])
}

/** All weights of an epoch, sorted by member, with the Merkle root that a proposal pins. */
export class WeightSnapshot {
  readonly epoch: number
  readonly policyVersion: number
  readonly rows: readonly MemberWeight[]
  readonly total: number
  readonly #tree: MerkleTree
  readonly #places = new Map<string, number>()

  /** @throws {GovernanceError} `bad-rows` */
  constructor(epoch: number, policyVersion: number, rows: readonly MemberWeight[], sha256: Sha256) {
    const names = new Set(rows.map(({ member }) => member))
    if (names.size > ELECTORS_MAX || names.size < rows.length || !names.values().every(isName)) {
      throw new GovernanceError(
        'bad-rows',
        `give each of ${ELECTORS_MAX} members at most one row, with ids of 64 characters at most`
      )
    }
    this.epoch = epoch
    this.policyVersion = policyVersion
    this.rows = rows.toSorted((a, b) => (a.member < b.member ? -1 : 1))
    this.total = rows.reduce((sum, { total }) => sum + total, 0)
    this.#tree = new MerkleTree(
      this.rows.map(row => weightLeaf(epoch, row)),
      sha256
    )
    for (const [place, { member }] of this.rows.entries()) this.#places.set(member, place)
  }

  get root(): Digest {
    return this.#tree.root
  }

  /** A member's place in `rows`. */
  placeOf(member: string): number | undefined {
    return this.#places.get(member)
  }

  rowOf(member: string): MemberWeight | undefined {
    return this.rows[this.#places.get(member) ?? -1]
  }

  /** That the member has this weight in this epoch. */
  prove(member: string): InclusionProof | undefined {
    return this.#tree.prove(this.#places.get(member) ?? -1)
  }
}

/** Whether `row` is in the snapshot with `root`. */
export function verifyWeight(
  epoch: number,
  row: MemberWeight,
  proof: InclusionProof,
  root: Digest,
  sha256: Sha256
): boolean {
  return verifyInclusion(weightLeaf(epoch, row), proof, root, sha256)
}

/**
 * Weights at the end of `epoch`: a function of ledger events, the policy, and the weights before.
 *
 * @param previous - the snapshot of the epoch before; none at the first
 * @throws {GovernanceError} `too-large`, `bad-rows`, `events-unordered`
 */
export function weigh(
  events: readonly WeightEvent[],
  epoch: number,
  policy: Policy,
  previous: WeightSnapshot | undefined,
  sha256: Sha256
): WeightSnapshot {
  const before = (member: string): number => previous?.rowOf(member)?.total ?? 0
  const assessments = assess(events, epoch, policy.weight, before)
  const rows = [...assessments].map(([member, assessment]) =>
    toRow(member, assessment, before(member), policy.weight)
  )
  return new WeightSnapshot(epoch, policy.version, rows, sha256)
}

/** The row of one member: what it was assessed at, its total bounded by growth. */
export function toRow(
  member: string,
  assessment: Assessment,
  before: number,
  rules: WeightRules
): MemberWeight {
  const { uptime, attestations, signals, participation, contributions, certification } = assessment
  const row = {
    uptime: uptime.points,
    attestations: attestations.points,
    signals: signals.points,
    participation: participation.points,
    contributions: contributions.points,
    certification: certification.points
  }
  const sum = components.reduce((points, component) => points + row[component], 0)
  return { member, ...row, total: Math.min(sum, before + rules.growthPerEpoch) }
}

/** What a member with this weight may do. A member without weight is passive. */
export function levelOf(row: MemberWeight, rules: WeightRules): Level {
  if (row.total === 0) return 1
  if (row.contributions >= rules.contributingPoints) return 3
  return row.attestations + row.signals + row.contributions >= rules.activeWork ? 2 : 1
}
