import { council, decodeMessage, encodeMessage, type ObserveReason } from '@torusmesh/consensus'
import { councilEvent, statementReceived } from '@torusmesh/ledger'
import {
  type Attestor,
  COUNCIL_MESSAGE_MAX_BYTES,
  type CouncilRequest,
  CouncilStatement,
  decodeCouncilStatement,
  decodeGovernanceStatement,
  policyOf,
  type RejectCode,
  Subject,
  sealEnvelope,
  type Verdict
} from '@torusmesh/protocol'
import type { MemberSigners } from '../identity/signers.ts'
import { gossipVerdict } from '../inbound/inbound.ts'
import type { Logger } from '../log/index.ts'
import type { Member } from '../overlay/directory.ts'
import type { Restrictions, RuntimeContext, RuntimePart } from '../runtime/context.ts'
import { Speaker } from '../runtime/speaker.ts'
import { ballotsIn, type SignedBallot } from './ballots.ts'
import { lineOf } from './lines.ts'
import { approvalBytes, messageOf, rejectCodeOf, statementOf } from './messages.ts'
import type { OwnWords } from './own-words.ts'
import type { CouncilStore } from './store.ts'
import type { AskCouncil, CouncilAnswer } from './sync.ts'

export interface CouncilServiceInit {
  readonly context: RuntimeContext
  readonly founding: () => council.CouncilState
  readonly self: Member
  readonly identity: Attestor
  /** For votes and approvals, whose contexts bind their epoch. */
  readonly signers: Pick<MemberSigners, 'signBallot' | 'secretOf'>
  readonly store: CouncilStore
  readonly logger: Logger
  readonly ask: AskCouncil
}

const FORKED = 'two blocks are final at one height: act on nothing, ask the other operators'

/** Between two questions about what was decided, while nobody has answered. */
const ASK_AGAIN_MS = 1_000
/** Of one answer to who was away. */
const SINCE_MAX_BYTES: number = 4 * 1_024 * 1_024
/** Rounds of questions in a row; then others have their turn. */
const ROUNDS_IN_A_ROW = 1_024
/** A statement of a millisecond borrows from the next ones, as the speaker's do. */
const SEQUENCES_PER_MS = 64
/** What is said of decisions that many ago is in the ledger alone. */
const CERTIFICATES_KEPT = 256
const TIMEOUT_MAX_MS = 2 ** 31 - 1

/** A member that waits for an answer: what it is sent meanwhile goes there. */
interface Answering {
  readonly to: string
  readonly messages: Uint8Array[]
  /** It asks for blocks above this view, which the ledger has. */
  serve?: number
}

type Listener = (event: council.CouncilEvent) => void

/**
 * The council's shell: gossip and streams in, ledger before everything that leaves, timers only while
 * something is under way.
 */
export class CouncilService implements RuntimePart, Restrictions {
  readonly council: council.Council
  readonly terms: council.CouncilTerms
  readonly rejected: Map<council.CouncilReject, number> = new Map()
  readonly certificates: Map<string, council.DecisionCertificate> = new Map()
  readonly words: OwnWords
  /** Finalized twice at one height: more than a third of the power is faulty. */
  forks = 0
  /** Why this node doesn't vote in this epoch although it is in the set. */
  observes: ObserveReason | undefined
  readonly #init: CouncilServiceInit
  readonly #speaker: Speaker
  readonly #listeners = new Set<Listener>()
  readonly #inbox: council.CouncilInput[] = []
  #isBusy = false
  #isStopped = true
  #sequence = 0
  /** Everything up to here is durable before what follows is told. */
  #durable: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #alarm: NodeJS.Timeout | undefined
  #catchUpTimer: NodeJS.Timeout | undefined
  #isAsking = false
  #isBehind = false
  #asked = 0
  /** Why the input at hand was dropped, and what the asker at hand is to be sent. */
  #dropped: council.CouncilReject | undefined
  #answering: Answering | undefined

  constructor(init: CouncilServiceInit) {
    this.#init = init
    const { context, founding, self, identity, signers, store } = init
    const { network, env, journal, clock } = context
    const { wallMs } = clock
    this.#speaker = new Speaker({ network, env, self, journal, wallMs, attestor: identity })
    const state = founding()
    this.terms = state.terms
    this.council = new council.Council({
      founding: state,
      self: self.key,
      secretOf: (proposal, epochId) => signers.secretOf(`council ${proposal} ${epochId}`),
      batches: store.batches,
      records: store.records
    })
    for (const shown of this.council.replayed) this.#keep(shown)
    this.words = store.words
    store.release()
  }

