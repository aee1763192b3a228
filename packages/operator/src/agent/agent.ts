import { Autonomy } from '../approvals/autonomy.ts'
import { type ApprovalClosed, ApprovalQueue } from '../approvals/queue.ts'
import { ENGINE } from '../catalogue/parse.ts'
import type { Catalogue, ServiceSpec } from '../catalogue/types.ts'
import type { SymptomKind } from '../checks/symptoms.ts'
import { AdvisorRecord } from '../decide/advisor.ts'
import { type Decision, decide, type Proposal, type Role } from '../decide/decide.ts'
import { type Diagnosis, diagnose, isFailing, type ServiceView } from '../diagnosis/diagnose.ts'
import type { Past } from '../incidents/past.ts'
import { type ActionKind, aboutAction } from '../remedy/actions.ts'
import { Budgets } from '../remedy/budgets.ts'
import { type AgentLimits, checkLimits, DEFAULT_LIMITS } from '../remedy/limits.ts'
import { UNKNOWN_RULE } from '../rules/rulebook.ts'
import type { Observation, Rulebook } from '../rules/types.ts'
import { Answers } from './answers.ts'
import { Causes, explainable } from './causes.ts'
import { Chronicle } from './chronicle.ts'
import { Healing } from './healing.ts'
import { HealthBoard } from './health-board.ts'
import type { AgentInput, AgentOutput } from './messages.ts'
import {
  type Incident,
  inFlight,
  NEVER,
  startIncident,
  startTreatment,
  type Treatment,
  wait
} from './treatment.ts'
import { questionOf, sentence, tellAfterMs, words } from './wording.ts'

type Out = (output: AgentOutput) => void

export interface AgentInit {
  readonly catalogue: Catalogue
  readonly rules: Rulebook
  /** In front of incident ids, so that they stay apart from those of earlier starts. */
  readonly prefix: string
  readonly limits?: AgentLimits
}

/**
 * The operator's agent as a machine: looks come in, actions come out. Deterministic: no clock, no
 * randomness, no I/O; `now` is integer milliseconds that never go back. Memory is bounded by the
 * catalogue. It can neither vote nor propose: no output is one.
 */
export class Agent {
  readonly #catalogue: Catalogue
  readonly #rules: Rulebook
  readonly #prefix: string
  readonly #limits: AgentLimits
  readonly #board: HealthBoard
  readonly #budgets: Budgets
  readonly #autonomy = new Autonomy()
  readonly #approvals = new ApprovalQueue()
  readonly #advisor = new AdvisorRecord()
  readonly #treatments = new Map<string, Treatment>()
  readonly #incidents = new Map<string, Incident>()
  readonly #proposals = new Map<string, Proposal>()
  readonly #causes: Causes
  readonly #healing: Healing
  /** What last helped a service, to know a relapse. */
  readonly #helped = new Map<string, { readonly kind: ActionKind; readonly atMs: number }>()
  readonly #chronicle: Chronicle
  readonly #answers: Answers
  #count = 0

