import {
  createDetector,
  type Detector,
  type DetectorEvent,
  type DetectorLimits,
  type DetectorPreset,
  type DetectorSays,
  TICK_MS
} from '../../src/index.ts'

/** What happens to one node, from 0 ms on; its peers beat at every full second unless told. */
export interface Script {
  /** Peers watched, in slots 0 and up; default 6. */
  readonly peers?: number
  /** Watchers of each peer; default 6. */
  readonly watchers?: number
  /** Own incarnation at the start; default 0. */
  readonly incarnation?: number
  readonly limits?: DetectorPreset | DetectorLimits
  /** Per slot: after when it beats no more, and from when it does again. */
  readonly silent?: Readonly<Record<number, readonly [fromMs: number, toMs?: number]>>
  readonly events?: readonly (readonly [atMs: number, event: DetectorEvent])[]
  /** The node stands still; what comes meanwhile waits for it. */
  readonly stall?: readonly [fromMs: number, toMs: number]
  readonly untilMs: number
  /** Outputs to leave out; beats and probes by default. */
  readonly hide?: readonly DetectorSays['type'][]
}

/** Plays a script; returns what the detector said, a line each. */
export function play(script: Script): string[] {
  const { peers = 6, watchers = 6, incarnation = 0, limits = 'local', untilMs } = script
  const { hide = ['beat', 'probe'] } = script
  const detector = createDetector({ limits, incarnation, now: 0 })
  const said: string[] = []
  const handle = (event: DetectorEvent, now: number): void =>
    detector.handle(event, now, says => {
      if (!hide.includes(says.type)) said.push(`${now} ${line(says)}`)
    })
  for (let slot = 0; slot < peers; slot++) {
    handle({ type: 'watch', slot, incarnation: 0, watchers }, 0)
  }
  let waiting: DetectorEvent[] = []
  for (let now = 1; now <= untilMs; now++) {
    waiting.push(...eventsAt(script, peers, detector, now))
    if (script.stall !== undefined && now > script.stall[0] && now < script.stall[1]) continue
    // A timer that ran out during the stall fires once after it, and first.
    if (now % TICK_MS === 0 || now === script.stall?.[1]) handle({ type: 'tick' }, now)
    for (const event of waiting) handle(event, now)
    waiting = []
  }
  return said
}

function eventsAt(script: Script, peers: number, detector: Detector, now: number): DetectorEvent[] {
  const events = (script.events ?? []).filter(([atMs]) => atMs === now).map(([, event]) => event)
  for (let slot = 0; slot < peers && now % 1_000 === 0; slot++) {
    const [fromMs, toMs = Number.POSITIVE_INFINITY] = script.silent?.[slot] ?? [now + 1]
    const incarnation = detector.incarnationOf(slot)
    if (now <= fromMs || now >= toMs) events.push({ type: 'heard', slot, incarnation })
  }
  return events
}

function line(says: DetectorSays): string {
  switch (says.type) {
    case 'accuse':
      return `accuse ${says.slot} @${says.incarnation} silent ${says.silentMs}`
    case 'beat':
    case 'refute':
      return `${says.type} @${says.incarnation}`
    case 'probe':
      return `probe ${says.slot}`
    case 'suspect':
    case 'down':
    case 'clear':
    case 'remind':
      return `${says.type} ${says.slot} @${says.incarnation}`
    case 'doubt':
    case 'sure':
      return says.type
  }
}

/** Accusations of the peer in `slot` by watchers 1 to `count`. */
export function accusations(
  atMs: number,
  slot: number,
  count: number,
  incarnation = 0
): [number, DetectorEvent][] {
  return Array.from({ length: count }, (_, i) => [
    atMs,
    { type: 'accused', slot, accuser: i + 1, incarnation }
  ])
}
