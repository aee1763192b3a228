import { type Adversary, World } from './world.ts'

/** What a batch of scenarios showed. */
export interface BatchResult {
  readonly scenarios: number
  readonly forks: number
  readonly decided: number
  readonly deliveries: number
  /** The first seed that broke a promise, with what it broke. */
  readonly broken: { readonly seed: number; readonly violation: string } | null
}

/** Runs scenarios from a seed on, until one breaks a promise. */
export function runBatch(adversary: Adversary, firstSeed: number, scenarios: number): BatchResult {
  let forks = 0
  let decided = 0
  let deliveries = 0
  for (let at = 0; at < scenarios; at++) {
    const seed = firstSeed + at
    const verdict = new World(seed, adversary).run()
    forks += Number(verdict.forked)
    decided += verdict.decided
    deliveries += verdict.deliveries
    if (verdict.violation !== null) {
      const broken = { seed, violation: verdict.violation }
      return { scenarios: at + 1, forks, decided, deliveries, broken }
    }
  }
  return { scenarios, forks, decided, deliveries, broken: null }
}
