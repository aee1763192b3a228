import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import {
  type Attestor,
  type EnrolmentInit,
  Env,
  type Genesis,
  HealthStatement,
  type Invite,
  inviteHash,
  type KeySet,
  memberId,
  type NodeRecordInit,
  type PeerSigner,
  portableSuites,
  type StatementInit,
  Subject,
  SuiteId,
  suiteAttestor,
  suiteOf
} from '../src/index.ts'
import { keysOf, seedOf } from './compliance/fixtures.ts'

export const NETWORK = 'demo-0123456789abcdef'
export const CELLS = 512
export const NOW_MS = 1_800_000_000_000

export const portable: ReturnType<typeof portableSuites> = portableSuites()

/** An attestor with the n-th test key of a suite. */
export const attestorOf = (suite: SuiteId, n = 0): Attestor =>
  suiteAttestor(suiteOf(portable, suite), keysOf(suite, n))

const peerKey = (n: number) =>
  createPrivateKey({
    key: Buffer.from(seedOf(32, n + 100)),
    format: 'raw-private',
    asymmetricKeyType: 'ed25519'
  })

/** The n-th member's keys: ML-DSA-65 and Falcon-512, or mock keys. */
export function memberKeys(n: number, kind: 'real' | 'mock' = 'mock'): KeySet {
  const [identity, report] =
    kind === 'real' ? [SuiteId.mlDsa65, SuiteId.falcon512] : [SuiteId.mock, SuiteId.mock]
  return {
    identity: keysOf(identity, n).publicKey,
    report: keysOf(report, n + (kind === 'real' ? 0 : 50)).publicKey,
    peer: new Uint8Array(createPublicKey(peerKey(n)).export({ format: 'raw-public' }))
  }
}

/** Signs as the n-th member's libp2p key. */
export const peerSigner =
  (n: number): PeerSigner =>
  message =>
    new Uint8Array(sign(null, message, peerKey(n)))

export const refutation: Uint8Array = HealthStatement.encode({
  refutation: { incarnation: 7 }
}).finish()

export const statement = (changes: Partial<StatementInit> = {}): StatementInit => ({
  network: NETWORK,
  env: Env.dev,
  subject: Subject.health,
  sender: memberId(memberKeys(0)),
  sequence: 1,
  issuedMs: NOW_MS - 1_000,
  expiresMs: NOW_MS + 60_000,
  payload: refutation,
  ...changes
})

export const recordInit = (
  kind: 'real' | 'mock',
  changes: Partial<NodeRecordInit> = {}
): NodeRecordInit => ({
  network: NETWORK,
  env: Env.dev,
  keys: memberKeys(0, kind),
  cell: 73,
  addresses: ['/ip4/192.0.2.1/tcp/4001'],
  sequence: 1,
  issuedMs: NOW_MS,
  expiresMs: NOW_MS + 3_600_000,
  ...changes
})

export const enrolmentInit = (
  kind: 'real' | 'mock',
  changes: Partial<EnrolmentInit> = {}
): EnrolmentInit => ({
  network: NETWORK,
  env: Env.dev,
  member: memberId(memberKeys(0, kind)),
  inviterKeys: memberKeys(1, kind),
  invite: inviteHash(seedOf(16)),
  draw: seedOf(32, 9),
  cells: CELLS,
  enrolledMs: NOW_MS,
  ...changes
})

export const invite: Invite = {
  network: NETWORK,
  env: Env.dev,
  peer: seedOf(32, 4),
  addresses: ['/ip4/192.0.2.1/tcp/4001', '/dns4/node.example.org/tcp/4001'],
  secret: seedOf(16),
  expiresMs: NOW_MS + 86_400_000
}

export const genesis = (changes: Partial<Genesis> = {}): Genesis => ({
  name: 'demo',
  env: Env.dev,
  sides: [2, 2, 2],
  createdMs: NOW_MS,
  founders: [0, 1, 2].map(n => ({
    keys: memberKeys(n),
    cell: n,
    addresses: [`/ip4/192.0.2.${n}/tcp/4001`]
  })),
  ...changes
})