  get meshMs(): number {
    return council.meshMs(this.terms, this.#init.context.clock.wallMs())
  }

  start(): void {
    if (!this.#isStopped) return
    this.#isStopped = false
    this.#take({ type: 'start' })
    this.#behind(0)
  }

  stop(): void {
    this.#isStopped = true
    for (const timer of [this.#timer, this.#alarm, this.#catchUpTimer]) clearTimeout(timer)
  }

  /** The clock was set: looks what has come due. */
  wake(): void {
    this.#take({ type: 'wake' })
  }

  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Seals a statement, makes it durable, publishes it. */
  async say(said: council.Said): Promise<void> {
    const { self, context } = this.#init
    const envelope = await this.#speaker.say(Subject.governance, council.governancePayload(said))
    this.#take({ type: 'statement', from: self.key, envelope })
    await context.gossip.publish(Subject.governance, undefined, envelope)
  }

  /** The ballots on a proposal as they were signed, in the order in which they were counted. */
  async ballotsOn(proposal: string): Promise<SignedBallot[]> {
    const batches = await this.#init.store.votesOn(proposal)
    const ballots = batches.flatMap(batch => ballotsIn(batch, this.terms))
    return ballots.filter(ballot => ballot.proposal === proposal)
  }

  isQuarantined(member: string): boolean {
    return this.#emergencies.some(
      ({ action }) => action.kind === 'quarantine' && action.member === member
    )
  }

  isPaused(service: council.PausableService): boolean {
    return this.#emergencies.some(
      ({ action }) => action.kind === 'pause' && action.service === service
    )
  }

  get #emergencies(): readonly council.Emergency[] {
    return this.council.state.effects.emergencies
  }

  approve(proposal: string, approves: boolean): void {
    this.#take({ type: 'approve', proposal, approves })
  }

  /** A message of the topics `vote` and `governance`. */
  async gossiped(subject: Subject, data: Uint8Array, from: string): Promise<Verdict> {
    if (this.#isStopped) return 'ignore'
    const code =
      subject === Subject.vote ? await this.#heardVote(data, from) : await this.#heard(data, from)
    return gossipVerdict(code)
  }

  /** Answers a member of the sync protocol. */
  async respond(
    request: CouncilRequest & CouncilRequest.$Shape,
    from: Member
  ): Promise<CouncilAnswer> {
    if (this.#isStopped) return { messages: [], more: false }
    if (request.kind === 'since') {
      const { epoch, view } = request.since
      return await this.#since(Buffer.from(epoch ?? []).toString('hex'), view ?? 0)
    }
    const decoded = decodeMessage(request.message ?? new Uint8Array(0))
    if (!decoded.ok) throw new Error(decoded.code)
    const answering: Answering = { to: from.key, messages: [] }
    this.#answering = answering
    const message = { type: 'engine', message: decoded.message } as const
    this.#take({ type: 'message', from: from.key, message })
    this.#answering = undefined
    if (answering.serve === undefined) return { messages: answering.messages, more: false }
    return await this.#since(this.council.floor.epochId, answering.serve)
  }

  async #since(epochId: string, view: number): Promise<CouncilAnswer> {
    await this.#durable
    return await this.#init.store.since(epochId, view, SINCE_MAX_BYTES)
  }

  async #heardVote(data: Uint8Array, from: string): Promise<RejectCode | 'accepted'> {
    const { context } = this.#init
    const checks = { decode: decodeCouncilStatement, check: () => undefined }
    const received = await context.inbound.receive(data, Subject.vote, from, checks)
    if (!received.ok) return received.code
    const { sender, payload } = received.statement
    const message = messageOf(payload)
    if (message === undefined) return this.#refuse('malformed', from)
    const dropped = this.#judge({ type: 'message', from: sender.key, message })
    if (dropped === undefined) return 'accepted'
    const code = this.#refuse(rejectCodeOf(dropped), from)
    return code === 'redundant' && isForOthers(message) ? 'accepted' : code
  }

  async #heard(data: Uint8Array, from: string): Promise<RejectCode | 'accepted'> {
    const { context } = this.#init
    const checks = { decode: decodeGovernanceStatement, check: () => undefined }
    const received = await context.inbound.receive(data, Subject.governance, from, checks)
    if (!received.ok) return received.code
    const { sender, bytes } = received.statement
    context.background('take in a statement', async () => {
      await context.journal.record(statementReceived, bytes, sender.id)
      this.#take({ type: 'statement', from: sender.key, envelope: Uint8Array.from(bytes) })
    })
    return 'accepted'
  }

