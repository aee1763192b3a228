import { readU64, toBuffer, writeU64 } from './bytes.ts'
import { MAX_EVENTS } from './limits.ts'
import { rootOfNodes } from './merkle/compact-range.ts'
import { HASH_BYTES, type Hash, hashAt, NO_HASH, sha256 } from './merkle/hash.ts'

/**
 * The state record `k`: where the writer stood after a group. Written with every group, in its
 * batch.
 */
export interface LedgerState {
  /** Events in the log. */
  readonly size: number
  /** Size of the last checkpoint in the store, 0 if there is none. */
  readonly checkpointSize: number
  /** Hybrid time of the last event. */
  readonly timeMs: number
  readonly tick: number
  /** Leaf hash of the last event. */
  readonly head: Hash
  /** Compact range of the tree, largest subtree first. */
  readonly nodes: readonly Hash[]
}

/** Of a log without events. */
export const EMPTY_STATE: LedgerState = {
  size: 0,
  checkpointSize: 0,
  timeMs: 0,
  tick: 0,
  head: NO_HASH,
  nodes: []
}

// version u8 | size u64 | checkpoint size u64 | time u48 | tick u16 | head 32 B | nodes 32 B each |
// SHA-256 of it all
const VERSION = 1
const HEAD = 25
const NODES: number = HEAD + HASH_BYTES

export function encodeState(state: LedgerState): Uint8Array {
  const bytes = Buffer.alloc(NODES + (state.nodes.length + 1) * HASH_BYTES)
  bytes[0] = VERSION
  writeU64(bytes, state.size, 1)
  writeU64(bytes, state.checkpointSize, 9)
  bytes.writeUIntBE(state.timeMs, 17, 6)
  bytes.writeUInt16BE(state.tick, 23)
  const sealed = bytes.length - HASH_BYTES
  bytes.write([state.head, ...state.nodes].join(''), HEAD, 'latin1')
  bytes.write(sha256(bytes.subarray(0, sealed)), sealed, 'latin1')
  return bytes
}

/** Reads a state record, or undefined if it is damaged. */
export function decodeState(source: Uint8Array): LedgerState | undefined {
  const bytes = toBuffer(source)
  const sealed = bytes.length - HASH_BYTES
  if (sealed < NODES || (sealed - NODES) % HASH_BYTES !== 0 || bytes[0] !== VERSION)
    return undefined
  if (sha256(bytes.subarray(0, sealed)) !== hashAt(bytes, sealed)) return undefined
  const [size, checkpointSize] = [readU64(bytes, 1), readU64(bytes, 9)]
  if (size > MAX_EVENTS || checkpointSize > size) return undefined
  const nodes: Hash[] = []
  for (let at = NODES; at < sealed; at += HASH_BYTES) nodes.push(hashAt(bytes, at))
  const [timeMs, tick] = [bytes.readUIntBE(17, 6), bytes.readUInt16BE(23)]
  return { size, checkpointSize, timeMs, tick, head: hashAt(bytes, HEAD), nodes }
}

/** Root of the tree the state stands for. */
export function stateRoot({ nodes }: LedgerState): Hash {
  return rootOfNodes(nodes)
}
