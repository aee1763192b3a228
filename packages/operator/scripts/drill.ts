import { parseArgs } from 'node:util'
import {
  drillFigures,
  FAULT_FOLDER,
  healedAlone,
  noise,
  playDrills,
  readDrills,
  soak
} from '../src/drill/index.ts'

const SEED = 7
const { values } = parseArgs({
  options: { noise: { type: 'string', default: '100' }, soak: { type: 'string', default: '72' } }
})

const drills = await readDrills(FAULT_FOLDER)
const startedMs = performance.now()
const played = playDrills(drills)
const playedMs = Math.round(performance.now() - startedMs)
process.stdout.write(`${JSON.stringify({ ...drillFigures(played), playedMs }, null, 2)}\n`)
const validator = healedAlone(played)
  .map(({ drill }) => drill)
  .filter(({ scenario }) => scenario.catalogue === 'validator')
process.stdout.write(`soak ${JSON.stringify(soak(validator, Number(values.soak), SEED))}\n`)
const quiet = noise(drills[0]!.catalogue, Number(values.noise), SEED)
process.stdout.write(`noise ${JSON.stringify(quiet)}\n`)