  #refuse(code: RejectCode, from: string): RejectCode {
    this.#init.context.onReject(code, from, Subject.vote)
    return code
  }

  #judge(input: council.CouncilInput): council.CouncilReject | undefined {
    this.#dropped = undefined
    this.#take(input)
    return this.#dropped
  }

  /** One input after the other: what an output asks for comes back as the next one. */
  #take(input: council.CouncilInput): void {
    this.#inbox.push(input)
    if (this.#isBusy) return
    this.#isBusy = true
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
        if (this.#isStopped) continue
        const time = { monotonicMs: this.#init.context.clock.monotonicMs(), meshMs: this.meshMs }
        this.council.handle(next, time, output => this.#out(output))
      }
    } finally {
      this.#isBusy = false
    }
  }

  #out(output: council.CouncilOutput): void {
    switch (output.type) {
      case 'persist':
        return this.#persist(output)
      case 'sign': {
        const { epochId, ballot, statement, context } = output
        return this.#sign(statement, context, signature =>
          this.#take({ type: 'signed', epochId, ballot, signature })
        )
      }
      case 'sign-approval':
        return this.#signApproval(output)
      case 'say':
        return this.#init.context.background('say', () => this.say(output.said))
      case 'publish':
        return this.#init.context.background('publish', () => this.#publish(output.message))
      case 'send':
        return this.#send(output.to, encodeMessage(output.message))
      case 'serve':
        if (this.#answering?.to === output.to) this.#answering.serve = output.aboveView
        return
      case 'timer':
      case 'wake':
        return this.#arm(output)
      case 'decide':
        return this.#later('keep a decision', () => this.#init.store.decided(output.batch))
      case 'event':
        return this.#later('tell', () => this.#tell(output.event))
      case 'execute':
        return this.#later('execute', async () => this.#keep(output.certificate))
      case 'behind':
        return this.#behind(0)
      case 'reject':
        this.#dropped = output.code
        this.rejected.set(output.code, (this.rejected.get(output.code) ?? 0) + 1)
        return
      case 'fork':
        this.forks++
        return this.#init.logger.error({ view: output.certificate.view }, FORKED)
      case 'observe':
        this.observes = output.why
        return this.#init.logger.warn({ why: output.why }, 'this node votes no more')
      default:
        output satisfies never
    }
  }

  #persist({
    epochId,
    sequence,
    record
  }: Extract<council.CouncilOutput, { type: 'persist' }>): void {
    this.#init.context.background('keep a record', async () => {
      await this.#init.store.record(record)
      this.#take({ type: 'persisted', epochId, sequence })
    })
  }

  #signApproval(output: Extract<council.CouncilOutput, { type: 'sign-approval' }>): void {
    const { motion, approves, validator, statement, context } = output
    this.#sign(statement, context, signature => {
      const approval = { motion, approves, validator, signature }
      this.#init.context.background('approve', async () => {
        await this.#init.store.approval(approvalBytes(approval))
        this.#take({ type: 'approved', approval })
      })
    })
  }

  /** At once with a key in memory, later with one in a vault. */
  #sign(statement: Uint8Array, context: Uint8Array, then: (signature: Uint8Array) => void): void {
    const signature = this.#init.signers.signBallot(statement, context)
    if (signature instanceof Uint8Array) return then(signature)
    this.#init.context.background('sign', async () => then(await signature))
  }

  /** What follows a decision is done when the decision is durable, in order. */
  #later(what: string, task: () => Promise<void>): void {
    const { background } = this.#init.context
    background(what, () => {
      const done = this.#durable.then(task)
      this.#durable = done.catch(() => undefined)
      return done
    })
  }

  async #tell(event: council.CouncilEvent): Promise<void> {
    await this.#init.context.journal.record(councilEvent, lineOf(event))
    for (const listener of this.#listeners) listener(event)
  }

  #keep(certificate: council.DecisionCertificate): void {
    this.certificates.set(certificate.decision.proposal, certificate)
    for (const oldest of this.certificates.keys()) {
      if (this.certificates.size <= CERTIFICATES_KEPT) break
      this.certificates.delete(oldest)
    }
  }

  async #publish(message: council.CouncilMessage): Promise<void> {
    const { context, identity, self } = this.#init
    const { network, env, clock, gossip } = context
    const payload = CouncilStatement.encode(statementOf(message)).finish()
    if (payload.length > COUNCIL_MESSAGE_MAX_BYTES) return this.#sendToAll(message)
    const issuedMs = clock.wallMs()
    this.#sequence = Math.max(this.#sequence + 1, issuedMs * SEQUENCES_PER_MS)
    const expiresMs = issuedMs + policyOf(Subject.vote).lifetimeMs
    const about = { network, env, subject: Subject.vote, sender: self.id, payload }
    const envelope = await sealEnvelope(
      { ...about, sequence: this.#sequence, issuedMs, expiresMs },
      identity
    )
    if (!this.#isStopped) await gossip.publish(Subject.vote, undefined, envelope)
  }

  /** What gossip can't carry goes to each validator by itself. */
  #sendToAll(message: council.CouncilMessage): void {
    if (message.type !== 'engine') return
    const bytes = encodeMessage(message.message)
    for (const member of this.council.state.effects.validators) {
      if (member !== this.#init.self.key) this.#send(member, bytes)
    }
  }

  #send(to: string, message: Uint8Array): void {
    if (this.#answering?.to === to) {
      this.#answering.messages.push(message)
      return
    }
    const { context, ask } = this.#init
    const member = context.directory.get(to)
    if (member === undefined || !context.directory.isPresent(to)) return
    context.background('send to a member', async () => {
      // Who doesn't answer is asked again, or another one is: the engine sees to it.
      const answer = await ask(member, { message }).catch(() => undefined)
      this.#receive(member.key, answer?.messages ?? [])
    })
  }

  #receive(from: string, messages: readonly Uint8Array[]): void {
    for (const bytes of messages) {
      const decoded = decodeMessage(bytes)
      if (!decoded.ok) continue
      const message = { type: 'engine', message: decoded.message } as const
      this.#take({ type: 'message', from, message })
    }
  }

  #arm(output: Extract<council.CouncilOutput, { type: 'timer' | 'wake' }>): void {
    const { type, atMs } = output
    const { clock } = this.#init.context
    clearTimeout(type === 'timer' ? this.#timer : this.#alarm)
    if (atMs === null || this.#isStopped) return
    const delayMs =
      type === 'timer'
        ? Math.max(0, atMs - clock.monotonicMs())
        : council.realDelayMs(this.terms, atMs, clock.wallMs())
    // Timeouts have a limit, and may come a little too early.
    const fire = (): void => {
      const isEarly = type === 'timer' && clock.monotonicMs() < atMs
      if (isEarly) this.#arm(output)
      else this.#take({ type })
    }
    const timer = setTimeout(fire, Math.min(delayMs, TIMEOUT_MAX_MS))
    if (type === 'timer') this.#timer = timer
    else this.#alarm = timer
  }

  /** Asks what was decided, one member after the other, until one knows no more. */
  #behind(delayMs: number): void {
    this.#isBehind = true
    if (this.#isAsking || this.#isStopped) return
    clearTimeout(this.#catchUpTimer)
    this.#catchUpTimer = setTimeout(() => {
      this.#init.context.background('catch up', () => this.#catchUp())
    }, delayMs)
  }

  async #catchUp(): Promise<void> {
    this.#isAsking = true
    this.#isBehind = false
    try {
      if (await this.#askOne()) return
      this.#isBehind = true
    } finally {
      this.#isAsking = false
      if (this.#isBehind) this.#behind(ASK_AGAIN_MS)
    }
  }

  /** @returns whether somebody answered until there was no more */
  async #askOne(): Promise<boolean> {
    const { context, ask } = this.#init
    const linked = [...context.links.links.values()].map(({ member }) => member)
    const others = [...context.directory.members()].some(({ key }) => key !== this.#init.self.key)
    if (!others) return true
    const member = linked[this.#asked++ % Math.max(1, linked.length)]
    if (member === undefined) return false
    for (let round = 0; round < ROUNDS_IN_A_ROW && !this.#isStopped; round++) {
      const { epochId, view } = this.council.floor
      const since = { epoch: Buffer.from(epochId, 'hex'), view }
      const answer = await ask(member, { since }).catch(() => undefined)
      if (answer === undefined) return false
      this.#receive(member.key, answer.messages ?? [])
      const after = this.council.floor
      const isFurther = after.epochId !== epochId || after.view > view
      if (!answer.more && !isFurther) return true
      if (!isFurther) return false
    }
    return true
  }
}

/**
 * Whether what is of no use here is passed on all the same. Validators repeat their words because
 * somebody hasn't heard them, and that one may be behind this node; certificates are asked for.
 */
function isForOthers(message: council.CouncilMessage): boolean {
  return message.type !== 'engine' || message.message.type !== 'certificate'
}
