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

/** By slot: who accuses, in this period or the one before. */
function heldAccusers(store: DetectorStore, row: number): number[] {
  const own = rowAt(store, row)
  return Array.from(
    { length: store.slots },
    (_, slot) => store.accusers[own + slot]! | store.accusersBefore[own + slot]!
  )
}

const I = DetectorInput
/** The longest self-doubt. */
const DOUBT_MS = 30_000

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
    name: 'accusers-never-forgotten',
    about: 'an accusation that is not renewed counts for ever',
    step: (store, row, input, slot, a, b, now, out) => {
      const held = input === I.tick ? heldAccusers(store, row) : []
      step(store, row, input, slot, a, b, now, out)
      for (const [peer, bits] of held.entries()) store.accusers[rowAt(store, row) + peer]! |= bits
    }
  },
  {
    name: 'refutation-forgets-nothing',
    about: 'accusations of an earlier incarnation count against the later one',
    step: (store, row, input, slot, a, b, now, out) => {
      const speaks = input === I.heard || input === I.refuted
      const bits = speaks ? heldAccusers(store, row)[slot]! : 0
      step(store, row, input, slot, a, b, now, out)
      store.accusers[rowAt(store, row) + slot]! |= bits
    }
  },
  {
    name: 'no-self-doubt',
    about: 'accuses, though it hears nobody',
    step: before((store, row, input, _slot, a, b, now) => {
      if (input === I.tick) store.doubtMs[rowAt(store, row)] = (now | 0) - DOUBT_MS
      return [a, b]
    })
  },
  {
    name: 'never-renews',
    about: 'accuses once, and never again',
    step: (store, row, input, slot, a, b, now, out) => {
      const own = rowAt(store, row)
      const accused: number[] = []
      for (let peer = own; input === I.tick && peer < own + store.slots; peer++) {
        if (store.state[peer] === PeerState.accused) accused.push(peer)
      }
      step(store, row, input, slot, a, b, now, (output, r, s, x, y) => {
        const again = output === DetectorOutput.accuse && accused.includes(own + s)
        if (!again) out(output, r, s, x, y)
      })
    }
  },
  {
    name: 'adopts-any-incarnation',
    about: 'takes over whatever incarnation an accuser names',
    step: before((store, row, input, slot, a, b) => {
      const peer = rowAt(store, row) + slot
      if (input === I.accused) store.incarnation[peer] = Math.max(store.incarnation[peer]!, b)
      return [a, b]
    })
  },
  {
    name: 'never-joins',
    about: "does not count others' accusations",
    step: before((_s, _r, input, _slot, a, b) => (input === I.accused ? undefined : [a, b]))
  }
]
