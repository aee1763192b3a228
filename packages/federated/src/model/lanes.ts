import { FederatedError } from '../errors.ts'
import { compiledKernels } from '../kernels/compiled.ts'
import { type SharedMemory, Workspace } from '../kernels/workspace.ts'
import type { Shape } from './layout.ts'
import { Program, programBytes } from './program.ts'
import { MOST_TOKENS, type Tokens } from './tokens.ts'

/** What a lane on another thread is started with; it can be cloned. */
export interface LaneStart {
  readonly memory: SharedMemory
  readonly shape: Shape
  readonly index: number
  readonly count: number
}

/** Where the lanes meet: arrivals, rounds, tokens of the next run (−1: end). */
const [ARRIVALS, ROUND, COUNT] = [0, 1, 2]
const SPINS = 20_000
/** A thread that has ended must not hold the others for ever. */
const PATIENCE_MS = 60_000

/** A model on several threads. The thread that calls {@link run} is the first lane. */
export interface Lanes {
  readonly program: Program
  /**
   * Scores as {@link Program.run} gives them, whatever the number of lanes.
   *
   * @throws FederatedError `lane-lost` when another lane doesn't come within a minute
   */
  run(tokens: Tokens): Int32Array
  /** Lets the other lanes return. */
  end(): void
}

/**
 * Starts a model on several threads.
 *
 * @param count - lanes; one needs no thread
 * @param spawn - starts a thread that calls {@link serveLane} with what it is given
 */
export function openLanes(shape: Shape, count: number, spawn: (start: LaneStart) => void): Lanes {
  const space = new Workspace(programBytes(shape, count) + 64)
  const { memory } = space
  const { program, meeting } = build({ memory, shape, index: 0, count }, space)
  for (let index = 1; index < count; index++) spawn({ memory, shape, index, count })
  const begin = (tokens: number): void => {
    meeting[COUNT] = tokens
    meet(meeting, count)
  }
  return {
    program,
    run: tokens => {
      program.write(tokens)
      begin(Math.min(tokens.count, MOST_TOKENS))
      return program.run(tokens.count)
    },
    end: () => begin(-1)
  }
}

/** The life of a lane on a thread of its own: runs with the others until they end. */
export function serveLane(start: LaneStart): void {
  const { program, meeting } = build(start, new Workspace(0, start.memory))
  for (;;) {
    meet(meeting, start.count, Number.POSITIVE_INFINITY)
    const tokens = meeting[COUNT]!
    if (tokens < 0) return
    program.run(tokens)
  }
}

function build(
  { shape, index, count }: LaneStart,
  space: Workspace
): { readonly program: Program; readonly meeting: Int32Array } {
  const at = space.take(64) / 4
  const meeting = space.i32.subarray(at, at + 16)
  const barrier = (): void => meet(meeting, count)
  const lane = { index, count, barrier }
  return { program: new Program(shape, space, compiledKernels(space), lane), meeting }
}

/**
 * Returns when all lanes have come. Waits awake for a moment, because the next step is near.
 *
 * @throws FederatedError `lane-lost`
 */
function meet(meeting: Int32Array, lanes: number, patienceMs = PATIENCE_MS): void {
  if (lanes === 1) return
  const round = Atomics.load(meeting, ROUND)
  if (Atomics.add(meeting, ARRIVALS, 1) + 1 === lanes) {
    Atomics.store(meeting, ARRIVALS, 0)
    Atomics.add(meeting, ROUND, 1)
    Atomics.notify(meeting, ROUND)
    return
  }
  for (let i = 0; i < SPINS; i++) if (Atomics.load(meeting, ROUND) !== round) return
  while (Atomics.load(meeting, ROUND) === round) {
    if (Atomics.wait(meeting, ROUND, round, patienceMs) === 'timed-out') {
      throw new FederatedError('lane-lost', 'a lane did not come, open the lanes anew')
    }
  }
}
