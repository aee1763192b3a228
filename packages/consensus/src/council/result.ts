import { bytesToHex, type Env, memberId } from '@torusmesh/protocol'
import type { Outcome } from '../certificate/certificate.ts'
import {
  checkPolicy,
  ProposalType,
  type ResultBundle,
  type ResultCertificate,
  type RetallyFault,
  retally
} from '../governance/index.ts'
import { openStatement } from './statement.ts'
import type { CouncilPorts } from './terms.ts'

/** A vote's result with all that it takes to count it again: nothing in it is trusted. */
export interface ResultProof {
  readonly network: string
  readonly env: Env
  readonly bundle: ResultBundle
  /** The ballots as they were signed, by voter. */
  readonly ballots: readonly {
    /** ML-DSA-65; the voter's id is its hash. */
    readonly key: Uint8Array
    readonly envelopes: readonly Uint8Array[]
  }[]
}

/** Why a result isn't what it says; `at` names the member where there is one. */
export type ResultFault = RetallyFault['fault'] | 'malformed'

/** Counts a vote again, ballot by ballot, each under the key that its voter's name is the hash of. */
export function checkResult(
  proof: ResultProof,
  ports: CouncilPorts
): Outcome<ResultCertificate, ResultFault> & { readonly at?: string } {
  const { bundle, ballots, network, env } = proof
  if (!isBundle(bundle)) return { ok: false, fault: 'malformed' }
  const { proposal } = bundle.certificate
  const signed = new Set<string>()
  for (const { key, envelopes } of ballots) {
    const voter = bytesToHex(memberId({ identity: key }))
    for (const envelope of envelopes) {
      const keyOf = (speaker: string): Uint8Array | undefined =>
        speaker === voter ? key : undefined
      const opened = openStatement(envelope, { network, env }, keyOf, ports)
      if (typeof opened === 'string' || opened.said.kind !== 'ballot') continue
      const { revision, choice } = opened.said
      if (opened.said.proposal === proposal) signed.add(`${voter} ${revision} ${choice}`)
    }
  }
  const fault = retally(bundle, ports.sha256, (voter, revision, choice) =>
    signed.has(`${voter} ${revision} ${choice}`)
  )
  return fault === undefined ? { ok: true, value: bundle.certificate } : { ok: false, ...fault }
}

/** Whether it has the form that counting relies on. */
function isBundle(bundle: unknown): bundle is ResultBundle {
  const { certificate, policy, weights, votes } = (bundle ?? {}) as Partial<ResultBundle>
  if (!isRecord(certificate) || !isRecord(policy)) return false
  if (checkPolicy(policy) !== undefined) return false
  const { proposal, tally, exclusions, type } = certificate
  return (
    typeof proposal === 'string' &&
    Object.values(ProposalType).includes(type) &&
    isRecord(tally) &&
    Object.values(tally).every(sum => Number.isSafeInteger(sum)) &&
    Array.isArray(exclusions) &&
    exclusions.every(isRecord) &&
    Array.isArray(weights) &&
    weights.every(row => isRecord(row) && typeof row['member'] === 'string') &&
    Array.isArray(votes) &&
    votes.every(vote => isRecord(vote) && typeof vote['voter'] === 'string')
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
