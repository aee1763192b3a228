import { createHash, randomBytes } from 'node:crypto'
import { Agent } from './agent/agent.ts'
import type { AgentOutput, Notice } from './agent/messages.ts'
import type { AutonomyInput } from './approvals/autonomy.ts'
import type { Approval, ApprovalAnswer } from './approvals/queue.ts'
import { ENGINE } from './catalogue/parse.ts'
import type { Catalogue, CheckSpec, ServiceSpec } from './catalogue/types.ts'
import { judgeState } from './checks/judge-state.ts'
import { ReplyJudge } from './checks/look-round.ts'
import { type Prober, systemProber } from './checks/prober.ts'
import type { ProbeReply } from './checks/reply.ts'
import { type CheckResult, type Symptom, symptom } from './checks/symptoms.ts'
import type { Clock } from './clock.ts'
import type { Proposal, Role } from './decide/decide.ts'
import { OperatorError } from './errors.ts'
import { IncidentBook, type TimedRow } from './incidents/book.ts'
import { pastOf } from './incidents/past.ts'
import type { OperatorRow } from './incidents/rows.ts'
import { flagOf, type Signal } from './refusals/flags.ts'
import { type AgentRequest, REFUSALS, type RefusalCode, refuse } from './refusals/refuse.ts'
import { type Action, aboutAction } from './remedy/actions.ts'
import type { AgentLimits } from './remedy/limits.ts'
import type { Rulebook } from './rules/types.ts'
import { type RunCommand, runCommand } from './runtime/command.ts'
import type { ContainerRuntime, InstanceState } from './runtime/types.ts'

/** Between two looks at everything; events come in between. */
const POLL_MS = 1_000
/** The same while something is being healed. */
const BUSY_POLL_MS = 250
/** Events in so short a time lead to one look. */
const GATHER_MS = 5
/** A poll so late shows that this process was held up: then silence is its own fault. */
const LATE_MS = 250
const MAX_PENDING_ROWS = 4_096
const MAX_DETAIL = 200

/** Where the agent's rows go. */
export interface OperatorJournal {
  /** @returns once the row is durable; rejects if it can't be */
  append(row: OperatorRow): Promise<void>
}

/** What an operator's agent is made of. */
export interface OperatorInit {
  readonly runtime: ContainerRuntime
  readonly catalogue: Catalogue
  readonly rules: Rulebook
  readonly journal: OperatorJournal
  readonly clock: Clock
  /** Tells people; called at most once an hour for the same. */
  readonly notify: (notice: Notice) => void
  /** In front of incident ids; without `history`, another one at each start. */
  readonly prefix: string
  /** Rows of earlier starts, oldest first: budgets, incidents, questions and grants go on. */
  readonly history?: readonly TimedRow[]
  /** Whether keys can be used at the start, so that a grant of an earlier start goes on; default yes. */
  readonly keysOpen?: boolean
  readonly limits?: AgentLimits
  readonly prober?: Prober
  readonly hooks?: RunCommand
}

/** A question as it is shown to an operator. */
export interface Delivery {
  readonly approval: Approval
  /** Counts for one answer to this delivery. */
  readonly token: string
}

/** A running agent. */
export interface Operator {
  start(): void
  /** Ends the looks and waits for rows on their way. */
  stop(): Promise<void>
  readonly role: Role
  /** What is left of a running grant, milliseconds. */
  readonly grantLeftMs: number
  readonly approvals: readonly Approval[]
  readonly incidents: IncidentBook
  /** Symptoms believed now by service; a healthy one isn't in it. */
  failing(): ReadonlyMap<string, readonly Symptom[]>
  /** @throws OperatorError `GRANT_REFUSED` with what to do first */
  change(input: AutonomyInput): void
  /** Shows a question to an authenticated session. @throws OperatorError `APPROVAL_UNKNOWN` */
  deliver(approval: string): Delivery
  /** @throws OperatorError `APPROVAL_UNKNOWN`, `APPROVAL_TOKEN` */
  answer(id: string, token: string, answer: ApprovalAnswer['answer'], deferMs?: number): void
  /** A model's or peer's wish. @returns why it is refused, if it is */
  propose(service: string, proposal: Proposal, from: ProposalSource): RefusalCode | undefined
  /** Anything else somebody wants. @returns why it is refused, if it is */
  request(request: AgentRequest): RefusalCode | undefined
  /** What the vault and the machine report of keys. */
  signal(signal: Signal): void
}

