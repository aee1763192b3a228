import { createTorus } from '@torusmesh/torus'
import {
  Gate,
  type GateInput,
  type GateOutput,
  type GatePlan,
  type GatePlanInit,
  type GateRecord,
  type GateRules,
  gateRules,
  openPlan,
  type Phase,
  Positions,
  type Statement,
  type Word
} from '../../src/index.ts'

export const OLD: string = '0a'.repeat(32)
export const NEW: string = '0b'.repeat(32)
export const BAD: string = '0c'.repeat(32)
/** Time between a word and its arrival, and of each phase of an executor. */
export const STEP_MS = 10
const SIGNATURE = Uint8Array.of(1)
const EVENTS_MAX = 200_000

/** A plan over a full torus. */
export function planFor(sides: readonly number[], part: Partial<GatePlanInit> = {}): GatePlan {
  const torus = createTorus(sides)
  const members = Array.from({ length: torus.cells }, (_, cell) => ({
    member: cell.toString(16).padStart(6, '0'),
    cell
  }))
  const result = openPlan({
    positions: new Positions(torus, members),
    manifest: '00'.repeat(32),
    artefacts: [NEW],
    profile: 'standard',
    coordinator: 1,
    halters: [1, 2],
    tolerance: 0,
    expiresMs: 1_000_000,
    timings: {
      deadlineMs: 5_000,
      bakeMs: { canary: 100, octants: 200, wave: 400 },
      certificateMs: 2_000,
      askMs: 1_000
    },
    ...part
  })
  if (!result.ok) throw new Error(result.problem.code)
  return result.plan
}

export const rules: GateRules = {
  isSigned: ({ signature }) => signature === SIGNATURE,
  ...gateRules
}

export function signed(plan: GatePlan, author: number, word: Word): Statement {
  return { ...word, plan: plan.id, author, signature: SIGNATURE }
}

interface Event {
  readonly atMs: number
  readonly order: number
  readonly member: number
  readonly input: GateInput
}

/** A few gates with a perfect network: enough to read what they say to each other. */
export class Mesh {
  readonly plan: GatePlan
  readonly gates: Gate[]
  readonly runs: string[]
  readonly records: GateRecord[][]
  /** All that was signed, in order. */
  readonly said: Statement[] = []
  readonly log: string[] = []
  nowMs = 0
  /** What a phase of a member's executor comes to; by default all goes well. */
  onExecute: (member: number, phase: Phase) => { ok: boolean; digest?: string } = () => ({
    ok: true
  })
  onJudge: (member: number, wave: number) => boolean = () => false
  /** What is there to see; by default what runs. */
  seen: (member: number) => string = member => this.runs[member]!
  readonly down = new Set<number>()
  #order = 0
  readonly #events: Event[] = []
  readonly #rules: GateRules

  constructor(plan: GatePlan, own: Partial<GateRules> = {}) {
    this.plan = plan
    this.#rules = { ...rules, ...own }
    const members = plan.positions.members
    this.runs = members.map(() => OLD)
    this.records = members.map(() => [])
    this.gates = members.map((_, self) => new Gate({ plan, self, rules: this.#rules }))
    for (const self of members.keys()) this.input(self, { type: 'start' })
  }

  /** Signs and spreads a word of a member, whatever its gate thinks. */
  speak(author: number, word: Word): void {
    const statement = signed(this.plan, author, word)
    this.said.push(statement)
    for (const self of this.gates.keys()) {
      this.#later(STEP_MS, self, { type: 'statement', statement })
    }
  }

  input(self: number, input: GateInput): void {
    if (this.down.has(self)) return
    this.gates[self]!.handle(input, this.nowMs, output => this.#carryOut(self, output))
  }

  setDown(member: number, isDown: boolean): void {
    if (isDown) this.down.add(member)
    else this.down.delete(member)
    for (const self of this.gates.keys()) {
      this.#later(STEP_MS, self, { type: 'health', member, isUp: !isDown })
    }
  }

  /** Kills a node and starts it with what it persisted. */
  restart(self: number): void {
    const { plan } = this
    this.gates[self] = new Gate({ plan, self, rules: this.#rules, records: this.records[self]! })
    this.input(self, { type: 'start' })
  }

  run(untilMs: number): void {
    for (let count = 0; count < EVENTS_MAX; count++) {
      this.#events.sort((a, b) => a.atMs - b.atMs || a.order - b.order)
      if (this.#events.length === 0 || this.#events[0]!.atMs > untilMs) break
      const event = this.#events.shift()!
      this.nowMs = event.atMs
      this.input(event.member, event.input)
    }
    this.nowMs = untilMs
  }

  #later(delayMs: number, member: number, input: GateInput): void {
    this.#events.push({ atMs: this.nowMs + delayMs, order: this.#order++, member, input })
  }

  #carryOut(self: number, output: GateOutput): void {
    switch (output.type) {
      case 'persist':
        this.records[self]!.push(output.record)
        break
      case 'say':
        this.speak(self, output.word)
        break
      case 'execute':
        this.#execute(self, output.phase)
        break
      case 'probe':
        this.#later(STEP_MS, self, {
          type: 'probed',
          target: output.target,
          digest: this.seen(output.target)
        })
        break
      case 'judge': {
        const isWorse = this.onJudge(self, output.wave)
        this.#later(STEP_MS, self, { type: 'judged', wave: output.wave, isWorse })
        break
      }
      case 'ask':
        this.#later(STEP_MS, (self + 1) % this.gates.length, {
          type: 'asked',
          from: self,
          wave: output.wave
        })
        break
      case 'tell':
        for (const statement of output.statements) {
          this.#later(STEP_MS, output.to, { type: 'statement', statement })
        }
        for (const word of output.words) {
          const statement = signed(this.plan, self, word)
          this.#later(STEP_MS, output.to, { type: 'statement', statement })
        }
        break
      case 'notify':
        this.log.push(`${this.nowMs} ${self} ${output.stage} ${output.wave}`)
        break
      case 'timer':
        this.#later(output.atMs - this.nowMs, self, { type: 'timer' })
        break
      default:
        output satisfies never
    }
  }

  #execute(self: number, phase: Phase): void {
    const { ok, digest } = this.onExecute(self, phase)
    if (phase === 'execute' && ok) this.runs[self] = digest ?? NEW
    if (phase === 'rollback' && ok) this.runs[self] = OLD
    const shown = phase === 'preflight' ? (digest ?? NEW) : this.runs[self]!
    this.#later(STEP_MS, self, { type: 'executed', phase, ok, digest: shown })
  }
}
