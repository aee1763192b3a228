import { bytesToHex, compareBytes, equalBytes } from '../bytes.ts'
import { decodeMessage, type MessageRules } from '../decode/decode.ts'
import { areAddresses, isCount } from '../decode/rules.ts'
import { Domain, taggedHash } from '../domains.ts'
import { type Env, isEnv } from '../env.ts'
import {
  ADDRESS_MAX_BYTES,
  ADDRESSES_MAX,
  CELLS_MAX,
  DIMENSIONS_MAX,
  GENESIS_MAX_BYTES,
  GENESIS_MEMBERS_MAX,
  NETWORK_NAME_MAX_CHARS
} from '../limits.ts'
import { GenesisFile } from '../messages.ts'
import {
  identitySuite,
  type KeySet,
  keySetOf,
  memberId,
  PEER_KEY_BYTES,
  reportSuite
} from './member.ts'

/** A member named by the genesis file. */
export interface Founder {
  readonly keys: KeySet
  readonly cell: number
  /** Multiaddrs to reach it at, at most 8; may be empty. */
  readonly addresses: readonly string[]
}

/** What a mesh starts from. */
export interface Genesis {
  /** 1 to 24 characters of a-z, 0-9 and hyphens, the first no hyphen. */
  readonly name: string
  readonly env: Env
  /** Sides of the torus, each at least 2. */
  readonly sides: readonly number[]
  readonly createdMs: number
  /** Ascending by member id once encoded. */
  readonly founders: readonly Founder[]
}

export type GenesisResult =
  | { readonly ok: true; readonly genesis: Genesis }
  | {
      readonly ok: false
      readonly code: 'bad-genesis'
      /** What is wrong, where, and what would be right. */
      readonly message: string
    }

const refused = (message: string): GenesisResult => ({ ok: false, code: 'bad-genesis', message })

/**
 * Checks a genesis as a whole and puts its founders in order.
 *
 * @returns the genesis as {@link encodeGenesis} writes it, or the first thing wrong with it
 */
export function checkGenesis(genesis: Genesis): GenesisResult {
  const problem = headProblem(genesis) ?? foundersProblem(genesis)
  if (problem !== undefined) return refused(problem)
  const founders = genesis.founders
    .map(founder => ({ founder, id: memberId(founder.keys) }))
    .sort((a, b) => compareBytes(a.id, b.id))
    .map(({ founder }) => founder)
  return { ok: true, genesis: { ...genesis, founders } }
}

const NAME = /^[a-z0-9][a-z0-9-]*$/

function headProblem({ name, env, sides, createdMs, founders }: Genesis): string | undefined {
  if (name.length > NETWORK_NAME_MAX_CHARS || !NAME.test(name)) {
    return `name has 1 to ${NETWORK_NAME_MAX_CHARS} characters of a-z, 0-9 and -, the first no -`
  }
  if (!isEnv(env)) return 'env is one of dev, beta, mainnet'
  if (sides.length < 1 || sides.length > DIMENSIONS_MAX) {
    return `sides has 1 to ${DIMENSIONS_MAX} numbers, such as [8, 8, 8]`
  }
  const at = sides.findIndex(side => !Number.isSafeInteger(side) || side < 2)
  if (at >= 0) return `sides[${at}] is an integer from 2`
  if (cellsOf(sides) > CELLS_MAX) return `sides make more than ${CELLS_MAX} cells`
  if (!isCount(createdMs)) return 'createdMs is an integer number of milliseconds'
  if (founders.length < 1 || founders.length > GENESIS_MEMBERS_MAX) {
    return `founders are 1 to ${GENESIS_MEMBERS_MAX} members`
  }
  return undefined
}

/** How many cells a torus of these sides has. */
export function cellsOf(sides: readonly number[]): number {
  return sides.reduce((cells, side) => cells * side, 1)
}

function foundersProblem({ env, sides, founders }: Genesis): string | undefined {
  const cells = cellsOf(sides)
  const seen = new Map<string, string>()
  for (const [at, { keys, cell, addresses }] of founders.entries()) {
    const where = `founders[${at}]`
    const identity = identitySuite(keys.identity, env)
    if (identity === undefined) return `${where}.identity is no ML-DSA-65 public key (1,952 bytes)`
    if (reportSuite(keys.report, env) === undefined) {
      return `${where}.report is no Falcon-512 public key (897 bytes)`
    }
    if (keys.peer.length !== PEER_KEY_BYTES) return `${where}.peer is no Ed25519 key (32 bytes)`
    if (!(Number.isSafeInteger(cell) && cell >= 0 && cell < cells)) {
      return `${where}.cell is ${cell}; this torus has cells 0 to ${cells - 1}`
    }
    if (!areAddresses(addresses)) {
      return `${where}.addresses are at most ${ADDRESSES_MAX} multiaddrs of at most ${ADDRESS_MAX_BYTES} bytes, such as /ip4/192.0.2.1/tcp/4001`
    }
    for (const name of ['identity', 'report', 'peer'] as const) {
      const hex = `${name}:${bytesToHex(keys[name])}`
      const other = seen.get(hex)
      if (other !== undefined) return `${where}.${name} is the same key as ${other}.${name}`
      seen.set(hex, where)
    }
  }
  return undefined
}

/**
 * The canonical bytes of a genesis: what {@link genesisHash} and the network id are taken from.
 *
 * @param genesis - from {@link checkGenesis}
 */
export function encodeGenesis(genesis: Genesis): Uint8Array {
  const { name, env, sides, createdMs, founders } = genesis
  const members = founders.map(({ keys, cell, addresses }) => ({
    keys,
    cell,
    addresses: [...addresses]
  }))
  return GenesisFile.encode({ name, env, sides: [...sides], createdMs, members }).finish()
}

const rules: MessageRules<GenesisFile> = {
  type: GenesisFile,
  maxBytes: GENESIS_MAX_BYTES,
  maxFields: GENESIS_MEMBERS_MAX + DIMENSIONS_MAX + 8,
  isValid: ({ members }) => members.length <= GENESIS_MEMBERS_MAX
}

/** Decodes canonical bytes; any other encoding of the same genesis is refused. */
export function decodeGenesis(bytes: Uint8Array): GenesisResult {
  const decoded = decodeMessage(bytes, rules)
  if (!decoded.ok) return refused(`the bytes are ${decoded.code}; ask for the file again`)
  const { name, sides, createdMs, members } = decoded.value
  const env = decoded.value.env
  if (!isEnv(env)) return refused('env is one of dev, beta, mainnet')
  const founders: Founder[] = []
  for (const [at, member] of members.entries()) {
    const keys = keySetOf(member.keys, env)
    if (keys === undefined) return refused(`founders[${at}] has keys missing or of wrong lengths`)
    founders.push({ keys, cell: member.cell ?? 0, addresses: member.addresses ?? [] })
  }
  const checked = checkGenesis({ name, env, sides, createdMs, founders })
  if (checked.ok && !equalBytes(encodeGenesis(checked.genesis), bytes)) {
    return refused('the bytes are not canonical; write them with encodeGenesis')
  }
  return checked
}

/** SHA-256 over the canonical bytes: what a mesh is, in 32 bytes. */
export function genesisHash(genesis: Genesis): Uint8Array {
  return taggedHash(Domain.genesis, encodeGenesis(genesis))
}

/**
 * How a mesh is named in topics and statements: its name and 64 bits of its genesis hash, so that two
 * meshes of one name never mix.
 */
export function networkId(genesis: Genesis): string {
  return `${genesis.name}-${bytesToHex(genesisHash(genesis).subarray(0, 8))}`
}