/** Who proposes. */
export interface ProposalSource {
  readonly source: 'model' | 'peer'
  readonly certified: boolean
}

/**
 * The agent over real services. Whatever fails around it becomes a symptom or an outcome.
 *
 * @example
 * const engine = new EngineClient({ socketPath: '/var/run/docker.sock' })
 * const operator = createOperator({
 *   runtime: runtimeByKind({ container: new DockerRuntime(engine), process: new ProcessRuntime(runCommand) }),
 *   catalogue: parseCatalogueYaml(await readFile('services.yaml', 'utf8')),
 *   rules: createRulebook(),
 *   journal: { append: async row => console.log(row.kind) },
 *   clock: systemClock,
 *   notify: ({ text }) => console.log(text),
 *   prefix: 'inc'
 * })
 * operator.start()
 */
export function createOperator(init: OperatorInit): Operator {
  return new OperatorShell(init)
}

class OperatorShell implements Operator {
  readonly incidents = new IncidentBook()
  readonly #init: OperatorInit
  readonly #agent: Agent
  readonly #judge = new ReplyJudge()
  readonly #probing = new Set<string>()
  readonly #out = (output: AgentOutput): void => this.#take(output)
  /** How services were before a running action that can be taken back. */
  readonly #before = new Map<string, InstanceState>()
  #rejected: OperatorError | undefined
  #cancelPoll: (() => void) | undefined
  #cancelGlance: (() => void) | undefined
  #unwatch: (() => void) | undefined
  #glancing: Promise<void> | undefined
  #glanceAgain = false
  #writing: Promise<void> = Promise.resolve()
  #pendingRows = 0
  #running = false
  /** When the next poll is due. */
  #dueMs = Number.MAX_SAFE_INTEGER - LATE_MS
  /** When a poll last came late. */
  #lateMs = Number.MIN_SAFE_INTEGER

  constructor(init: OperatorInit) {
    this.#init = init
    this.#agent = new Agent(init)
    this.#restore(init.history ?? [])
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#unwatch = this.#init.runtime.watch(() => this.#changed())
    this.#poll()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#unwatch?.()
    this.#cancelPoll?.()
    this.#cancelGlance?.()
    await this.#glancing
    await this.#writing
  }

  get role(): Role {
    return this.#agent.role
  }

  get grantLeftMs(): number {
    return Math.max(0, this.#agent.grantUntilMs - this.#now())
  }

  get approvals(): readonly Approval[] {
    return this.#agent.approvals
  }

  failing(): ReadonlyMap<string, readonly Symptom[]> {
    const now = this.#now()
    const found = new Map<string, readonly Symptom[]>()
    for (const name of this.#init.catalogue.services.keys()) {
      const { symptoms } = this.#agent.view(name, now)
      if (symptoms.length > 0) found.set(name, symptoms)
    }
    return found
  }

  change(input: AutonomyInput): void {
    this.#handle({ kind: 'role', input })
  }

  deliver(id: string): Delivery {
    const token = randomBytes(32).toString('base64url')
    this.#handle({ kind: 'delivered', approval: id, tokenHash: hashOf(token) })
    const approval = this.approvals.find(open => open.id === id)
    if (approval?.delivered?.tokenHash === hashOf(token)) return { approval, token }
    const waits = approval === undefined ? 0 : approval.notBeforeMs - this.#now()
    const message =
      waits > 0
        ? `${id} is put off for another ${Math.ceil(waits / 1_000)} s; wait, or do it by hand`
        : `no open question ${id}; list them with torusmesh operator status`
    throw new OperatorError('APPROVAL_UNKNOWN', message)
  }

  answer(id: string, token: string, answer: ApprovalAnswer['answer'], deferMs?: number): void {
    const given = { id, tokenHash: hashOf(token), answer }
    const full = deferMs === undefined ? given : { ...given, deferMs }
    this.#handle({ kind: 'answered', answer: full })
  }

  propose(service: string, proposal: Proposal, from: ProposalSource): RefusalCode | undefined {
    const code =
      this.request({ kind: 'remediation', ...from }) ??
      this.request({ kind: 'output', text: `${proposal.action} ${proposal.why}` })
    if (code === undefined) this.#handle({ kind: 'proposed', service, proposal })
    return code
  }

  request(request: AgentRequest): RefusalCode | undefined {
    const code = refuse(request)
    if (code === undefined) return undefined
    this.#record({ kind: 'refused', code, detail: `${request.kind}: ${REFUSALS[code]}` })
    return code
  }

  signal(signal: Signal): void {
    const flag = flagOf(signal)
    if (flag !== undefined) this.#handle({ kind: 'flagged', flag })
  }

  /** What was under way when an earlier start ended is closed; nothing of it is repeated blindly. */
  #restore(history: readonly TimedRow[]): void {
    if (history.length === 0) return
    for (const { atMs, row } of history) this.incidents.take(row, atMs)
    const past = pastOf(history, this.#init.clock.wallMs())
    const { keysOpen = true } = this.#init
    this.#handle({ kind: 'restored', past, keysOpen })
    for (const { incident, id, action } of past.interrupted) {
      const row = { kind: 'outcome', incident, id, action, tookMs: 0 } as const
      this.#record({ ...row, outcome: 'interrupted', detail: 'the agent ended' })
    }
  }

  #now(): number {
    return this.#init.clock.monotonicMs()
  }

