import { type Digest, digestOf, type Sha256 } from '../digest.ts'
import { type InclusionProof, MerkleTree, verifyInclusion } from '../merkle.ts'
import type { Policy, ProposalType } from '../policy/policy.ts'
import { wasDown } from '../weight/attendance.ts'
import type { MemberWeight, WeightSnapshot } from '../weight/snapshot.ts'
import { type BallotSet, verdictOf } from './ballot.ts'
import { decide, type TallySums } from './decide.ts'
import type { Tally } from './tally.ts'

/** All that was counted of one voter: its ballots, and the slots of the window it was heard in. */
export interface VoteRecord {
  readonly voter: string
  readonly ballots: BallotSet
  readonly heard: number
}

/** A vote that doesn't count, and why. */
export interface Exclusion {
  readonly voter: string
  readonly reason: 'equivocated' | 'down'
  readonly weight: number
}

/** The result of a vote, for anybody to count again. */
export interface ResultCertificate {
  readonly proposal: Digest
  readonly type: ProposalType
  readonly policyVersion: number
  readonly policyDigest: Digest
  readonly epoch: number
  readonly weightRoot: Digest
  readonly electors: number
  readonly totalWeight: number
  readonly ballotRoot: Digest
  readonly voters: number
  /** Heartbeat slots of the voting window. */
  readonly slots: number
  readonly tally: TallySums
  readonly exclusions: readonly Exclusion[]
  readonly quorate: boolean
  readonly passed: boolean
}

/** A certificate with what it takes to count again; weights and votes sorted by member. */
export interface ResultBundle {
  readonly certificate: ResultCertificate
  readonly policy: Policy
  readonly weights: readonly MemberWeight[]
  readonly votes: readonly VoteRecord[]
}

/** What a result is made from. */
export interface ResultInit {
  readonly proposal: Digest
  readonly type: ProposalType
  readonly policy: Policy
  readonly snapshot: WeightSnapshot
  readonly tally: Tally
  /** Slots of the voting window in which the voter at a place of the snapshot was heard. */
  readonly heardAt: (place: number) => number
  readonly slots: number
  readonly sha256: Sha256
}

/** The leaf of a voter in the tree of a proposal's ballots. */
export function voteLeaf(proposal: Digest, { voter, ballots, heard }: VoteRecord): string {
  return JSON.stringify(['vote', proposal, voter, ballots, heard])
}

/** The result of a counted vote: those who were down have been struck from its tally. */
export function certify(init: ResultInit): ResultBundle {
  const { proposal, type, policy, snapshot, tally, slots, sha256 } = init
  const votes: VoteRecord[] = []
  const exclusions: Exclusion[] = []
  for (const [place, { member: voter, total: weight }] of snapshot.rows.entries()) {
    const ballots = tally.ballotsAt(place)
    if (ballots === 0) continue
    const heard = init.heardAt(place)
    votes.push({ voter, ballots, heard })
    if (verdictOf(ballots) === 'equivocated') {
      exclusions.push({ voter, reason: 'equivocated', weight })
    } else if (wasDown(heard, slots, policy.downPercent)) {
      exclusions.push({ voter, reason: 'down', weight })
    }
  }
  const tree = voteTree(proposal, votes, sha256)
  const certificate: ResultCertificate = {
    proposal,
    type,
    policyVersion: policy.version,
    policyDigest: digestOf('policy', policy, sha256),
    epoch: snapshot.epoch,
    weightRoot: snapshot.root,
    electors: snapshot.rows.length,
    totalWeight: snapshot.total,
    ballotRoot: tree.root,
    voters: votes.length,
    slots,
    tally: tally.sums,
    exclusions,
    ...decide(tally.sums, snapshot.total, policy.types[type])
  }
  return { certificate, policy, weights: snapshot.rows, votes }
}

function voteTree(proposal: Digest, votes: readonly VoteRecord[], sha256: Sha256): MerkleTree {
  return new MerkleTree(
    votes.map(vote => voteLeaf(proposal, vote)),
    sha256
  )
}

/** A voter's receipt: what was counted of it, and that this is under the certificate's root. */
export interface VoteReceipt {
  readonly vote: VoteRecord
  readonly proof: InclusionProof
}

/** The receipts of `voters`, those without a ballot left out. Builds the tree once. */
export function receipts(
  bundle: ResultBundle,
  voters: readonly string[],
  sha256: Sha256
): VoteReceipt[] {
  const tree = voteTree(bundle.certificate.proposal, bundle.votes, sha256)
  const wanted = new Set(voters)
  return bundle.votes.flatMap((vote, at) =>
    wanted.has(vote.voter) ? [{ vote, proof: tree.prove(at)! }] : []
  )
}

/** Whether a receipt belongs to the certificate. */
export function verifyReceipt(
  { vote, proof }: VoteReceipt,
  certificate: ResultCertificate,
  sha256: Sha256
): boolean {
  const leaf = voteLeaf(certificate.proposal, vote)
  const { ballotRoot, voters } = certificate
  return proof.size === voters && verifyInclusion(leaf, proof, ballotRoot, sha256)
}
