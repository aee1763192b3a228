import { type Checkpoint, openCheckpoint } from '../checkpoint.ts'
import type { Expectations } from '../expectations.ts'
import { FaultClass, type FaultList } from '../fault.ts'
import { hashOf } from '../head.ts'
import { ALL_CHECKPOINTS, keyNumber, STATE_KEY } from '../keys.ts'
import { decodeState, type LedgerState, stateRoot } from '../state.ts'
import type { Loader } from './load.ts'
import type { Authority } from './readings.ts'

/** What is known of a log before any event is read. */
export interface Evidence {
  /** Undefined if it is absent or damaged. */
  readonly state: LedgerState | undefined
  readonly stateIsDamaged: boolean
  /** Checkpoints that are validly signed, ascending. */
  readonly checkpoints: readonly Checkpoint[]
  /** All roots that somebody vouches for, ascending by size. */
  readonly authorities: readonly Authority[]
  /** Events the log must have by one of them. */
  readonly promised: number
}

/** Checkpoints read from a store at most; a ledger keeps far fewer. */
const MAX_CHECKPOINTS = 1_024

/** Gathers the evidence; checkpoints that don't verify become faults. */
export async function gatherEvidence(
  loader: Loader,
  expectations: Expectations,
  faults: FaultList
): Promise<Evidence> {
  const record = await loader.get(STATE_KEY)
  const state = record === undefined ? undefined : decodeState(record)
  const checkpoints = await openCheckpoints(loader, expectations, state, faults)
  const authorities = authoritiesOf(checkpoints, expectations, state)
  const promised = Math.max(0, ...authorities.map(({ size }) => size))
  const stateIsDamaged = record !== undefined && state === undefined
  return { state, stateIsDamaged, checkpoints, authorities, promised }
}

async function openCheckpoints(
  loader: Loader,
  { origin, keys }: Expectations,
  state: LedgerState | undefined,
  faults: FaultList
): Promise<Checkpoint[]> {
  const invalid = (size: number, detail: string): void =>
    faults.add(FaultClass.checkpointInvalid, size, detail)
  const records = (await loader.range(ALL_CHECKPOINTS, MAX_CHECKPOINTS)) ?? []
  const valid: Checkpoint[] = []
  for (const [key, note] of records) {
    const opened = openCheckpoint(note, origin, keys)
    const size = keyNumber(key) ?? 0
    if (typeof opened === 'string') invalid(size, `the checkpoint is not accepted: ${opened}`)
    else if (opened.size !== size) invalid(size, `the checkpoint is of ${opened.size} events`)
    else valid.push(opened)
  }
  const last = state?.checkpointSize ?? 0
  if (last > 0 && !records.some(([key]) => keyNumber(key) === last)) {
    invalid(last, 'the last checkpoint is not in the store')
  }
  return valid
}

function authoritiesOf(
  checkpoints: readonly Checkpoint[],
  { witnessed }: Expectations,
  state: LedgerState | undefined
): Authority[] {
  const authorities: Authority[] = checkpoints.map(checkpoint => {
    const { size, root } = checkpoint
    const name = `the checkpoint of ${size}`
    return { size, root: hashOf(root), signed: true, name, checkpoint }
  })
  if (witnessed !== undefined) {
    const { size, root } = witnessed
    authorities.push({ size, root: hashOf(root), signed: true, name: `the witness of ${size}` })
  }
  if (state !== undefined) {
    const { size } = state
    authorities.push({ size, root: stateRoot(state), signed: false, name: 'the state record' })
  }
  return authorities.toSorted((a, b) => a.size - b.size)
}
