import type { Violation } from '../scenario/outcome.ts'
import type { Merged, RunSetup, Scenario } from '../scenario/scenario.ts'
import { sidesFor } from '../topology/sides.ts'
import { torusTopology } from '../topology/torus.ts'
import { attacks } from './attacks/index.ts'
import { epochsOf, NO_NETWORK } from './settings.ts'
import { Stage } from './stage.ts'
import { rowsOf, TrialModel, type TrialResult } from './trials.ts'

const MONTH_MS = 30 * 86_400_000
/** Whether the attack got through with its guard, and without it. */
const WIDTH = 2

/** All attacks on governance, each by itself, each with the control that shows what its guard does. */
export const governanceAttacks: Scenario = {
  name: 'governance-attacks',
  about: 'sixteen attacks on governance by a part of the members, each with and without its guard',
  parameters: {
    attackersPermille: {
      default: 200,
      about: 'Members that are the attacker’s.',
      min: 100,
      max: 330
    }
  },
  defaults: { nodes: 512, durationMs: MONTH_MS, network: NO_NETWORK, faults: [] },
  faults: [],
  behaviours: [],
  topology: ({ nodes }) => torusTopology(sidesFor(nodes)),
  createShard(setup, port) {
    const { topology } = setup
    const init = { ...stageInit(setup) }
    let stage: Stage | undefined
    const trials = attacks.map(({ run }) => (): readonly number[] => {
      stage ??= new Stage(init)
      return [Number(run(stage, true)), Number(run(stage, false))]
    })
    return new TrialModel({ topology, port, trials, width: WIDTH })
  },
  merge
}

function stageInit({ spec, topology }: RunSetup): ConstructorParameters<typeof Stage>[0] {
  const { seed, parameters } = spec
  const attackersPermille = Number(parameters['attackersPermille'])
  return { topology, seed, epochs: epochsOf(spec), attackersPermille }
}

function merge({ spec }: RunSetup, results: readonly unknown[]): Merged {
  const rows = rowsOf(results as readonly TrialResult[], attacks.length, WIDTH)
  const violations: Violation[] = []
  const sometimes: Record<string, number> = {}
  for (const [at, { name, about }] of attacks.entries()) {
    const [guarded = 0, bare = 0] = rows[at] ?? []
    sometimes[name] = bare
    const violate = (property: string): void => {
      violations.push({ property, atMs: spec.durationMs, node: 0, what: `${name}: ${about}` })
    }
    if (guarded === 1) violate('attack-failed')
    if (rows[at] === undefined || bare === 0) violate('control-succeeded')
  }
  const held = rows.filter(row => row?.[0] === 0).length
  const controls = rows.filter(row => row?.[1] === 1).length
  return {
    sometimes,
    measures: { attacks: attacks.length, attacksHeld: held, controlsSucceeded: controls },
    violations,
    tables: {
      attacks: {
        attack: attacks.map(({ name }) => name),
        guarded: Int32Array.from(rows, row => row?.[0] ?? -1),
        unguarded: Int32Array.from(rows, row => row?.[1] ?? -1)
      }
    }
  }
}
