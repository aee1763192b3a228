import {
  type Attestor,
  bytesToHex,
  Env,
  type Genesis,
  type KeyPair,
  mockSuite,
  type SignatureSuite,
  SuiteId,
  suiteAttestor,
  suiteVerifier,
  type Verifier
} from '@torusmesh/protocol'
import { createTorus, type Torus } from '@torusmesh/torus'
import { indexFounders, memberOf } from '../../../src/overlay/admission.ts'
import { Directory, type HeldRecord, type Member } from '../../../src/overlay/directory.ts'

export const NETWORK = 'demo-0123456789abcdef'
export const NOW_MS = 1_800_000_000_000

/** A member whose keys are those of the mock suite. */
export interface Actor {
  readonly member: Member
  readonly reportKeys: KeyPair
  readonly attestor: Attestor
}

const seedOf = (n: number): Uint8Array => {
  const seed = new Uint8Array(32)
  new DataView(seed.buffer).setUint32(0, n + 1)
  return seed
}

export function actorAt(n: number, cell: number): Actor {
  const identity = mockSuite.keygen(seedOf(n))
  const reportKeys = mockSuite.keygen(seedOf(n + 10_000))
  const keys = {
    identity: identity.publicKey,
    report: reportKeys.publicKey,
    peer: seedOf(n + 20_000)
  }
  return {
    member: memberOf(keys, cell),
    reportKeys,
    attestor: suiteAttestor(mockSuite, reportKeys)
  }
}

export interface World {
  readonly torus: Torus
  readonly actors: readonly Actor[]
  readonly members: readonly Member[]
  readonly directory: Directory
}

/** Founders in the given cells, seen by the first of them. */
export function worldOf(sides: readonly number[], cells: readonly number[], self = 0): World {
  const torus = createTorus(sides)
  const actors = cells.map((cell, n) => actorAt(n, cell))
  const genesis: Genesis = {
    ...{ name: 'demo', env: Env.dev, sides, createdMs: NOW_MS },
    founders: actors.map(({ member: { keys, cell } }) => ({ keys, cell, addresses: [] }))
  }
  const founders = indexFounders(genesis, torus.cells)
  const members = actors.map(({ member }) => founders.byKey.get(member.key)!)
  const directory = new Directory(torus, founders, members[self]!, new Map())
  return { torus, actors, members, directory }
}

/** One founder in every cell. */
export const fullWorld = (sides: readonly number[]): World =>
  worldOf(
    sides,
    Array.from({ length: sides.reduce((cells, side) => cells * side, 1) }, (_, cell) => cell)
  )

export const mockVerifier: Verifier = suiteVerifier(
  new Map<SuiteId, SignatureSuite>([[SuiteId.mock, mockSuite]])
)

/** A record as the directory holds it, told apart by its bytes. */
export function heldRecord(of: Member, init: Partial<HeldRecord> = {}): HeldRecord {
  return {
    ...{ sequence: 1, addresses: [`/ip4/127.0.0.1/tcp/${1_000 + of.cell}`] },
    ...{ bytes: of.id, inviter: undefined },
    ...init
  }
}

export const keyOf = (bytes: Uint8Array): string => bytesToHex(bytes)
