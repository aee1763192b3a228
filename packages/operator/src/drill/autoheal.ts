import type { Drill } from './catalogue-files.ts'
import { World } from './world.ts'

/** docker-autoheal's default, `AUTOHEAL_INTERVAL=5`. */
const INTERVAL_MS = 5_000
const STEP_MS = 50
const MAX_MS = 120_000

/** What restarting whatever is unhealthy came to. */
export interface AutohealResult {
  readonly scenario: string
  /** When all was sound, `undefined` if never. */
  readonly soundMs: number | undefined
  readonly restarts: number
}

/**
 * The yardstick: docker-autoheal's whole rule, each five seconds a restart of every container the
 * engine calls unhealthy, with health checks that miss nothing (willfarrell/docker-autoheal, docker-entrypoint). Same model, same faults.
 */
export function playAutoheal({ scenario, catalogue }: Drill): AutohealResult {
  const world = new World(catalogue, {
    sticky: scenario.sticky,
    thoroughChecks: true
  })
  const waiting = [...scenario.inject]
  let restarts = 0
  let soundMs: number | undefined
  for (let now = 0; now <= MAX_MS; now += STEP_MS) {
    world.advance(now)
    while (waiting[0] !== undefined && waiting[0].atMs <= now) world.inject(waiting.shift()!)
    if (now > 0 && now % INTERVAL_MS === 0 && world.engineFault === undefined) {
      for (const spec of catalogue.services.values()) {
        if (spec.runtime !== 'container' || world.look(spec).health !== 'unhealthy') continue
        world.act('restart', spec.name)
        restarts++
      }
    }
    if (!world.sound) soundMs = undefined
    else if (waiting.length === 0) soundMs ??= now
  }
  return { scenario: scenario.name, soundMs, restarts }
}
