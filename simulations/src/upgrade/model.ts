import { Dice } from '../consensus/cluster/dice.ts'
import type { AuditHash } from '../engine/audit.ts'
import { EngineError } from '../engine/errors.ts'
import type { ShardModel, ShardPort } from '../engine/model.ts'
import type { RunSetup } from '../scenario/scenario.ts'
import { MARKS } from './marks.ts'
import { drawMeshes } from './meshes.ts'
import { drawPlot, quietPlot } from './plot.ts'
import { type Mutation, Rollout } from './rollout.ts'
import type { Finding } from './watch.ts'

/** Rollouts know nothing of each other: shards never wait. */
const FAR_TICKS: number = 2 ** 30
const FINDINGS_MAX = 100

/** What one shard's rollouts came to. */
export interface RolloutsResult {
  readonly marks: Float64Array
  readonly members: number
  readonly deliveries: number
  readonly findings: readonly (Finding & { readonly node: number })[]
  readonly violations: number
  /** A row a rollout: members, waves, began, done in ms or -1, hops of an ordered halt. */
  readonly rows: readonly (readonly number[])[]
}

/** Many meshes side by side; each rollout is one event with a time of its own. */
export class RolloutsModel implements ShardModel {
  readonly lookaheadTicks: number = FAR_TICKS
  readonly #setup: RunSetup
  readonly #port: ShardPort
  readonly #firsts: readonly number[]
  readonly #mutation: Mutation | undefined
  readonly #marks = new Float64Array(MARKS.length)
  readonly #findings: (Finding & { readonly node: number })[] = []
  readonly #rows: number[][] = []
  #members = 0
  #deliveries = 0
  #violations = 0

  constructor(setup: RunSetup, port: ShardPort, mutation?: Mutation) {
    const members = Number(setup.spec.parameters['members'])
    this.#setup = setup
    this.#port = port
    this.#mutation = mutation
    this.#firsts = drawMeshes(setup.spec.seed, port.first, port.nodes, members)
  }

  start(): void {
    for (let mesh = 0; mesh + 1 < this.#firsts.length; mesh++) {
      this.#port.timer(mesh + 1, this.#firsts[mesh]!, 0, mesh, 0)
    }
  }

  handle(local: number, _word: number, mesh: number): void {
    const { spec } = this.#setup
    const size = this.#firsts[mesh + 1]! - local
    const node = this.#port.first + local
    const dice = new Dice(spec.seed, node)
    const horizonMs = spec.durationMs
    const plot = spec.parameters['hostile']
      ? drawPlot(dice, size, horizonMs)
      : quietPlot(size, {
          deadlineMs: 600_000,
          bakeMs: {
            canary: Number(spec.parameters['firstBakeMs']),
            octants: Number(spec.parameters['firstBakeMs']),
            wave: Number(spec.parameters['bakeMs'])
          },
          certificateMs: 60_000,
          askMs: 60_000
        })
    if (plot === undefined) {
      this.#marks[MARKS.indexOf('unplannable')]!++
      return
    }
    const mutation = this.#mutation
    const rollout = new Rollout({
      plot,
      dice,
      horizonMs,
      ...(mutation === undefined ? {} : { mutation })
    })
    rollout.run()
    this.#note(rollout, plot.plan.waves.length, size, node)
  }

  fault(): void {}

  audit(hash: AuditHash): void {
    for (const mark of this.#marks) hash.add(mark)
  }

  columns(): readonly ArrayBufferView[] {
    return [this.#marks]
  }

  save(): unknown {
    return refuseCheckpoint()
  }

  restore(): void {
    refuseCheckpoint()
  }

  result(): RolloutsResult {
    return {
      marks: this.#marks,
      members: this.#members,
      deliveries: this.#deliveries,
      findings: this.#findings,
      violations: this.#violations,
      rows: this.#rows
    }
  }

  #note(rollout: Rollout, waves: number, size: number, node: number): void {
    const { watch, marks, deliveries } = rollout
    for (const mark of marks) this.#marks[MARKS.indexOf(mark)]!++
    this.#members += size
    this.#deliveries += deliveries
    const doneMs = marks.has('done') ? rollout.doneMs : -1
    const row = [size, waves, watch.began, doneMs, rollout.haltHops]
    this.#rows.push(row)
    for (const figure of [...row, deliveries, Number(watch.finding !== undefined)]) {
      this.#port.audit.add(figure)
    }
    for (const { isHalted, wave } of rollout.gates.map(({ status }) => status)) {
      this.#port.audit.add(2 * wave + Number(isHalted) + 2)
    }
    if (watch.finding === undefined) return
    this.#violations++
    if (this.#findings.length < FINDINGS_MAX) this.#findings.push({ ...watch.finding, node })
  }
}

function refuseCheckpoint(): never {
  throw new EngineError('bad-checkpoint', 'rollouts take none: run them from the start')
}
