import { Agent } from '../agent/agent.ts'
import type { AgentInput, AgentOutput, Notice } from '../agent/messages.ts'
import { ENGINE } from '../catalogue/parse.ts'
import type { Catalogue, CheckSpec, ServiceSpec } from '../catalogue/types.ts'
import { judgeState } from '../checks/judge-state.ts'
import { ReplyJudge } from '../checks/look-round.ts'
import type { ProbeReply } from '../checks/reply.ts'
import { type CheckResult, symptom } from '../checks/symptoms.ts'
import type { OperatorRow } from '../incidents/rows.ts'
import { createRulebook } from '../rules/rulebook.ts'
import type { Rulebook } from '../rules/types.ts'
import type { World } from './world.ts'

/** From a change to the look it causes: what a real engine's events take. */
export const EVENT_MS = 45
/** What an action takes on a real engine, without the service's own start. */
const ACT_MS = 150
const RECHECK_MS = 5
export const POLL_MS = 1_000
export const BUSY_POLL_MS = 250

/** Changes a reply on its way, as noise does. */
export type Disturb = (service: string, check: string, reply: ProbeReply) => ProbeReply

export interface VirtualAgentInit {
  readonly catalogue: Catalogue
  readonly world: World
  readonly rules?: Rulebook
  /** Whether questions are answered with yes. */
  readonly consents?: boolean
  readonly disturb?: Disturb
  /** Whether rows become durable. */
  readonly durable?: () => boolean
}

/** An action as it was done. */
export interface DoneAction {
  readonly atMs: number
  /** `restart node`. */
  readonly what: string
  /** The service had nothing wrong with it. */
  readonly onSound: boolean
}

interface Due {
  readonly atMs: number
  readonly input: () => AgentInput
}

/** The agent on a model of services, in virtual time: its shell without any I/O. */
export class VirtualAgent {
  readonly agent: Agent
  readonly rows: OperatorRow[] = []
  readonly notices: Notice[] = []
  readonly done: DoneAction[] = []
  readonly #init: VirtualAgentInit
  readonly #judge = new ReplyJudge()
  readonly #due: Due[] = []
  /** Checks on their way that get no answer. */
  readonly #silent = new Set<string>()
  readonly #out = (output: AgentOutput): void => this.#take(output)
  #now = 0

  constructor(init: VirtualAgentInit) {
    this.#init = init
    const { catalogue, rules = createRulebook() } = init
    this.agent = new Agent({ catalogue, rules, prefix: 'inc' })
    this.grant(168)
  }

