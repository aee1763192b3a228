import { SimulationError } from '../errors.ts'
import { expandFaults } from '../faults/expand.ts'
import type { FaultSpec } from '../faults/spec.ts'
import type { Scenario } from '../scenario/scenario.ts'
import type { RunSpec } from '../scenario/spec.ts'
import type { Topology } from '../topology/topology.ts'
import { Dice } from './dice.ts'
import { type Promised, promiseOf } from './promise.ts'
import { callsOf, Soundness } from './soundness.ts'

/** First faults: links are up by then, and everybody has beaten. */
const BEGIN_MS = 3_000
const FAULTS_MIN_MS = 5_000
const FAULTS_MAX_MS = 25_000
/** Nodes of one fault at most. */
const VICTIMS_MAX = 24
/** Of one fault: more of them say more at a time than a node of the health world remembers. */
const ADVERSARIES_MAX = 2
const OMITTED_PERMILLE = 500

/**
 * Draws a whole run: shape, network, parameters and faults. At first comes what may go wrong, then all
 * of it ends, and the rest of the run shows whether everything is well again.
 *
 * @param seed - unsigned 32-bit; the same seed draws the same run
 * @returns a spec that `checkSpec` accepts
 * @throws {SimulationError} `bad-setting` for a scenario of which no promise is known
 */
export function drawRun(scenario: Scenario, seed: number): RunSpec {
  const promised = promiseOf(scenario)
  if (promised === undefined) {
    throw new SimulationError(
      'bad-setting',
      `scenario: ${scenario.name} has no swarm; see sim list`
    )
  }
  const dice = (purpose: string): Dice => new Dice(seed, `${scenario.name} ${purpose}`)
  const shape = dice('shape')
  const healMs = BEGIN_MS + shape.between(FAULTS_MIN_MS, FAULTS_MAX_MS)
  const drawn = promised.parameters(dice('parameters'))
  const parameters = Object.fromEntries(
    Object.entries(scenario.parameters).map(([name, parameter]) => [
      name,
      drawn[name] ?? parameter.default
    ])
  )
  const spec: RunSpec = {
    scenario: scenario.name,
    nodes: shape.pick(promised.shapes),
    seed,
    durationMs: healMs + promised.tailMs,
    network: promised.network(dice('network'), parameters),
    faults: [],
    parameters
  }
  const topology = scenario.topology(spec)
  const draws = new FaultDraws(scenario, promised, spec, topology)
  const kinds = promised.faults(spec.network).filter(kind => {
    const omit = dice(`${kind} left out`)
    return !omit.chance(OMITTED_PERMILLE)
  })
  const faults = draws.all(kinds, kind => dice(`faults ${kind}`))
  const { callsMax } = promised
  while (callsMax !== undefined && parameters['notices'] === true && faults.length > 0) {
    const { seed, nodes, durationMs } = spec
    if (callsOf(expandFaults(faults, { seed, nodes, durationMs, topology }), topology) <= callsMax)
      break
    faults.pop()
  }
  return { ...spec, faults }
}

class FaultDraws {
  readonly #scenario: Scenario
  readonly #topology: Topology
  readonly #healMs: number
  readonly #crashed = new Set<number>()

  constructor(scenario: Scenario, promised: Promised, spec: RunSpec, topology: Topology) {
    this.#scenario = scenario
    this.#topology = topology
    this.#healMs = spec.durationMs - promised.tailMs
  }

  all(kinds: readonly FaultSpec['kind'][], diceOf: (kind: string) => Dice): FaultSpec[] {
    const soundness = new Soundness(this.#topology, kinds.includes('crash'))
    return kinds.flatMap(kind => {
      const dice = diceOf(kind)
      const times = dice.between(1, 3)
      return Array.from({ length: times }, () => this.#fault(kind, dice, soundness)).flat()
    })
  }

  /** None where no node is left that may be befallen. */
  #fault(kind: FaultSpec['kind'], dice: Dice, soundness: Soundness): FaultSpec[] {
    const atMs = dice.between(BEGIN_MS, this.#healMs - 1_000)
    const leftMs = this.#healMs - atMs
    const forMs = dice.between(1, leftMs)
    switch (kind) {
      case 'crash':
        return this.#crash(dice, atMs, leftMs)
      case 'pause':
      case 'deaf': {
        const nodes = this.#victims(dice, node => soundness.admit(node))
        return nodes.length === 0 ? [] : [{ kind, atMs, forMs, nodes }]
      }
      case 'slow': {
        const nodes = this.#victims(dice, node => soundness.admit(node))
        const factorPermille = 1_000 * dice.between(2, 12)
        return nodes.length === 0 ? [] : [{ kind, atMs, forMs, factorPermille, nodes }]
      }
      case 'turn': {
        const nodes = this.#victims(dice, node => soundness.admit(node), ADVERSARIES_MAX)
        const behaviour = dice.pick(this.#scenario.behaviours)
        return nodes.length === 0 ? [] : [{ kind, atMs: 0, behaviour, nodes }]
      }
      case 'partition': {
        return [{ kind, atMs, forMs, oneWay: dice.chance(300), ...this.#side(dice) }]
      }
      case 'churn': {
        const downMs = dice.between(1, Math.min(15_000, leftMs))
        const lastMs = dice.between(1, Math.max(1, leftMs - downMs))
        const permillePerMinute = dice.between(50, 1_000)
        const { mode, disk } = this.#down(dice)
        return [{ kind, atMs, forMs: lastMs, permillePerMinute, downMs, mode, disk }]
      }
      case 'skew':
        return []
      default:
        return kind satisfies never
    }
  }

  /** A core comes back by the time faults end, the others never do. */
  #crash(dice: Dice, atMs: number, leftMs: number): FaultSpec[] {
    const nodes = this.#victims(dice, node => !this.#crashed.has(node))
    for (const node of nodes) this.#crashed.add(node)
    const core = nodes.slice(0, dice.between(0, nodes.length))
    const others = nodes.slice(core.length)
    const overMs = dice.below(leftMs)
    const crash = { kind: 'crash', atMs, overMs, mode: this.#down(dice).mode } as const
    const { disk } = this.#down(dice)
    const restartAfterMs = dice.between(1, leftMs - overMs)
    return [
      ...(core.length > 0 ? [{ ...crash, nodes: core, restartAfterMs, disk }] : []),
      ...(others.length > 0 ? [{ ...crash, nodes: others }] : [])
    ]
  }

  #down(dice: Dice): { mode: 'silent' | 'closed'; disk: 'kept' | 'lost' } {
    return {
      mode: dice.pick(['silent', 'closed'] as const),
      disk: dice.pick(['kept', 'lost'] as const)
    }
  }

  #side(dice: Dice): { radius: number } | { sharePermille: number } {
    const radius = dice.between(0, 3)
    const sharePermille = dice.between(1, 500)
    return this.#topology.distance !== undefined && dice.chance(500)
      ? { radius }
      : { sharePermille }
  }

  #victims(dice: Dice, admit: (node: number) => boolean, most: number = VICTIMS_MAX): number[] {
    const { nodes } = this.#topology
    const wanted = dice.between(1, Math.min(most, Math.ceil(nodes / 5)))
    const victims = new Set<number>()
    for (let n = 0; n < wanted; n++) {
      const node = dice.below(nodes)
      if (!victims.has(node) && admit(node)) victims.add(node)
    }
    return [...victims]
  }
}
