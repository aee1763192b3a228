import { Accusing, DetectorInput, DetectorOutput } from './codes.ts'
import { type DetectorLimits, type DetectorPreset, detectorPresets } from './limits.ts'
import { step } from './step.ts'
import { createDetectorStore, type PeerState, SLOTS } from './store.ts'

/** An input of {@link DetectorInput}, spelled out. */
export type DetectorEvent =
  | { readonly type: 'tick' }
  | {
      readonly type: 'watch'
      readonly slot: number
      readonly incarnation: number
      readonly watchers: number
    }
  | { readonly type: 'unwatch' | 'unreachable' | 'stalled'; readonly slot: number }
  | { readonly type: 'watchers'; readonly slot: number; readonly watchers: number }
  | {
      readonly type: 'heard' | 'refuted' | 'left'
      readonly slot: number
      readonly incarnation: number
    }
  | {
      readonly type: 'accused'
      readonly slot: number
      readonly accuser: number
      readonly incarnation: number
    }
  | {
      readonly type: 'accusedSelf'
      readonly incarnation: number
      /** A quorum of this node's watchers says so. */
      readonly proven?: boolean
      /** The slot of the peer that says so; left out where a quorum does. */
      readonly accuser?: number
    }

/** An output of {@link DetectorOutput}, spelled out. */
export type DetectorSays =
  | { readonly type: 'beat' | 'refute'; readonly incarnation: number }
  | { readonly type: 'probe'; readonly slot: number }
  | {
      readonly type: 'suspect' | 'down' | 'clear' | 'remind'
      readonly slot: number
      readonly incarnation: number
    }
  | {
      readonly type: 'accuse'
      readonly slot: number
      readonly incarnation: number
      readonly silentMs: number
    }
  | { readonly type: 'doubt' | 'sure' }

/** What a live node's detector starts from. */
export interface DetectorInit {
  /** A preset, or thresholds of one's own. */
  readonly limits: DetectorPreset | DetectorLimits
  /**
   * Own incarnation at the start. One above all this member has used spares it an accusation: seconds
   * since 1970 will do.
   */
  readonly incarnation: number
  /** Injected time, integer ms. */
  readonly now: number
}

/** The failure detector of one live node. */
export interface Detector {
  /** This node's own incarnation. */
  readonly incarnation: number
  /** Whether it doubts its own eyes. */
  readonly doubting: boolean
  /** A {@link PeerState} a slot, live. */
  readonly states: Readonly<ArrayLike<number>>
  /** Highest incarnation the peer in `slot` has spoken with. */
  incarnationOf(slot: number): number
  /**
   * Handles one input at `now` (integer ms); what it wants done goes to `out` before this returns.
   *
   * @throws {HealthError} `bad-slot`
   */
  handle(event: DetectorEvent, now: number, out: (says: DetectorSays) => void): void
}

/**
 * Binds the machine to a store of one row.
 *
 * @example
 * ```ts
 * const detector = createDetector({ limits: 'rack', incarnation: 0, now: 0 })
 * detector.handle({ type: 'watch', slot: 0, incarnation: 0, watchers: 1 }, 0, console.log)
 * for (let now = 250; now <= 2_500; now += 250) {
 *   detector.handle({ type: 'tick' }, now, console.log) // beats, probes, suspects, accuses, calls it down
 * }
 * ```
 *
 * @throws {HealthError} `bad-limits`
 */
export function createDetector({ limits, incarnation, now }: DetectorInit): Detector {
  const store = createDetectorStore(
    1,
    typeof limits === 'string' ? detectorPresets[limits] : limits,
    now
  )
  store.self[0] = incarnation
  return {
    get incarnation() {
      return store.self[0]!
    },
    get doubting() {
      return store.doubting[0] === 1
    },
    states: store.state.subarray(0, SLOTS),
    incarnationOf: slot => store.incarnation[slot]!,
    handle(event, now, out) {
      const [slot, a, b] = argumentsOf(event)
      step(store, 0, DetectorInput[event.type], slot, a, b, now, (output, _row, slot, a, b) =>
        out(spellOut(output, slot, a, b))
      )
    }
  }
}

function argumentsOf(event: DetectorEvent): [slot: number, a: number, b: number] {
  switch (event.type) {
    case 'tick':
      return [0, 0, 0]
    case 'watch':
      return [event.slot, event.incarnation, event.watchers]
    case 'unwatch':
    case 'unreachable':
    case 'stalled':
      return [event.slot, 0, 0]
    case 'watchers':
      return [event.slot, event.watchers, 0]
    case 'heard':
    case 'refuted':
    case 'left':
      return [event.slot, event.incarnation, 0]
    case 'accused':
      return [event.slot, event.accuser, event.incarnation]
    case 'accusedSelf':
      return accusation(event)
  }
}

function accusation({
  incarnation,
  proven,
  accuser
}: Extract<DetectorEvent, { type: 'accusedSelf' }>): [slot: number, a: number, b: number] {
  if (proven === true) return [0, incarnation, Accusing.quorum]
  if (accuser === undefined) return [0, incarnation, Accusing.somebody]
  return [accuser, incarnation, Accusing.peer]
}

function spellOut(output: DetectorOutput, slot: number, a: number, b: number): DetectorSays {
  switch (output) {
    case DetectorOutput.beat:
      return { type: 'beat', incarnation: a }
    case DetectorOutput.refute:
      return { type: 'refute', incarnation: a }
    case DetectorOutput.probe:
      return { type: 'probe', slot }
    case DetectorOutput.suspect:
      return { type: 'suspect', slot, incarnation: a }
    case DetectorOutput.down:
      return { type: 'down', slot, incarnation: a }
    case DetectorOutput.clear:
      return { type: 'clear', slot, incarnation: a }
    case DetectorOutput.remind:
      return { type: 'remind', slot, incarnation: a }
    case DetectorOutput.accuse:
      return { type: 'accuse', slot, incarnation: a, silentMs: b }
    case DetectorOutput.doubt:
      return { type: 'doubt' }
    case DetectorOutput.sure:
      return { type: 'sure' }
  }
}
