import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { sha256 } from '@noble/hashes/sha2.js'
import {
  bytesToHex,
  checkGenesis,
  encodeGenesis,
  encodeInvite,
  LinkFrame,
  networkId,
  SuiteId,
  sealEnvelope,
  signEnrolment,
  signJoinRequest,
  signNodeRecord
} from '../src/index.ts'
import { seedOf } from './compliance/fixtures.ts'
import {
  attestorOf,
  CELLS,
  enrolmentInit,
  genesis,
  invite,
  memberKeys,
  NETWORK,
  peerSigner,
  recordInit,
  statement
} from './samples.ts'

const path = new URL('./vectors/golden.json', import.meta.url)
const golden: Record<string, string> = JSON.parse(readFileSync(path, 'utf8'))

const { mlDsa65, falcon512, mock } = SuiteId
const digest = (bytes: Uint8Array): string => `sha256:${bytesToHex(sha256(bytes))}`

/** Small things whole, those with post-quantum keys as digests. */
const made: Record<string, () => string | Promise<string>> = {
  envelope: async () => bytesToHex(await sealEnvelope(statement(), attestorOf(mock))),
  envelopeFalcon512: async () => digest(await sealEnvelope(statement(), attestorOf(falcon512))),
  envelopeMlDsa65: async () => digest(await sealEnvelope(statement(), attestorOf(mlDsa65))),
  nodeRecord: async () => bytesToHex(await record('mock', mock)),
  nodeRecordReal: async () => digest(await record('real', mlDsa65)),
  enrolment: async () =>
    bytesToHex((await signEnrolment(enrolmentInit('mock'), attestorOf(mock, 1))).enrolment),
  enrolmentSignatureReal: async () =>
    digest((await signEnrolment(enrolmentInit('real'), attestorOf(mlDsa65, 1))).signature),
  joinRequest: async () =>
    bytesToHex(
      await signJoinRequest(
        seedOf(16),
        memberKeys(0),
        { network: NETWORK, env: 0 },
        attestorOf(mock)
      )
    ),
  greeting: () =>
    bytesToHex(
      LinkFrame.encode({
        record: seedOf(32),
        datagrams: { port: 4_801, key: seedOf(16), tag: 0xffff_fffe }
      }).finish()
    ),
  datagramsHeard: () => bytesToHex(LinkFrame.encode({ datagramsHeard: true }).finish()),
  invite: () => encodeInvite(invite),
  genesis: () => bytesToHex(encodeGenesis(orderedGenesis())),
  networkId: () => networkId(orderedGenesis())
}

const record = (kind: 'real' | 'mock', suite: SuiteId): Promise<Uint8Array> =>
  signNodeRecord(recordInit(kind), {
    identity: attestorOf(suite),
    signPeer: peerSigner(0),
    cells: CELLS
  })

function orderedGenesis() {
  const result = checkGenesis(genesis())
  assert.ok(result.ok)
  return result.genesis
}

describe('golden bytes', () => {
  for (const [name, make] of Object.entries(made)) {
    it(`${name}: made today as before`, async () => {
      assert.equal(await make(), golden[name])
    })
  }

  it('are all checked', () => {
    assert.deepEqual(Object.keys(golden).sort(), Object.keys(made).sort())
  })
})