  #handle(input: Parameters<Agent['handle']>[0]): void {
    const busy = this.#agent.busy(this.#now())
    this.#rejected = undefined
    this.#agent.handle(input, this.#now(), this.#out)
    // From the first action on, its effect is looked for more often.
    if (!busy && this.#agent.busy(this.#now()) && this.#running) {
      this.#cancelPoll?.()
      this.#cancelPoll = this.#init.clock.after(BUSY_POLL_MS, () => this.#poll())
      this.#dueMs = this.#now() + BUSY_POLL_MS
    }
    const rejected = this.#rejected
    this.#rejected = undefined
    if (rejected !== undefined) throw rejected
  }

  #poll(): void {
    if (!this.#running) return
    const delayMs = this.#agent.busy(this.#now()) ? BUSY_POLL_MS : POLL_MS
    this.#cancelPoll = this.#init.clock.after(delayMs, () => this.#poll())
    const now = this.#now()
    if (now > this.#dueMs + LATE_MS) this.#lateMs = now
    this.#dueMs = now + delayMs
    this.#glance()
    for (const service of this.#init.catalogue.services.values()) {
      for (const check of service.checks) this.#probe(service, check)
    }
  }

  #changed(): void {
    if (!this.#running || this.#cancelGlance !== undefined) return
    this.#cancelGlance = this.#init.clock.after(GATHER_MS, () => {
      this.#cancelGlance = undefined
      this.#glance()
    })
  }

  /** Looks at what the runtime knows; one such look at a time. */
  #glance(): void {
    if (this.#glancing !== undefined) {
      this.#glanceAgain = true
      return
    }
    this.#glancing = this.#lookAtAll().finally(() => {
      this.#glancing = undefined
      if (!this.#glanceAgain || !this.#running) return
      this.#glanceAgain = false
      this.#glance()
    })
  }

  async #lookAtAll(): Promise<void> {
    const services = [...this.#init.catalogue.services.values()]
    const looks = await Promise.all(services.map(service => this.#look(service)))
    if (this.#running) this.#handle({ kind: 'looked', results: withEngine(looks) })
  }

  async #look(service: ServiceSpec): Promise<CheckResult[] | OperatorError> {
    if (service.runtime === 'host') return []
    try {
      return judgeState(service, await this.#init.runtime.look(service))
    } catch (error) {
      if (error instanceof OperatorError && ENGINE_CODES.has(error.code)) return error
      const symptoms = [symptom('unknown', messageOf(error))]
      return [{ service: service.name, check: 'container', symptoms }]
    }
  }

  /** One check; a check that hangs delays no other, and isn't asked twice at once. */
  #probe(service: ServiceSpec, check: CheckSpec): void {
    const key = `${service.name} ${check.name}`
    if (this.#probing.has(key)) return
    this.#probing.add(key)
    const startedMs = this.#now()
    this.#reply(check)
      .then(reply => {
        if (!this.#running) return
        const heldUp = this.#lateMs >= startedMs || this.#now() > this.#dueMs + LATE_MS
        if (heldUp && reply.kind === 'failed' && reply.code === 'timeout') return
        const one = { ...service, checks: [check] }
        this.#handle({ kind: 'looked', results: this.#judge.judge(one, [reply], this.#now()) })
      })
      .finally(() => this.#probing.delete(key))
  }

  async #reply(check: CheckSpec): Promise<ProbeReply> {
    const { runtime, catalogue, prober = systemProber } = this.#init
    if (check.type !== 'name') return await prober(check)
    const from = catalogue.services.get(check.from)
    try {
      const resolved = from === undefined || (await runtime.resolves(from, check.host))
      return { kind: 'name', resolved }
    } catch {
      // Who can't be asked says nothing about the name; that it can't be asked is its own symptom.
      return { kind: 'name', resolved: true }
    }
  }

  #take(output: AgentOutput): void {
    switch (output.kind) {
      case 'recheck':
        this.#recheck(output.id, output.service)
        return
      case 'record':
        return this.#record(output.row, output.id)
      case 'act':
        this.#act(output.id, output.action)
        return
      case 'undo':
        this.#undo(output.id, output.action)
        return
      case 'collect':
        this.#collect(output.incident, output.service)
        return
      case 'notify':
        return this.#init.notify(output.notice)
      case 'rejected':
        this.#rejected = new OperatorError(output.code, output.why)
        return
      default:
        output satisfies never
    }
  }

  async #recheck(id: string, name: string): Promise<void> {
    const service = this.#init.catalogue.services.get(name)!
    const [look, replies] = await Promise.all([
      this.#look(service),
      Promise.all(service.checks.map(check => this.#reply(check)))
    ])
    const judged = this.#judge.judge(service, replies, this.#now())
    const results = look instanceof OperatorError ? undefined : [...look, ...judged]
    this.#handle({ kind: 'rechecked', id, results })
  }

  #record(row: OperatorRow, id?: string): void {
    const written = (ok: boolean): void => {
      if (id !== undefined) this.#handle({ kind: 'recorded', id, ok })
    }
    this.incidents.take(row, this.#init.clock.wallMs())
    if (this.#pendingRows >= MAX_PENDING_ROWS) {
      queueMicrotask(() => written(false))
      return
    }
    this.#pendingRows++
    this.#writing = this.#writing
      .then(() => this.#init.journal.append(row))
      .then(
        () => written(true),
        () => written(false)
      )
      .finally(() => this.#pendingRows--)
  }

  async #act(id: string, { kind, service: name }: Action): Promise<void> {
    const { runtime, catalogue, hooks = runCommand } = this.#init
    const service = catalogue.services.get(name)!
    const argv = service.hooks[kind]
    try {
      if (argv !== undefined) await hooks(argv)
      else {
        if (aboutAction(kind).undone === true) this.#before.set(id, await runtime.look(service))
        await runtime.act(kind, service)
      }
      this.#judge.forget(service)
      this.#handle({ kind: 'acted', id, ok: true, detail: '' })
    } catch (error) {
      this.#handle({ kind: 'acted', id, ok: false, detail: messageOf(error) })
    }
    this.#glance()
  }

  async #undo(id: string, { kind, service: name }: Action): Promise<void> {
    const before = this.#before.get(id)
    this.#before.clear()
    let ok = false
    try {
      if (before !== undefined) {
        await this.#init.runtime.undo(kind, this.#init.catalogue.services.get(name)!, before)
        ok = true
      }
    } catch {
      // That it could not be taken back is what the row says.
    }
    this.#handle({ kind: 'undone', id, ok })
    this.#glance()
  }

  async #collect(incident: string, name: string): Promise<void> {
    const service = this.#init.catalogue.services.get(name)!
    if (service.runtime === 'host') return
    const lines = await this.#init.runtime.logs(service).catch(messageOf)
    this.#record({ kind: 'collected', incident, service: name, lines })
  }
}

const ENGINE_CODES: ReadonlySet<string> = new Set([
  'ENGINE_AWAY',
  'ENGINE_DENIED',
  'ENGINE_TIMEOUT'
])

/** An engine that fails is one symptom of its own, not one of each service. */
function withEngine(looks: readonly (CheckResult[] | OperatorError)[]): CheckResult[] {
  const failed = looks.find(look => look instanceof OperatorError)
  const kind = failed?.code === 'ENGINE_DENIED' ? 'engine-denied' : 'engine-away'
  const symptoms = failed === undefined ? [] : [symptom(kind, failed.message)]
  const results = looks.flatMap(look => (look instanceof OperatorError ? [] : look))
  return [...results, { service: ENGINE, check: 'engine', symptoms }]
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/[^\x20-\x7e]+/g, ' ').slice(0, MAX_DETAIL)
}
