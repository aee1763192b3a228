import { hash } from 'node:crypto'
import { governance } from '@torusmesh/consensus'
import {
  Domain,
  Env,
  type SignatureSuite,
  SuiteId,
  signingContext,
  suiteOf
} from '@torusmesh/protocol'
import { generateKeyPair, nativeSuites } from '@torusmesh/protocol/native'
import { cpuSeconds } from './consensus-cpu.ts'
import type { Row } from './row.ts'

const BALLOTS = 1_000_000
/** Events under one signature, as the ledger batches them. */
const BATCH = 1_024
/** Signatures that are verified one by one; the rest is reckoned. */
const SINGLE = 2_000
const SLOTS = 72
const CONTEXT: Uint8Array = signingContext(Domain.governance, Env.dev)

const digest = new Uint8Array(32)
const digestBuffer: Buffer = Buffer.from(digest.buffer)

/** One buffer again and again: what is kept of it is copied by its taker. */
const sha256: governance.Sha256 = bytes => {
  digestBuffer.write(hash('sha256', bytes, 'binary'), 'latin1')
  return digest
}

/** A vote of a million members, all of whom voted once. */
function makeBundle(): governance.ResultBundle {
  const rows = Array.from({ length: BALLOTS }, (_, at): governance.MemberWeight => {
    const points = at % 100
    const parts = { uptime: points, attestations: points, signals: 10, participation: points }
    const total = 3 * points + 10 + 50
    return {
      member: `m${String(at).padStart(7, '0')}`,
      ...parts,
      contributions: 0,
      certification: 50,
      total
    }
  })
  const snapshot = new governance.WeightSnapshot(1, 1, rows, sha256)
  const tally = new governance.Tally(snapshot)
  for (const [at, { member }] of snapshot.rows.entries()) {
    tally.cast(member, 0, at % 3 === 0 ? governance.Choice.deny : governance.Choice.approve)
  }
  return governance.certify({
    proposal: hash('sha256', 'proposal', 'hex'),
    type: 'parameter',
    policy: governance.defaultPolicy,
    snapshot,
    tally,
    heardAt: () => SLOTS,
    slots: SLOTS,
    sha256
  })
}

interface Signed {
  readonly suite: SignatureSuite
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

const leafOf = ({ voter, ballots }: governance.VoteRecord): string => `ballot ${voter} ${ballots}`

/** The signature of each batch of ballots, over the root of its events. */
function signBatches(votes: readonly governance.VoteRecord[], keys: Signed): Uint8Array[] {
  return batchesOf(votes).map(batch => keys.suite.sign(keys.secretKey, rootOf(batch), CONTEXT))
}

/** Verifies every batch; answers what a voter has signed from what was in them. */
function checkBatches(
  votes: readonly governance.VoteRecord[],
  signatures: readonly Uint8Array[],
  { suite, publicKey }: Signed
): governance.BallotCheck {
  const signed = new Map<string, number>()
  for (const [at, batch] of batchesOf(votes).entries()) {
    const isValid = suite.verify(publicKey, rootOf(batch), signatures[at]!, CONTEXT)
    if (!isValid) throw new Error(`batch ${at} isn't signed`)
    for (const { voter, ballots } of batch) signed.set(voter, ballots)
  }
  return (voter, revision, choice) =>
    (((signed.get(voter) ?? 0) >> (3 * revision + choice)) & 1) === 1
}

function batchesOf(votes: readonly governance.VoteRecord[]): governance.VoteRecord[][] {
  const count = Math.ceil(votes.length / BATCH)
  return Array.from({ length: count }, (_, at) => votes.slice(at * BATCH, (at + 1) * BATCH))
}

function rootOf(batch: readonly governance.VoteRecord[]): Uint8Array {
  return Buffer.from(new governance.MerkleTree(batch.map(leafOf), sha256).root, 'hex')
}

/**
 * A million ballots counted again from their bundle. Batched: a ballot is an event of the ledger, and
 * one ML-DSA-44 signature stands for 1,024 of them. Single: each has its own; that is reckoned.
 */
export async function retallyRows(): Promise<Row[]> {
  const suite = suiteOf((await nativeSuites()).suites, SuiteId.mlDsa44)
  const keys: Signed = { suite, ...(await generateKeyPair(SuiteId.mlDsa44)) }
  const bundle = makeBundle()
  const { votes } = bundle
  const signatures = signBatches(votes, keys)
  let isSigned: governance.BallotCheck = () => false
  const counting = (): void => {
    const fault = governance.retally(bundle, sha256, isSigned)
    if (fault !== undefined) throw new Error(`the result is refused: ${JSON.stringify(fault)}`)
  }
  const checkS = cpuSeconds(() => {
    isSigned = checkBatches(votes, signatures, keys)
  })
  const countS = cpuSeconds(counting)
  const [signature] = signatures
  const root = rootOf(votes.slice(0, BATCH))
  const singleS = cpuSeconds(() => {
    for (let at = 0; at < SINGLE; at++) suite.verify(keys.publicKey, root, signature!, CONTEXT)
  })
  const goal = { peer: 'goal 10 s a core', ratio: (checkS + countS) / 10 }
  return [
    { name: '1 M ballots re-tallied, roots and sums', value: countS, unit: 's CPU' },
    { name: '1 M ballots, batch signatures verified', value: checkS, unit: 's CPU' },
    {
      name: '1 M ballots re-tallied, signatures batched',
      value: checkS + countS,
      unit: 's CPU',
      ...goal
    },
    {
      name: '1 M ballots re-tallied, a signature each (reckoned)',
      value: countS + (singleS * BALLOTS) / SINGLE,
      unit: 's CPU'
    }
  ]
}
