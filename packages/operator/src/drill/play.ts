import type { Catalogue } from '../catalogue/types.ts'
import type { Scenario } from './scenario.ts'
import {
  BUSY_POLL_MS,
  type DoneAction,
  EVENT_MS,
  POLL_MS,
  VirtualAgent,
  type VirtualAgentInit
} from './virtual-agent.ts'
import { World } from './world.ts'

/** What a scenario came to. Times are virtual milliseconds since the first fault. */
export interface PlayResult {
  readonly scenario: string
  /** Causes named, in the order incidents were opened. */
  readonly roots: readonly string[]
  readonly rules: readonly string[]
  readonly actions: readonly DoneAction[]
  readonly asked: boolean
  readonly alerted: boolean
  /** When all was sound again, `undefined` if it never was. */
  readonly soundMs: number | undefined
  /** When the first incident was opened. */
  readonly detectedMs: number | undefined
  /** Incidents still open at the end. */
  readonly open: number
  readonly agent: VirtualAgent
}

const STEP_MS = 5
/** Nothing new for so long ends a play. */
const CALM_MS = 20_000
const MAX_MS = 300_000
/** Time before the first fault, in which all is well. */
export const QUIET_MS = 10_000

/**
 * Plays a scenario in virtual time.
 *
 * @param startMs - how long a service's own start takes
 */
export function playScenario(
  scenario: Scenario,
  catalogue: Catalogue,
  { startMs = 0, ...init }: { startMs?: number } & Partial<VirtualAgentInit> = {}
): PlayResult {
  const world = new World(catalogue, { startMs, sticky: scenario.sticky })
  const consents = scenario.expect.end === 'asked'
  const shell = new VirtualAgent({ catalogue, world, consents, ...init })
  const waiting = scenario.inject.map(injection => ({
    ...injection,
    atMs: QUIET_MS + injection.atMs
  }))
  let glanceMs = Number.MAX_SAFE_INTEGER
  let pollMs = 0
  let soundMs: number | undefined
  let detectedMs: number | undefined
  let rows = 0
  let newsMs = 0
  for (let now = 0; now <= MAX_MS; now += STEP_MS) {
    world.advance(now)
    while (waiting[0] !== undefined && waiting[0].atMs <= now) {
      world.inject(waiting.shift()!)
      glanceMs = Math.min(glanceMs, now + EVENT_MS)
      newsMs = now
    }
    if (now >= glanceMs) {
      shell.glance(now)
      glanceMs = Number.MAX_SAFE_INTEGER
    }
    if (now >= pollMs) {
      shell.poll(now)
      pollMs = now + (shell.agent.busy(now) ? BUSY_POLL_MS : POLL_MS)
    }
    if (now < QUIET_MS) continue
    if (shell.rows.length > rows) newsMs = now
    rows = shell.rows.length
    if (!world.sound) soundMs = undefined
    else soundMs ??= now - QUIET_MS
    if (shell.agent.incidents.length > 0) detectedMs ??= now - QUIET_MS
    if (waiting.length === 0 && now - newsMs > CALM_MS) break
  }
  return { ...summary(scenario, shell), soundMs, detectedMs }
}

function summary(
  { name }: Scenario,
  shell: VirtualAgent
): Omit<PlayResult, 'soundMs' | 'detectedMs'> {
  const { rows, done, notices, agent } = shell
  return {
    scenario: name,
    roots: rows.flatMap(row => (row.kind === 'opened' ? [row.root] : [])),
    rules: rows.flatMap(row => (row.kind === 'decided' ? [row.rule] : [])),
    actions: done,
    asked: rows.some(({ kind }) => kind === 'asked'),
    alerted: notices.some(({ kind }) => kind === 'alert'),
    open: agent.incidents.length,
    agent: shell
  }
}

/** What is not as the scenario says, a line each; nothing if all is. */
export function complaints({ expect }: Scenario, result: Omit<PlayResult, 'agent'>): string[] {
  const found: string[] = []
  const differs = (what: string, is: unknown, be: unknown): void => {
    if (String(is) !== String(be)) found.push(`${what} is ${is}, expected ${be}`)
  }
  differs('the root', result.roots[0], expect.root)
  differs('the rule', result.rules[0], expect.rule)
  const done = result.actions.map(({ what }) => what)
  differs('the list of actions', done.toSorted(), expect.actions.toSorted())

  const end = result.asked ? 'asked' : result.alerted ? 'alerted' : 'healed'
  differs('the end', end, expect.end)
  if (expect.end !== 'alerted' && result.soundMs === undefined) found.push('it is not healed')
  if (expect.end !== 'alerted' && result.open > 0) found.push('the incident is still open')
  for (const { what, onSound } of result.actions) {
    if (onSound) found.push(`${what} was done to a healthy service`)
  }
  return found
}
