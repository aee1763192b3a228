import {
  DetectorInput,
  DetectorOutput,
  type DetectorStore,
  PeerState,
  quorumOf,
  rowAt,
  step,
  TICK_MS
} from '@torusmesh/health'
import type { StepDetector } from '../../src/health/init.ts'

/** A broken detector: the real one, with what goes in, comes out, or stands in its columns altered. */
export interface Mutant {
  readonly name: string
  readonly about: string
  readonly step: StepDetector
}

type Before = (
  store: DetectorStore,
  row: number,
  input: DetectorInput,
  slot: number,
  a: number,
  b: number,
  now: number
) => readonly [a: number, b: number] | undefined

/** Alters an input, or columns before it; `undefined` leaves the input out. */
function before(alter: Before): StepDetector {
  return (store, row, input, slot, a, b, now, out) => {
    const altered = alter(store, row, input, slot, a, b, now)
    if (altered !== undefined) step(store, row, input, slot, altered[0], altered[1], now, out)
  }
}

/** Leaves an output out. */
function mute(mutes: DetectorOutput): StepDetector {
  return (store, row, input, slot, a, b, now, out) =>
    step(store, row, input, slot, a, b, now, (output, r, s, x, y) => {
      if (output !== mutes) out(output, r, s, x, y)
    })
}

function accusersOf(store: DetectorStore, peer: number): number {
  let bits = store.accusers[peer]! | store.accusersBefore[peer]!
  let count = 0
  for (; bits !== 0; bits &= bits - 1) count++
  return count
}

const I = DetectorInput

export const mutants: readonly Mutant[] = [
  {
    name: 'quorum-of-one',
    about: 'believes that each peer has one watcher, itself',
    step: before((_s, _r, input, _slot, a, b) =>
      input === I.watch ? [a, 1] : input === I.watchers ? [1, b] : [a, b]
    )
  },
  {
    name: 'quorum-of-all-and-more',
    about: 'counts twice the watchers there are',
    step: before((_s, _r, input, _slot, a, b) => (input === I.watch ? [a, 2 * b] : [a, b]))
  },
  {
    name: 'no-time-to-refute',
    about: 'a quorum is final at once',
    step: before((store, _r, _i, _slot, a, b) => {
      Object.assign(store.limits, { refuteMs: 0 })
      return [a, b]
    })
  },
  {
    name: 'refutes-as-accused',
    about: 'refutes under the incarnation it is accused of: off by one',
    step: before((_s, _r, input, _slot, a, b) => (input === I.accusedSelf ? [a - 1, b] : [a, b]))
  },
  {
    name: 'never-refutes',
    about: 'takes no notice of accusations of itself',
    step: before((_s, _r, input, _slot, a, b) => (input === I.accusedSelf ? undefined : [a, b]))
  },
  {
    name: 'never-reminds',
    about: 'does not show a peer that beats why it counts as down',
    step: mute(DetectorOutput.remind)
  },
  {
    name: 'never-forgives',
    about: 'takes the time it stood still itself for silence of others',
    step: before((store, row, _i, _slot, a, b, now) => {
      store.tickMs[rowAt(store, row)] = (now | 0) - TICK_MS
      return [a, b]
    })
  },
  {
    name: 'revived-by-an-old-beat',
    about: 'a beat of the incarnation that is down revives it',
    step: before((store, row, input, slot, a, b) => {
      const peer = rowAt(store, row) + slot
      if (input === I.heard && store.state[peer] === PeerState.down) {
        store.state[peer] = PeerState.suspect
      }
      return [a, b]
    })
  },
  {
    name: 'deaf-to-hosts',
    about: 'accuses a process though its host answers dials',
    step: before((_s, _r, input, _slot, a, b) => (input === I.stalled ? undefined : [a, b]))
  },
  {
    name: 'believes-others',
    about: 'calls down whom it hears itself, when a quorum says so',
    step: (store, row, input, slot, a, b, now, out) => {
      step(store, row, input, slot, a, b, now, out)
      if (input !== I.accused) return
      const peer = rowAt(store, row) + slot
      if (store.state[peer] === PeerState.vacant || store.state[peer]! >= PeerState.down) return
      if (accusersOf(store, peer) < quorumOf(store.watchers[peer]!)) return
      store.state[peer] = PeerState.down
      out(DetectorOutput.down, row, slot, store.incarnation[peer]!, 0)
    }
  },
  {
    name: 'never-joins',
    about: "does not count others' accusations",
    step: before((_s, _r, input, _slot, a, b) => (input === I.accused ? undefined : [a, b]))
  }
]
