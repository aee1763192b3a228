import { HAS_PAYLOAD, type ShardModel, type ShardPort } from '../../src/engine/model.ts'
import { draw } from '../../src/engine/random.ts'
import type { FaultEvent } from '../../src/faults/event.ts'
import type { Merged, RunSetup, Scenario } from '../../src/scenario/scenario.ts'
import type { RunSpec } from '../../src/scenario/spec.ts'
import { sidesFor } from '../../src/topology/sides.ts'
import { torusTopology } from '../../src/topology/torus.ts'

const TICK = 1
const HELLO = 2
export const LOOKAHEAD_TICKS = 40
const PERIOD_TICKS = 5_000

/** Nodes that greet random peers with payloads, remember sums of what they hear, and crash. */
export class TestModel implements ShardModel {
  readonly lookaheadTicks = LOOKAHEAD_TICKS
  readonly #port: ShardPort
  readonly #setup: RunSetup
  readonly #sums: Int32Array
  readonly #ticks: Int32Array
  readonly #up: Uint8Array
  #heard = 0

  constructor(setup: RunSetup, port: ShardPort) {
    this.#setup = setup
    this.#port = port
    this.#sums = new Int32Array(port.nodes)
    this.#ticks = new Int32Array(port.nodes)
    this.#up = new Uint8Array(port.nodes).fill(1)
  }

  start(): void {
    for (let local = 0; local < this.#port.nodes; local++) {
      this.#port.timer(1 + ((this.#port.first + local) % PERIOD_TICKS), local, TICK, 0, 0)
    }
  }

  handle(local: number, word: number, a: number, b: number): void {
    if (this.#up[local] === 0) return
    if (word === TICK) {
      this.#port.timer(PERIOD_TICKS, local, TICK, 0, 0)
      this.#greet(local)
      return
    }
    this.#heard++
    const words = this.#port.payload(b)
    this.#sums[local] = (Math.imul(this.#sums[local]!, 31) + a + words[0]! + words.length) | 0
  }

  #greet(local: number): void {
    const { spec, topology } = this.#setup
    const node = this.#port.first + local
    const word = draw(spec.seed, 1, node, this.#ticks[local]!++)
    const payload = this.#port.intern(new Int32Array(1 + (word & 3)).fill(word >>> 8))
    const far = (node + (word >>> 4)) % topology.nodes
    const delayTicks = LOOKAHEAD_TICKS + (word & 255)
    this.#port.send(delayTicks, far, HELLO | HAS_PAYLOAD, node, payload)
    this.#port.send(delayTicks, topology.peer(node, word % 6), HELLO | HAS_PAYLOAD, ~node, payload)
  }

  fault(event: FaultEvent): void {
    if (event.kind !== 'crash') return
    const local = event.node - this.#port.first
    if (local >= 0 && local < this.#port.nodes) this.#up[local] = 0
    // Every shard hears of it, at its time and before the other events of that tick.
    this.#port.audit.add(this.#port.nowTicks)
  }

  audit(): void {}

  columns(): readonly ArrayBufferView[] {
    return [this.#sums, this.#ticks, this.#up]
  }

  save(): unknown {
    return { heard: this.#heard }
  }

  restore(saved: unknown): void {
    this.#heard = (saved as { heard: number }).heard
  }

  result(): unknown {
    return { first: this.#port.first, heard: this.#heard, sums: this.#sums }
  }
}

const merged: Merged = { sometimes: {}, measures: {}, violations: [], tables: {} }

export function testScenario(createShard: Scenario['createShard'], name = 'test'): Scenario {
  return {
    name,
    about: 'for tests',
    parameters: {},
    defaults: {
      nodes: 4096,
      durationMs: 3_000,
      network: { latency: { model: 'constant', oneWayMs: 10 } },
      faults: []
    },
    faults: ['crash'],
    behaviours: [],
    topology: spec => torusTopology(sidesFor(spec.nodes)),
    createShard,
    merge: () => merged
  }
}

export const greetings: Scenario = testScenario((setup, port) => new TestModel(setup, port))

export function setupOf(scenario: Scenario, changes: Partial<RunSpec> = {}): RunSetup {
  const spec: RunSpec = {
    scenario: scenario.name,
    seed: 7,
    parameters: {},
    ...scenario.defaults,
    ...changes
  }
  const faults: FaultEvent[] = [3, 2_000, 4_000].map((node, i) => ({
    kind: 'crash',
    atMs: 700 + i * 900,
    node,
    mode: 'silent'
  }))
  return { spec, topology: scenario.topology(spec), faults }
}

const failing: Scenario = testScenario((setup, port) => {
  const model = new TestModel(setup, port)
  model.handle = () => port.send(LOOKAHEAD_TICKS - 1, 0, HELLO, 0, 0)
  return model
}, 'failing')

/** Worker threads find the scenarios of these tests here. */
export function findScenario(name: string): Scenario | undefined {
  return [greetings, failing].find(scenario => scenario.name === name)
}
export { failing }
