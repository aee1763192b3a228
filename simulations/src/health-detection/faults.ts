import { draw, drawBelow } from '../engine/random.ts'
import { SimulationError } from '../errors.ts'
import type { HealthDetectionInit } from './init.ts'
import { Stream } from './streams.ts'

/** Everybody has started and settled by then; faults come after. */
const SETTLED_MS = 5_000
/** What is left of a run after its last kill, for its detection. */
const AFTERMATH_MS = 8_000
const WAKE_MIN_MS = 50
const WAKE_SPREAD_MS = 200
/** Starved nodes don't all stall in the same millisecond. */
const STALL_SPREAD_MS = 1_000

type FaultInit = Required<HealthDetectionInit>

/** 1 for the nodes that get too little CPU. */
export function chooseStarved(init: FaultInit, nodes: number): Uint8Array {
  return choose(init.starvedPermille, nodes, init.seed, Stream.starved)
}

/** 1 for the nodes that hear nothing while {@link afflictionLasts}. */
export function chooseDeaf(init: FaultInit, nodes: number): Uint8Array {
  return choose(init.deafPermille, nodes, init.seed, Stream.deaf)
}

function choose(permille: number, nodes: number, seed: number, stream: number): Uint8Array {
  return Uint8Array.from({ length: nodes }, (_, node) =>
    drawBelow(1_000, seed, stream, node, 0) < permille ? 1 : 0
  )
}

/** Whether starvation and deafness last. */
export function afflictionLasts(init: FaultInit, now: number): boolean {
  return now >= SETTLED_MS && now < SETTLED_MS + init.starveMs
}

export function firstStallMs(init: FaultInit, node: number): number {
  return SETTLED_MS + drawBelow(STALL_SPREAD_MS, init.seed, Stream.stall, node, 0)
}

/** The `n`-th stall of a node that begins now; `undefined` once its starvation is over. */
export function stall(
  init: FaultInit,
  node: number,
  n: number,
  now: number
): { stallMs: number; wakeMs: number } | undefined {
  if (!afflictionLasts(init, now)) return undefined
  const below = (bound: number, which: number): number =>
    drawBelow(bound, init.seed, Stream.stall, node, 2 * n + which)
  return {
    stallMs: init.stallMinMs + below(init.stallMaxMs - init.stallMinMs + 1, 1),
    wakeMs: WAKE_MIN_MS + below(WAKE_SPREAD_MS, 2)
  }
}

/** Whom to kill and when: distinct nodes, spread evenly from settling to the aftermath. */
export function chooseKills(
  init: FaultInit,
  nodes: number,
  mayDie: (node: number) => boolean
): { node: number; atMs: number }[] {
  const spanMs = init.durationMs - AFTERMATH_MS - SETTLED_MS
  const candidates = Array.from({ length: nodes }, (_, node) => node).filter(mayDie)
  if (init.kills > candidates.length || (init.kills > 0 && spanMs < init.kills)) {
    throw new SimulationError(
      'bad-setting',
      'more kills than healthy nodes or time: lower kills or raise durationMs'
    )
  }
  const rank = (node: number): number => draw(init.seed, Stream.killed, node, 0)
  const victims = candidates.sort((a, b) => rank(a) - rank(b)).slice(0, init.kills)
  const shareMs = Math.floor(spanMs / init.kills)
  return victims.map((node, i) => ({
    node,
    atMs: SETTLED_MS + i * shareMs + drawBelow(shareMs, init.seed, Stream.killed, node, 1)
  }))
}