  role(kind: 'session-opened' | 'session-active' | 'vault-unlocked' | 'control-taken'): void {
    this.agent.handle({ kind: 'role', input: { kind } }, this.#now, this.#out)
  }

  /** Actions done, those of them on sound services, and times a person was needed. */
  actions = 0
  onSound = 0
  interventions = 0

  /** A session that lets the agent act alone for some hours. */
  grant(hours: number): void {
    for (const kind of ['session-opened', 'vault-unlocked'] as const) this.role(kind)
    this.agent.handle({ kind: 'role', input: { kind: 'granted', hours } }, this.#now, this.#out)
  }

  /** Drops what was written so far, for runs of many hours. */
  forget(): void {
    this.rows.length = 0
    this.notices.length = 0
    this.done.length = 0
  }

  /** Hands in what has become due, then looks at everything. */
  poll(now: number): void {
    this.#settle(now)
    this.#look([...this.#init.catalogue.services.values()], true)
  }

  /** Looks at what the engine knows, as after an event. */
  glance(now: number): void {
    this.#settle(now)
    this.#look([...this.#init.catalogue.services.values()], false)
  }

  #settle(now: number): void {
    for (;;) {
      this.#due.sort((a, b) => a.atMs - b.atMs)
      const next = this.#due[0]
      if (next === undefined || next.atMs > now) break
      this.#due.shift()
      this.#pass(next.atMs)
      this.agent.handle(next.input(), this.#now, this.#out)
    }
    this.#pass(now)
  }

  #pass(now: number): void {
    this.#now = Math.max(this.#now, now)
    this.#init.world.advance(this.#now)
  }

  #look(services: readonly ServiceSpec[], probes: boolean): void {
    const results = services.flatMap(service => [
      ...this.#facts(service),
      ...(probes ? service.checks.flatMap(check => this.#probe(service, check)) : [])
    ])
    this.agent.handle({ kind: 'looked', results }, this.#now, this.#out)
  }

  /** What the engine knows of a service. */
  #facts(service: ServiceSpec): CheckResult[] {
    const { world } = this.#init
    const results: CheckResult[] = []
    if (service.name === ENGINE) {
      const fault = world.engineFault
      const symptoms = fault === undefined ? [] : [symptom(fault, 'no answer')]
      results.push({ service: ENGINE, check: 'engine', symptoms })
    } else if (service.runtime === 'container' && world.engineFault === undefined) {
      results.push(...judgeState(service, world.look(service)))
    }
    return results
  }

  /** All checks of a service at once. */
  #results(service: ServiceSpec): CheckResult[] {
    const results = this.#facts(service)
    const replies = service.checks.map(check => this.#reply(service, check))
    return [...results, ...this.#judge.judge(service, replies, this.#now)]
  }

  #reply(service: ServiceSpec, check: CheckSpec): ProbeReply {
    const { world, disturb } = this.#init
    const reply = world.reply(service, check)
    return disturb === undefined ? reply : disturb(service.name, check.name, reply)
  }

  /** Makes one check; silence takes until the check's timeout to be known. */
  #probe(service: ServiceSpec, check: CheckSpec): CheckResult[] {
    const key = `${service.name} ${check.name}`
    if (this.#silent.has(key)) return []
    const reply = this.#reply(service, check)
    const result = (): CheckResult[] =>
      this.#judge.judge({ ...service, checks: [check] }, [reply], this.#now)
    if (!isSilence(reply)) return result()
    this.#silent.add(key)
    this.#later(timeoutOf(check), () => {
      this.#silent.delete(key)
      return { kind: 'looked', results: result() }
    })
    return []
  }

  #later(delayMs: number, input: () => AgentInput): void {
    this.#due.push({ atMs: this.#now + delayMs, input })
  }

  #take(output: AgentOutput): void {
    const { catalogue, world, consents, durable } = this.#init
    switch (output.kind) {
      case 'recheck': {
        const { id } = output
        const service = catalogue.services.get(output.service)!
        const silent = service.checks.filter(check => isSilence(world.reply(service, check)))
        const delayMs = Math.max(RECHECK_MS, ...silent.map(timeoutOf))
        return this.#later(delayMs, () => {
          return { kind: 'rechecked', id, results: this.#results(service) }
        })
      }
      case 'record': {
        const ok = durable === undefined || durable()
        if (ok) this.rows.push(output.row)
        if (consents === true && output.row.kind === 'asked') this.#consent(output.row.approval)
        const { id } = output
        if (id !== undefined) this.#later(2, () => ({ kind: 'recorded', id, ok }))
        return
      }
      case 'act': {
        const { id, action } = output
        const onSound = world.of(action.service).sound(this.#now)
        const done = { atMs: this.#now, what: `${action.kind} ${action.service}`, onSound }
        this.done.push(done)
        this.actions++
        if (onSound) this.onSound++
        return this.#later(ACT_MS, () => {
          try {
            world.act(action.kind, action.service)
          } catch (error) {
            return { kind: 'acted', id, ok: false, detail: String(error) }
          }
          this.#judge.forget(catalogue.services.get(action.service)!)
          return { kind: 'acted', id, ok: true, detail: '' }
        })
      }
      case 'undo': {
        const { id } = output
        return this.#later(ACT_MS, () => ({ kind: 'undone', id, ok: true }))
      }
      case 'notify':
        this.notices.push(output.notice)
        if (output.notice.kind !== 'healed') this.interventions++
        return
      case 'collect':
      case 'rejected':
        return
      default:
        return output satisfies never
    }
  }

  /** An operator who is there and says yes. */
  #consent(id: string): void {
    const tokenHash = `token of ${id}`
    this.#later(1, () => ({ kind: 'delivered', approval: id, tokenHash }))
    this.#later(2, () => ({ kind: 'answered', answer: { id, tokenHash, answer: 'approve' } }))
  }
}

function isSilence(reply: ProbeReply): boolean {
  return reply.kind === 'failed' && reply.code === 'timeout'
}

function timeoutOf(check: CheckSpec): number {
  return 'timeoutMs' in check ? check.timeoutMs : 0
}