  constructor({ catalogue, rules, prefix, limits = DEFAULT_LIMITS }: AgentInit) {
    this.#catalogue = catalogue
    this.#rules = rules
    this.#prefix = prefix
    this.#limits = checkLimits(limits)
    this.#board = new HealthBoard(limits)
    this.#budgets = new Budgets(limits)
    this.#causes = new Causes(catalogue, limits)
    this.#chronicle = new Chronicle(limits.deniedMs)
    this.#answers = new Answers(limits.deniedMs)
    this.#healing = new Healing({
      catalogue,
      limits,
      board: this.#board,
      budgets: this.#budgets,
      causes: this.#causes,
      chronicle: this.#chronicle,
      treatments: this.#treatments,
      helped: this.#helped,
      mayAct: () => this.role.autonomy === 'self-heal' && this.role.control === 'agent',
      nextId: () => ++this.#count
    })
  }

  /** Whether something is under way, so that looking more often pays. */
  busy(now: number): boolean {
    if (this.#board.quiet) return false
    if (this.#board.unsettled(now)) return true
    const following = this.incidents.some(incident => incident.following)
    return following || [...this.#treatments.values()].some(inFlight)
  }

  /** Whether nothing is wrong and nothing under way: a healthy look would change nothing. */
  get idle(): boolean {
    return this.#board.quiet && this.#treatments.size === 0 && this.#incidents.size === 0
  }

  get role(): Role {
    const { state, control } = this.#autonomy
    return { autonomy: state, control, advisor: this.#advisor.role }
  }

  get approvals(): ApprovalQueue['waiting'] {
    return this.#approvals.waiting
  }

  get incidents(): readonly Incident[] {
    return [...this.#incidents.values()]
  }

  /** When a running grant ends, 0 without one. */
  get grantUntilMs(): number {
    return this.#autonomy.grantUntilMs
  }

  /** What is believed of a service. */
  view(service: string, now: number): ServiceView {
    return this.#board.view(service, now)
  }

  /** Takes one input. Inputs about unknown services, actions or questions are dropped. */
  handle(input: AgentInput, now: number, out: Out): void {
    this.#take(input, now, out)
    const before = this.role.autonomy
    this.#autonomy.tick(now)
    if (before !== this.role.autonomy) this.#chronicleRole('time', now, out)
    for (const closed of this.#approvals.tick(now)) this.#endApproval(closed, now, out)
    if (!this.idle) this.#advance(now, out)
  }

  #take(input: AgentInput, now: number, out: Out): void {
    switch (input.kind) {
      case 'looked':
        for (const result of input.results) {
          if (this.#knows(result.service)) this.#board.take([result], now)
        }
        return
      case 'rechecked':
        return this.#healing.rechecked(input, now, out)
      case 'recorded':
        return this.#healing.recorded(input.id, input.ok, now, out)
      case 'acted':
        return this.#healing.acted(input.id, input.ok, input.detail, now, out)
      case 'proposed':
        if (this.#treatments.has(input.service)) this.#proposals.set(input.service, input.proposal)
        return
      case 'delivered': {
        const approval = this.#approvals.deliver(input.approval, input.tokenHash, now)
        if (approval !== undefined) this.#chronicle.approval('delivered', approval, out)
        return
      }
      case 'answered':
        return this.#answered(input.answer, now, out)
      case 'role': {
        const why = this.#autonomy.handle(input.input, now)
        if (why !== undefined) return out({ kind: 'rejected', code: 'GRANT_REFUSED', why })
        return input.input.kind === 'session-active'
          ? undefined
          : this.#chronicleRole(input.input.kind, now, out)
      }
      case 'flagged':
        return this.#chronicle.flag(input.flag, out)
      case 'undone':
        return this.#healing.undone(input.id, input.ok, now, out)
      case 'restored':
        return this.#restore(input.past, input.keysOpen, now, out)
      default:
        return input satisfies never
    }
  }

  /** Goes on where an earlier start ended: counts, incidents, questions, consents, what it may do. */
  #restore(past: Past, keysOpen: boolean, now: number, out: Out): void {
    this.#count = past.count
    for (const { what, agoMs } of past.actions) {
      if (this.#knows(what.service)) this.#budgets.spend(what.service, what.kind, now - agoMs)
    }
    for (const { what, agoMs } of past.incidents) {
      const { id, root, actions } = what
      const services = new Set(what.services.filter(name => this.#knows(name)))
      this.#incidents.set(
        id,
        startIncident({ id, root, services, actions, lingers: true }, now - agoMs)
      )
    }
    for (const { what, agoMs, waitMs } of past.questions) {
      const going = this.#incidents.has(what.incident) && this.#knows(what.action.service)
      const taken = going && this.#approvals.restore(what, agoMs, waitMs, now)
      if (!taken) this.#chronicle.approval('withdrawn', what, out)
    }
    this.#answers.restore(past, now)
    this.#autonomy.restore(past, keysOpen, now)
    this.#chronicleRole('restarted', now, out)
  }

  #chronicleRole(why: string, now: number, out: Out): void {
    this.#chronicle.role(this.role, why, Math.max(0, this.grantUntilMs - now), out)
  }

  #advance(now: number, out: Out): void {
    for (const treatment of this.#treatments.values()) {
      if (treatment.stage === 'watching') this.#healing.postCheck(treatment, now, out)
    }
    for (const name of this.#catalogue.services.keys()) {
      const failing = isFailing(this.#board.view(name, now).symptoms)
      this.#causes.take(name, failing, this.#treatments.has(name), now)
    }
    const found = diagnose(this.#catalogue, name => this.#board.view(name, now))
    for (const diagnosis of found) {
      const waits =
        !this.#treatments.has(diagnosis.root) && this.#causes.common(diagnosis, found, now)
      if (!waits) this.#treat(diagnosis, now, out)
    }
    this.#close(now, out)
  }

  #treat(found: Diagnosis, now: number, out: Out): void {
    const { root, kinds } = found
    // What a blind look left behind is no ground to act on.
    if (root !== ENGINE && this.#blind(now) && this.#spec(root).runtime === 'container') return
    const treatment = this.#treatments.get(root) ?? this.#open(found, now, out)
    if (treatment === undefined) return
    for (const name of found.affected) treatment.incident.services.add(name)
    if (inFlight(treatment) || now < treatment.settleMs) return
    const { autonomy, control } = this.role
    const basis = `${kinds.join()} ${autonomy} ${control} ${this.#proposals.get(root)?.action}`
    const due = treatment.stage === 'waiting' && now >= treatment.dueMs
    if (!due && basis === treatment.basis) return
    treatment.basis = basis
    this.#decide(treatment, now, out)
  }

  #open({ root, kinds, affected }: Diagnosis, now: number, out: Out): Treatment | undefined {
    const upstreamMs = this.#causes.upstreamFailedMs(root)
    if (explainable(kinds) && this.#board.settling(root, now)) return undefined
    if (explainable(kinds) && now < upstreamMs + this.#spec(root).graceMs) return undefined
    let incident = this.incidents.find(({ services }) => services.has(root))
    incident ??= this.incidents.find(({ root: cause }) => this.#causes.standsOn(root, cause))
    incident?.services.add(root)
    if (incident === undefined) {
      const id = `${this.#prefix}-${++this.#count}`
      incident = startIncident(
        { id, root, services: new Set([root]), actions: 0, lingers: false },
        now
      )
      this.#incidents.set(id, incident)
      const { symptoms } = this.#board.view(root, now)
      out({ kind: 'record', row: { kind: 'opened', incident: id, root, symptoms, affected } })
    }
    const treatment = startTreatment(incident, root, now)
    const helped = this.#helped.get(root)
    // What helped a moment ago and didn't last is not done again.
    if (helped !== undefined && aboutAction(helped.kind).cost === 'restart') {
      if (now < helped.atMs + this.#limits.cooldownMs) treatment.tried.push(helped.kind)
    }
    this.#treatments.set(root, treatment)
    this.#advise(treatment, now, out)
    return treatment
  }

  /** Tells at once of what needs people beside a failure that is being healed. */
  #advise(treatment: Treatment, now: number, out: Out): void {
    const { symptoms } = this.#board.view(treatment.service, now)
    if (!isFailing(symptoms)) return
    for (const { kind } of symptoms) {
      if (isFailing([{ kind, detail: '' }])) continue
      const rule = this.#rules.rules.find(({ when }) => when.includes(kind))
      const what = rule?.alert ?? ''
      this.#chronicle.tell(
        'alert',
        treatment,
        sentence(this.#spec(treatment.service), [kind], what),
        now,
        out
      )
    }
  }

  #decide(treatment: Treatment, now: number, out: Out): void {
    const { service: name } = treatment
    const service = this.#spec(name)
    const believed = this.#board.view(name, now).symptoms
    // What keeps it from working goes first; the rest is decided once it works.
    const failing = believed.filter(found => isFailing([found]))
    const symptoms = failing.length > 0 ? failing : believed
    const upstreamMs = this.#causes.upstreamFailedMs(name)
    const observation: Observation = {
      service,
      symptoms,
      upstreamHealed: now < upstreamMs + this.#limits.upstreamMs,
      tried: [...treatment.tried, ...this.#answers.deniedTo(name, now)]
    }
    const proposal = this.#proposals.get(name)
    const decision = decide(observation, proposal, this.#rules, this.role)
    if (proposal !== undefined && decision.rule !== UNKNOWN_RULE) {
      this.#advisor.compare(decision.disagrees === undefined, now)
      this.#proposals.delete(name)
    }
    if (treatment.stage === 'asking') {
      if (decision.verdict === 'ask' && decision.action === treatment.action) return
      this.#withdraw(treatment, out)
    }
    this.#follow(treatment, decision, observation, now, out)
  }

  #follow(
    treatment: Treatment,
    decision: Decision,
    { service, symptoms }: Observation,
    now: number,
    out: Out
  ): void {
    wait(treatment, NEVER)
    const rule = this.#rules.rules.find(({ id }) => id === decision.rule)!
    const kinds = symptoms.map(({ kind }) => kind)
    treatment.targets = rule.when.length === 0 ? kinds : kinds.filter(k => rule.when.includes(k))
    const told = (why: string): void => {
      this.#chronicle.decision(treatment, decision, symptoms, why, out)
      this.#chronicle.tell('alert', treatment, sentence(service, kinds, why), now, out)
    }
    switch (decision.verdict) {
      case 'act': {
        const urgent = treatment.tried.length > 0
        const allowance = this.#budgets.ask(service.name, decision.action, now, urgent)
        if (!allowance.allowed) {
          treatment.dueMs = allowance.untilMs
          return told(
            `${allowance.why} spent before it could ${words(decision.action)}. Look why it fails so often.`
          )
        }
        this.#chronicle.decision(treatment, decision, symptoms, words(decision.action), out)
        return this.#healing.begin(treatment, decision.action, undefined, now, out)
      }
      case 'ask': {
        this.#chronicle.decision(treatment, decision, symptoms, words(decision.action), out)
        const about = { kind: decision.action, service: service.name }
        const given = this.#answers.takeConsent(about, now)
        return given === undefined
          ? this.#ask(treatment, decision.action, kinds, now, out)
          : this.#consented(treatment, decision.action, given, now, out)
      }
      case 'hold':
        return told(
          `Would ${words(decision.action)}, but is ${decision.why}. Unlock, grant or release it, or do it by hand.`
        )
      case 'alert': {
        const tellMs = treatment.openedMs + Math.min(...kinds.map(tellAfterMs))
        if (now < tellMs) return wait(treatment, tellMs)
        if (decision.rule === UNKNOWN_RULE || treatment.tried.length > 0) {
          const { incident } = treatment
          out({ kind: 'collect', incident: incident.id, service: service.name })
        }
        return told(decision.why)
      }
      default:
        decision satisfies never
    }
  }

  #ask(
    treatment: Treatment,
    kind: ActionKind,
    kinds: readonly SymptomKind[],
    now: number,
    out: Out
  ): void {
    const service = this.#spec(treatment.service)
    treatment.action = kind
    const asked = this.#approvals.waiting.find(
      ({ action }) => action.kind === kind && action.service === service.name
    )
    if (asked !== undefined) {
      treatment.stage = 'asking'
      treatment.id = asked.id
      return
    }
    const seen = this.#board.view(service.name, now).symptoms
    const request = questionOf(treatment, service, kind, kinds, seen, ++this.#count)
    if (!this.#approvals.ask(request, now)) {
      treatment.dueMs = now + this.#limits.deniedMs
      return this.#chronicle.tell(
        'alert',
        treatment,
        'Too many open questions: answer some.',
        now,
        out
      )
    }
    treatment.stage = 'asking'
    treatment.id = request.id
    this.#chronicle.asked(request, out)
    this.#chronicle.tell('approval', treatment, request.why, now, out)
  }

  #answered(answer: Parameters<ApprovalQueue['answer']>[0], now: number, out: Out): void {
    const before = this.approvals.find(({ id }) => id === answer.id)
    const closed = this.#approvals.answer(answer, now)
    switch (closed) {
      case 'unknown': {
        const why = `no open question ${answer.id}; list them with torusmesh operator status`
        return out({ kind: 'rejected', code: 'APPROVAL_UNKNOWN', why })
      }
      case 'bad-token': {
        const why = 'the token is not of the last delivery; open the question again'
        return out({ kind: 'rejected', code: 'APPROVAL_TOKEN', why })
      }
      case 'deferred':
        return this.#chronicle.deferred(before!, this.#approvals.waitMs(answer.id, now), out)
      default:
        return this.#endApproval(closed, now, out)
    }
  }

  #endApproval({ approval, end }: ApprovalClosed, now: number, out: Out): void {
    this.#chronicle.approval(end, approval, out)
    const { kind, service } = approval.action
    if (end !== 'approved') this.#answers.deny(approval.action, now)
    const treatment = this.#treatments.get(service)
    if (treatment === undefined || treatment.id !== approval.id) {
      // A question of an earlier start may be answered before the first look is.
      if (end === 'approved') this.#answers.consent(approval.action, approval.id, now)
      return
    }
    if (end === 'approved') return this.#consented(treatment, kind, approval.id, now, out)
    wait(treatment, now)
  }

  #consented(
    treatment: Treatment,
    kind: ActionKind,
    approval: string,
    now: number,
    out: Out
  ): void {
    const { hooks } = this.#spec(treatment.service)
    if (hooks[kind] !== undefined) return this.#healing.begin(treatment, kind, approval, now, out)
    // The operator does it by hand; the looks will show.
    wait(treatment, NEVER)
  }

  /** Ends treatments of healthy services, then incidents without failing services. */
  #close(now: number, out: Out): void {
    for (const treatment of this.#treatments.values()) {
      const { symptoms, unsettled } = this.#board.view(treatment.service, now)
      if (inFlight(treatment) || unsettled || symptoms.length > 0) continue
      if (treatment.stage === 'asking') this.#withdraw(treatment, out)
      this.#treatments.delete(treatment.service)
      this.#proposals.delete(treatment.service)
    }
    for (const incident of this.#incidents.values()) {
      const open = [...incident.services].some(name => {
        const { symptoms, unsettled } = this.#board.view(name, now)
        return this.#treatments.has(name) || isFailing(symptoms) || unsettled
      })
      incident.quietMs = open ? undefined : (incident.quietMs ?? now)
      incident.following = now < incident.healedMs + this.#limits.followMs
      const { id, root, openedMs, actions, lingers, quietMs } = incident
      if (quietMs === undefined || (lingers && now < quietMs + this.#limits.followMs)) continue
      this.#incidents.delete(id)
      this.#answers.endIncident(id)
      for (const question of this.approvals.filter(({ incident: of }) => of === id)) {
        this.#approvals.withdraw(question.id)
        this.#chronicle.approval('withdrawn', question, out)
      }
      const tookMs = quietMs - openedMs
      out({ kind: 'record', row: { kind: 'closed', incident: id, root, tookMs } })
      if (actions === 0) continue
      const text = `${root} and ${incident.services.size - 1} others are healthy again after ${tookMs} ms.`
      const notice = { kind: 'healed', incident: id, service: root, text } as const
      out({ kind: 'notify', notice })
    }
  }

  #withdraw(treatment: Treatment, out: Out): void {
    const closed = this.#approvals.withdraw(treatment.id)
    if (closed !== undefined) this.#chronicle.approval('withdrawn', closed.approval, out)
  }

  #blind(now: number): boolean {
    const { symptoms, unsettled } = this.#board.view(ENGINE, now)
    return unsettled || symptoms.length > 0
  }

  #knows(service: string): boolean {
    return this.#catalogue.services.has(service)
  }

  #spec(service: string): ServiceSpec {
    return this.#catalogue.services.get(service)!
  }
}
