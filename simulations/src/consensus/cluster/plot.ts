import { drawBelow } from '../../engine/random.ts'
import { Stream } from '../streams.ts'
import { FATES, type Fate } from './seat.ts'

/** What may happen to a cluster. Chances are permille: of acts, but for `omit`, which is of messages. */
export interface Plot {
  /** Byzantine members: less than a third of the power, or enough to fork two sides. */
  readonly overThird: boolean
  /** Permille of clusters where all are honest. */
  readonly honest: number
  /** The adversary acts so often, every `actMs`; then the network is whole. */
  readonly acts: number
  readonly actMs: number
  readonly partition: number
  readonly evil: number
  readonly submit: number
  /** Of submitted items, those that end the epoch. */
  readonly endEpoch: number
  /** One honest process is killed: at its next write, whichever way. */
  readonly crash: number
  /** Of restarts, those without the store, while less than a third of the power is Byzantine or lost. */
  readonly lose: number
  /** What a Byzantine copy says that doesn't reach somebody. */
  readonly omit: number
  /** The write of member 0, counted from its first, that goes wrong whatever the dice say; or `null`. */
  readonly blow: { readonly write: number; readonly fate: Fate } | null
}

/** Below a third of the power, everything may happen. */
export const HOSTILE: Plot = {
  overThird: false,
  honest: 250,
  acts: 20,
  actMs: 10,
  partition: 90,
  evil: 450,
  submit: 60,
  endEpoch: 120,
  crash: 60,
  lose: 200,
  omit: 150,
  blow: null
}

/** Two sides that never hear of each other, and Byzantine members that serve both. */
export const FORKING: Plot = {
  ...HOSTILE,
  overThird: true,
  honest: 0,
  acts: 40,
  partition: 0,
  evil: 300,
  submit: 0,
  crash: 0
}

/** Writes of one member that blows are aimed at: more than a decision and a set change take. */
export const BLOWS_AT = 64

/** All are honest, and one write of one member goes wrong: each of its first ones, each way, in turn. */
export function recoveryPlot(seed: number, first: number): Plot {
  const write = drawBelow(BLOWS_AT, seed, Stream.blow, first, 0)
  const fate = FATES[1 + drawBelow(FATES.length - 1, seed, Stream.blow, first, 1)]!
  const isLost = drawBelow(5, seed, Stream.blow, first, 2) === 0
  return {
    ...HOSTILE,
    honest: 1_000,
    partition: 0,
    evil: 0,
    submit: 200,
    endEpoch: 250,
    crash: 0,
    lose: isLost ? 1_000 : 0,
    blow: { write, fate }
  }
}
