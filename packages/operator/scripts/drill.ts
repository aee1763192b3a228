import { parseArgs } from 'node:util'
import {
  FAULT_FOLDER,
  noise,
  playAutoheal,
  playScenario,
  readDrills,
  soak
} from '../src/drill/index.ts'

const SEED = 7
const { values } = parseArgs({
  options: { noise: { type: 'string', default: '100' }, soak: { type: 'string', default: '72' } }
})

/** The value below which so many in a hundred lie. */
function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
}

const drills = await readDrills(FAULT_FOLDER)
const startedMs = performance.now()
const results = drills.map(drill => ({
  drill,
  result: playScenario(drill.scenario, drill.catalogue)
}))
const playedMs = Math.round(performance.now() - startedMs)
const alone = results.filter(({ drill }) => drill.scenario.expect.end === 'healed')
const times = alone
  .map(({ drill: { scenario }, result: { soundMs } }) => {
    return (soundMs ?? Infinity) - Math.max(...scenario.inject.map(({ atMs }) => atMs))
  })
  .toSorted((a, b) => a - b)
const roots = results.filter(({ drill, result }) => result.roots[0] === drill.scenario.expect.root)
const theirs = alone.map(({ drill }) => playAutoheal(drill))
const rest = {
  faults: drills.length,
  healedAlone: `${times.filter(Number.isFinite).length} of ${alone.length}`,
  healP50Ms: percentile(times, 50),
  healP99Ms: percentile(times, 99),
  rootFirst: `${roots.length} of ${drills.length}`,
  actions: alone.reduce((sum, { result }) => sum + result.actions.length, 0),
  autohealHealed: `${theirs.filter(({ soundMs }) => soundMs !== undefined).length} of ${alone.length}`,
  autohealRestarts: theirs.reduce((sum, { restarts }) => sum + restarts, 0),
  playedMs
}
process.stdout.write(`${JSON.stringify(rest, null, 2)}\n`)
const validator = alone
  .map(({ drill }) => drill)
  .filter(({ scenario }) => scenario.catalogue === 'validator')
process.stdout.write(`soak ${JSON.stringify(soak(validator, Number(values.soak), SEED))}\n`)
const quiet = noise(drills[0]!.catalogue, Number(values.noise), SEED)
process.stdout.write(`noise ${JSON.stringify(quiet)}\n`)
