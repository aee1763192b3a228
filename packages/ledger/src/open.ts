import { Auditor } from './audit.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import { LedgerError, LedgerErrorCode } from './errors.ts'
import type { Expectations } from './expectations.ts'
import { type Fault, FaultClass } from './fault.ts'
import { hashOf } from './head.ts'
import {
  ALL_BUNDLES,
  ALL_CHECKPOINTS,
  ALL_COSIGNATURES,
  ALL_PARTIALS,
  keyNumber,
  STATE_KEY
} from './keys.ts'
import { BUNDLE_EVENTS, KEPT_CHECKPOINTS, SUBTREE_EVENTS } from './limits.ts'
import { hashRange } from './merkle/proof.ts'
import { decodeState, EMPTY_STATE, type LedgerState } from './state.ts'
import type { LedgerStore, StoreRecord } from './store.ts'

/** A log that was verified from its last checkpoint on. */
export interface OpenedLog {
  readonly auditor: Auditor
  readonly state: LedgerState
  readonly signed: Checkpoint | undefined
  readonly checkpointSizes: readonly number[]
  /** Subtrees of 1,024 events cosigned. */
  readonly cosigned: number
}

/** As {@link openEnd}; a store that can't be read is something wrong, too. */
export async function openLog(
  store: LedgerStore,
  expectations: Expectations
): Promise<OpenedLog | Fault> {
  return openEnd(store, expectations).catch((error: unknown) => {
    if (!(error instanceof LedgerError) || error.code === LedgerErrorCode.closed) throw error
    return fault(FaultClass.indexDamaged, 0, error.message)
  })
}

/**
 * Verifies the end of a log: its last note, the right edge of its tree, every event after it, and
 * what others witnessed. Its cost grows with the events since the last checkpoint, not with the
 * log.
 *
 * @returns the log ready to go on, or the first thing found wrong
 */
async function openEnd(store: LedgerStore, init: Expectations): Promise<OpenedLog | Fault> {
  const record = await store.get(STATE_KEY)
  const state = record === undefined ? EMPTY_STATE : decodeState(record)
  if (state === undefined) return fault(FaultClass.indexDamaged, 0, 'the state record is damaged')
  const notes = await store.range(ALL_CHECKPOINTS, KEPT_CHECKPOINTS + 1)
  const signed = openLast(notes, state, init)
  if (signed !== undefined && 'fault' in signed) return signed

  const auditor = await Auditor.at(store, state.checkpointSize)
  if (auditor === undefined || (signed !== undefined && !rootsAgree(auditor, signed))) {
    return fault(
      FaultClass.indexDamaged,
      0,
      'the tiles of the right edge do not give the signed root'
    )
  }
  const wrong = (await auditor.advance(state.size)) ?? (await compare(store, auditor, state, init))
  if (wrong !== undefined) return wrong
  return {
    ...{ auditor, state, signed },
    checkpointSizes: notes.map(([key]) => keyNumber(key)).filter(size => size !== undefined),
    cosigned: Math.min((await lastNumber(store, ALL_COSIGNATURES)) + 1, fullSubtrees(state.size))
  }
}

/** The last note, verified; undefined if there is none and need not be. */
function openLast(
  notes: readonly StoreRecord[],
  { checkpointSize }: LedgerState,
  { origin, keys }: Expectations
): Checkpoint | Fault | undefined {
  const last = notes.at(-1)
  const size = last === undefined ? 0 : keyNumber(last[0])
  if (size !== checkpointSize) {
    return fault(FaultClass.checkpointInvalid, checkpointSize, 'the last checkpoint is absent')
  }
  if (last === undefined) return undefined
  const opened = openCheckpoint(last[1], origin, keys)
  if (typeof opened !== 'string' && opened.size === size) return opened
  return fault(
    FaultClass.checkpointInvalid,
    checkpointSize,
    `the last checkpoint is not accepted: ${String(opened)}`
  )
}

function rootsAgree(auditor: Auditor, { root }: Checkpoint): boolean {
  return auditor.tree.root() === hashOf(root)
}

/** Compares what was audited with the state record, the rest of the store and the witness. */
async function compare(
  store: LedgerStore,
  auditor: Auditor,
  state: LedgerState,
  { witnessed }: Expectations
): Promise<Fault | undefined> {
  const { size } = state
  if (auditor.head !== state.head || auditor.tree.nodes().join() !== state.nodes.join()) {
    return fault(FaultClass.indexDamaged, size, 'the state record disagrees with the log')
  }
  const full = ((await lastNumber(store, ALL_BUNDLES)) + 1) * BUNDLE_EVENTS
  if (full > size || (await lastNumber(store, ALL_PARTIALS)) >= size) {
    return fault(FaultClass.indexDamaged, size, 'the store holds events past the end of the log')
  }
  if (witnessed === undefined) return undefined
  if (witnessed.size > size) {
    return fault(
      FaultClass.logTruncated,
      size,
      `a witness saw ${witnessed.size} events, the log has ${size}`
    )
  }
  const root = await hashRange({ start: 0, end: witnessed.size }, auditor.tiles)
  if (root === hashOf(witnessed.root)) return undefined
  return fault(
    FaultClass.historyForked,
    0,
    `a witness saw another tree of ${witnessed.size} events`
  )
}

function fullSubtrees(size: number): number {
  return Math.floor(size / SUBTREE_EVENTS)
}

/** The highest number of a kind of records, -1 if there are none. */
async function lastNumber(
  store: LedgerStore,
  kind: Parameters<LedgerStore['range']>[0]
): Promise<number> {
  const [last] = await store.range(kind, 1, true)
  return last === undefined ? -1 : (keyNumber(last[0]) ?? Infinity)
}

function fault(kind: FaultClass, seq: number, detail: string): Fault {
  return { fault: kind, seq, count: 1, detail }
}
