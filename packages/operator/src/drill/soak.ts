import type { Catalogue } from '../catalogue/types.ts'
import type { ProbeReply } from '../checks/reply.ts'
import type { Drill } from './catalogue-files.ts'
import { draw } from './draw.ts'
import { BUSY_POLL_MS, EVENT_MS, POLL_MS, VirtualAgent } from './virtual-agent.ts'
import { World } from './world.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** What long virtual time came to. */
export interface SoakResult {
  readonly hours: number
  readonly faults: number
  readonly actions: number
  /** Actions on services with nothing wrong. */
  readonly onSound: number
  /** Times a person was needed: alerts and questions. */
  readonly interventions: number
  /** Whether everything was sound at the end. */
  readonly sound: boolean
  readonly looks: number
}

/**
 * Hours with a fault each 45 to 90 minutes, out of those the agent heals alone. Quiet time is
 * jumped over: to an idle agent a healthy look changes nothing.
 */
export function soak(drills: readonly Drill[], hours: number, seed: number): SoakResult {
  const { catalogue } = drills[0]!
  const world = new World(catalogue)
  const shell = new VirtualAgent({ catalogue, world })
  let now = 0
  let faults = 0
  let looks = 0
  for (let i = 0; now < hours * HOUR_MS; i++) {
    now += (45 + draw(seed, 2 * i, 46)) * MINUTE_MS
    keepSession(shell, now)
    const { scenario } = drills[draw(seed, 2 * i + 1, drills.length)]!
    for (const name of catalogue.services.keys()) {
      world.of(name).sticky = scenario.sticky.includes(name)
    }
    shell.poll(now)
    for (const injection of scenario.inject.filter(({ atMs }) => atMs === 0)) {
      world.inject({ ...injection, atMs: now })
      faults++
    }
    now += EVENT_MS
    shell.glance(now)
    const startedMs = now
    do {
      shell.poll(now)
      looks++
      now += shell.agent.busy(now) ? BUSY_POLL_MS : POLL_MS
    } while ((!world.sound || !shell.agent.idle) && now < startedMs + 10 * MINUTE_MS)
  }
  return result(shell, world, { hours, faults, looks })
}

/** Kinds of noise; each window has one of them. */
const NOISES = ['loss', 'burst', 'stall', 'slow', 'engine'] as const
const LOSS_PERMILLE = 5
const WINDOW_POLLS = 12
const BURST_MS = 1_500

/**
 * Hours in which nothing is wrong and checks still fail at times: single answers lost (5 in 1,000),
 * one service or the whole machine silent or answering rubbish for 1.5 s, slow answers, the engine
 * away for up to ten seconds. A window of twelve polls comes each 0.5 to 10 minutes; between them
 * time is jumped over.
 */
export function noise(catalogue: Catalogue, hours: number, seed: number): SoakResult {
  const world = new World(catalogue)
  const names = [...catalogue.services.keys()]
  let kind: (typeof NOISES)[number] = 'loss'
  let victim = ''
  let polls = 0
  let burstMs = 0
  let draws = 0
  const next = (below: number): number => draw(seed, draws++, below)
  const disturb = (service: string, _check: string, reply: ProbeReply): ProbeReply => {
    const lost = kind === 'loss' && next(1_000) < LOSS_PERMILLE
    const struck = kind === 'stall' || (kind === 'burst' && service === victim)
    if (lost || (struck && burstMs < BURST_MS)) return rubbish(next(4))
    return kind === 'slow' && reply.kind === 'http' ? { ...reply, tookMs: 650 } : reply
  }
  // An answer that is slow for twelve polls is told to people; that is no action.
  const shell = new VirtualAgent({ catalogue, world, disturb })
  let now = 0
  let looks = 0
  while (now < hours * HOUR_MS) {
    now += (30 + next(571)) * 1_000
    keepSession(shell, now)
    kind = NOISES[next(NOISES.length)]!
    victim = names[next(names.length)]!
    polls = 0
    const startedMs = now
    if (kind === 'engine') {
      const lastsMs = 1_000 + next(9_000)
      world.advance(now)
      world.inject({ atMs: now, fault: 'engine-away', service: 'engine', lastsMs })
    }
    do {
      burstMs = now - startedMs
      shell.poll(now)
      looks++
      if (++polls >= WINDOW_POLLS) kind = 'burst'
      now += shell.agent.busy(now) ? BUSY_POLL_MS : POLL_MS
    } while (polls < WINDOW_POLLS || (!shell.agent.idle && polls < 1_000))
    shell.forget()
  }
  return result(shell, world, { hours, faults: 0, looks })
}

function rubbish(which: number): ProbeReply {
  switch (which) {
    case 0:
      return { kind: 'failed', code: 'timeout' }
    case 1:
      return { kind: 'failed', code: 'reset' }
    case 2:
      return { kind: 'http', status: 502, body: '', tookMs: 1 }
    default:
      return { kind: 'http', status: 200, body: '{', tookMs: 1 }
  }
}

/** An operator's session renews the grant: who heals alone was allowed to. */
function keepSession(shell: VirtualAgent, now: number): void {
  shell.poll(now)
  shell.grant(168)
}

function result(
  shell: VirtualAgent,
  world: World,
  counted: { hours: number; faults: number; looks: number }
): SoakResult {
  return {
    ...counted,
    actions: shell.actions,
    onSound: shell.onSound,
    interventions: shell.interventions,
    sound: world.sound
  }
}
