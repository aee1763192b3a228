import {
  drillFigures,
  FAULT_FOLDER,
  healedAlone,
  noise,
  playDrills,
  readDrills,
  soak
} from '@torusmesh/operator/drill'
import type { Row } from './row.ts'

const SEED = 7
const SOAK_HOURS = 72
/** `packages/operator/scripts/drill.ts --noise 10000` plays them all. */
const NOISE_HOURS = 1_000
const PEER = 'docker-autoheal’s rule'

/** The agent on its fault catalogue in virtual time, beside docker-autoheal's rule on the same faults. */
export async function operatorRows(): Promise<readonly Row[]> {
  const drills = await readDrills(FAULT_FOLDER)
  const startedMs = performance.now()
  const played = playDrills(drills)
  const playedMs = performance.now() - startedMs
  const figures = drillFigures(played)
  const { faults, alone, healedAlone: healed, actions, autohealHealed, autohealRestarts } = figures
  const validator = healedAlone(played)
    .map(({ drill }) => drill)
    .filter(({ scenario }) => scenario.catalogue === 'validator')
  const soaked = soak(validator, SOAK_HOURS, SEED)
  const quiet = noise(drills[0]!.catalogue, NOISE_HOURS, SEED)
  const row = (name: string, value: number, unit: string): Row => ({ name, value, unit })
  return [
    {
      ...row(`healed of ${alone} faults that need no consent`, healed, 'faults'),
      peer: `${PEER}: ${autohealHealed}`,
      ratio: healed / autohealHealed
    },
    {
      ...row('actions for them', actions, 'actions'),
      peer: `${PEER}: ${autohealRestarts}`,
      ratio: actions / autohealRestarts
    },
    row('fault to sound, p50', figures.healP50Ms, 'virtual ms'),
    row('fault to sound, p99', figures.healP99Ms, 'virtual ms'),
    row(`cause named first, of ${faults} faults`, figures.rootFirst, 'faults'),
    row('a whole fault, played', playedMs / faults, 'ms'),
    row(`people needed in ${SOAK_HOURS} h with ${soaked.faults} faults`, soaked.interventions, ''),
    row(`actions in ${NOISE_HOURS} h of noise alone`, quiet.actions, 'actions'),
    row('alerts in 100 h of noise alone', (quiet.interventions * 100) / NOISE_HOURS, 'alerts')
  ]
}
