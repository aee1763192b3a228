import { type Approval, approvalStatement } from '../action/index.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import type { Ending, Floor } from '../engine/chain.ts'
import { checkpointDigest, nextEpoch } from '../engine/checkpoint.ts'
import type { EngineInput, EngineOutput } from '../engine/codes.ts'
import { Engine } from '../engine/engine.ts'
import type { Block } from '../engine/header.ts'
import type { Message } from '../engine/message.ts'
import { originFloor } from '../engine/state.ts'
import { ConsensusError } from '../errors.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { verifyEvidence } from '../evidence/verifier.ts'
import { apply } from './apply.ts'
import { Approvals, type Asking } from './approvals.ts'
import type {
  Batch,
  CouncilInput,
  CouncilMessage,
  CouncilOutput,
  CouncilReject,
  CouncilTime
} from './codes.ts'
import type { DecisionCertificate } from './decision.ts'
import { Duties } from './duties.ts'
import type { CouncilEvent, ItemFault } from './events.ts'
import { encodeItem, type Item } from './item.ts'
import { AHEAD_MAX_MS, DECISIONS_MAX, TOLD_MAX } from './limits.ts'
import { motionOf } from './motion.ts'
import { Ordering } from './ordering.ts'
import { Peers } from './peers.ts'
import { type Decided, floorAfter, shownBy } from './replay.ts'
import type { Said } from './said.ts'
import type { CouncilState } from './state.ts'
import { WaitingRoom } from './waiting.ts'
import { epochIdOf, viewOf, wordOf } from './words.ts'

/** What a council starts from. */
export interface CouncilInit {
  /** Where every node begins; it is not changed. */
  readonly founding: CouncilState
  /** This node's member id in hexadecimal. */
  readonly self: string
  /** This node's secret for a round: the same whenever it is asked for, and nobody else's to know. */
  readonly secretOf: (proposal: Digest, epochId: Digest) => Uint8Array
  /** All batches of this node's ledger, oldest first. */
  readonly batches?: Iterable<Batch>
  /** The engine's records of this node's ledger, of all epochs. */
  readonly records?: readonly Message[]
}

export type CouncilSink = (output: CouncilOutput) => void

/** One epoch's engine with what its outputs need. */
interface Term {
  readonly epoch: Epoch
  readonly engine: Engine
  readonly peers: Peers
  readonly state: () => CouncilState
  timerMs: number | null
}

/**
 * A node's seat in the council: the engine orders what members say, second keys and the passing of
 * time; governance is the fold of it. Deterministic: no clock, no randomness, no I/O.
 *
 * A certificate that this node could put together itself is published when the engine asks for it the
 * second time: votes are gossiped, so all who heard them have it already.
 */
export class Council {
  readonly #self: string
  readonly #ordering = new Ordering()
  readonly #waiting = new WaitingRoom()
  readonly #approvals = new Approvals()
  readonly #duties: Duties
  /** How often each word was to be told. */
  readonly #told = new Map<string, number>()
  #state: CouncilState
  #term: Term
  #former: Term | undefined
  #ending: Ending | undefined
  #height = 0
  #time: CouncilTime = { monotonicMs: 0, meshMs: 0 }
  #out: CouncilSink = () => {}
  #timerMs: number | null = null
  #wakeMs: number | null = null
  #ticked = ''
  /** The last decisions of this node's ledger, as they were at the start. */
  readonly replayed: DecisionCertificate[] = []

  /**
   * Takes up where the ledger ends.
   *
   * @throws ConsensusError `bad-record` for a ledger whose blocks don't add up
   */
  constructor({ founding, self, secretOf, batches = [], records = [] }: CouncilInit) {
    this.#self = self
    this.#state = founding.clone()
    this.#duties = new Duties(self, secretOf)
    let floor = originFloor(this.#state.epoch)
    let opening: Digest | null = null
    for (const batch of batches) {
      const decided: Decided[] = []
      for (const block of batch.blocks) {
        this.#applyBlock(this.#state, block, event => decided.push({ event, block }))
      }
      this.replayed.push(...shownBy(this.#state.epoch, batch.blocks, batch.certificate, decided))
      this.replayed.splice(0, this.replayed.length - DECISIONS_MAX)
      floor = floorAfter(batch, floor, this.#state)
      if (floor.ending === null) continue
      opening = checkpointDigest(floor.ending.checkpoint)
      this.#state.enter(nextEpoch(this.#state.epoch, floor.ending.checkpoint, floor.ending.plan))
      floor = originFloor(this.#state.epoch)
    }
    this.#height = floor.height
    this.#term = this.#seat({ floor, opening, records })
  }

  /** The last decided state; read only. */
  get state(): CouncilState {
    return this.#state
  }

  /** Height of the last decided block, and the engine's view. */
  get height(): number {
    return this.#height
  }

  get view(): number {
    return this.#term.engine.status.view
  }

  /** Where the last decision of this epoch stands: what a node asks others about. */
  get floor(): { readonly epochId: Digest; readonly view: number } {
    return { epochId: this.#term.epoch.id, view: this.#term.engine.status.floor.view }
  }

  /** Whether this node votes in this epoch. */
  get isVoter(): boolean {
    return this.#term.engine.status.isVoter
  }

  /** Handles one input; outputs come in order while it does. */
  handle(input: CouncilInput, time: CouncilTime, out: CouncilSink): void {
    this.#time = time
    this.#out = out
    this.#take(input)
    this.#turnEpoch()
    this.#pump()
  }

  /** Why this node couldn't say something now, if so; nothing is said. */
  refusal(said: Said, meshMs: number): ItemFault | undefined {
    const opened = { speaker: this.#self, said, atMs: meshMs, untilMs: Number.MAX_SAFE_INTEGER }
    const item = { kind: 'statement', envelope: new Uint8Array(0) } as const
    return apply(
      this.#state.clone(),
      item,
      () => opened,
      () => {}
    )
  }

  /** Whom to ask for the second key of a proposal, and how far that is. */
  asking(proposal: Digest): Asking | undefined {
    return this.#approvals.asking(this.#state, proposal)
  }

  #take(input: CouncilInput): void {
    switch (input.type) {
      case 'start':
        this.#drive(this.#term, { type: 'start' })
        return this.#retry()
      case 'timer':
        if (this.#former !== undefined) this.#drive(this.#former, { type: 'timer' })
        return this.#drive(this.#term, { type: 'timer' })
      case 'wake':
        this.#wakeMs = null
        return
      case 'statement':
        return this.#statement(input.from, input.envelope)
      case 'message':
        return this.#message(input.from, input.message)
      case 'approve':
        return this.#approve(input.proposal, input.approves)
      case 'approved':
        return this.#approved(input.approval)
      case 'signed':
      case 'persisted': {
        const term = this.#termOf(input.epochId)
        if (term !== undefined) this.#drive(term, input)
        return
      }
      default:
        input satisfies never
    }
  }

  #statement(from: string, envelope: Uint8Array): void {
    const opened = this.#ordering.open(envelope, this.#state)
    if (opened === 'unknown-member') return this.#reject(from, 'unknown-member')
    if (typeof opened === 'string') return this.#reject(from, 'bad-statement')
    if (opened.atMs > this.#latestMs()) return this.#reject(from, 'early')
    this.#submit(from, { kind: 'statement', envelope }, opened.speaker)
  }

  #message(from: string, message: CouncilMessage): void {
    switch (message.type) {
      case 'engine':
        return this.#engineMessage(from, message.message)
      case 'approval':
        return this.#approval(from, message.approval)
      case 'evidence':
        return this.#evidence(from, message.evidence)
      default:
        message satisfies never
    }
  }

  #engineMessage(from: string, message: Message): void {
    const term = this.#termOf(epochIdOf(message))
    if (term === undefined) {
      this.#reject(from, 'foreign-epoch')
      return this.#out({ type: 'behind' })
    }
    const isEarly = (item: Uint8Array): boolean =>
      (this.#ordering.atMs(item, this.#state) ?? 0) > this.#latestMs()
    if (message.type === 'proposal' && message.block.items.some(isEarly)) {
      return this.#reject(from, 'early')
    }
    this.#drive(term, { type: 'message', from: term.peers.numberOf(from), message })
    // Others are further than this node can follow: it was away, or their votes passed it by.
    if (term === this.#term && viewOf(message) > term.engine.status.view + 1) {
      this.#out({ type: 'behind' })
    }
  }

  #approval(from: string, approval: Approval): void {
    const refused = this.#approvals.add(this.#state, approval)
    if (refused !== undefined) return this.#reject(from, refused)
    this.#certify(approval.motion.id)
  }

  #evidence(from: string, evidence: Evidence): void {
    const { epoch, verifyAs, convicted } = this.#state
    const checked = verifyEvidence(epoch, evidence, verifyAs)
    if (!checked.ok) return this.#reject(from, 'bad-evidence')
    if (convicted.has(checked.value)) return this.#reject(from, 'duplicate')
    this.#submit(from, { kind: 'evidence', evidence }, this.#self)
  }

  #approve(id: Digest, approves: boolean): void {
    const proposal = this.#state.book.get(id)
    const validator = this.#state.validatorOf(this.#self)
    if (proposal === undefined || validator === undefined) return
    const motion = motionOf(proposal)
    const { epoch } = this.#state
    const statement = approvalStatement(epoch, motion, approves)
    const { context } = epoch
    this.#out({ type: 'sign-approval', motion, approves, validator, statement, context })
  }

  #approved(approval: Approval): void {
    this.#approval(this.#self, approval)
    this.#out({ type: 'publish', message: { type: 'approval', approval } })
  }

  #certify(proposal: Digest): void {
    if (this.#state.claims.has(proposal)) return
    const claim = this.#approvals.claim(this.#state, proposal)
    if (claim !== undefined)
      this.#submit(this.#self, { kind: 'certify', proposal, claim }, this.#self)
  }

  /** Puts something before the engine, now and whenever something else was decided. */
  #submit(from: string, item: Item, speaker: string): void {
    const bytes = encodeItem(item)
    const key = this.#ordering.keyOf(bytes, this.#state)
    if (this.#waiting.has(key)) return this.#reject(from, 'duplicate')
    if (!this.#waiting.add(key, bytes, speaker)) return this.#reject(from, 'full')
    this.#drive(this.#term, { type: 'submit', item: bytes })
  }

  #retry(): void {
    for (const item of this.#waiting.retry()) this.#drive(this.#term, { type: 'submit', item })
  }

  #drive(term: Term, input: EngineInput): void {
    term.engine.handle(input, this.#time.monotonicMs, output => this.#engineSays(term, output))
  }

  #engineSays(term: Term, output: EngineOutput): void {
    const epochId = term.epoch.id
    switch (output.type) {
      case 'persist':
        return this.#out({ ...output, epochId })
      case 'sign':
        return this.#out({ ...output, epochId, context: term.epoch.context })
      case 'broadcast':
        return this.#broadcast(output.message)
      case 'send': {
        const to = term.peers.memberOf(output.to)
        if (to !== undefined) this.#out({ type: 'send', to, message: output.message })
        return
      }
      case 'serve': {
        const to = term.peers.memberOf(output.to)
        const { aboveView } = output
        if (to !== undefined) this.#out({ type: 'serve', to, epochId, aboveView })
        return
      }
      case 'timer':
        term.timerMs = output.atMs
        return
      case 'decide':
        return this.#decide(epochId, output)
      case 'ended':
        this.#ending = output.ending
        return
      case 'evidence':
        this.#out({ type: 'publish', message: { type: 'evidence', evidence: output.evidence } })
        return this.#submitLater(output.evidence)
      case 'fork':
        return this.#out({ type: 'fork', certificate: output.certificate })
      case 'observe':
        return this.#out(output)
      case 'reject':
        return this.#reject(term.peers.memberOf(output.from) ?? '', output.code)
      case 'checkpoint':
        // It was persisted as a record; who follows epochs from outside reads it there.
        return
      default:
        output satisfies never
    }
  }

  /** While the engine handles an input nothing can be submitted to it. */
  #submitLater(evidence: Evidence): void {
    const bytes = encodeItem({ kind: 'evidence', evidence })
    const key = this.#ordering.keyOf(bytes, this.#state)
    if (!this.#waiting.has(key)) this.#waiting.add(key, bytes, this.#self)
    this.#isStale = true
  }

  /** Whether what waits has to be put before the engine once more. */
  #isStale = false

  /**
   * The engine repeats itself every Δ (R5). What everybody has heard would only crowd out the rest, so
   * it goes out at the first, second, fourth … time; certificates from the second on.
   */
  #broadcast(message: Message): void {
    const key = wordOf(message)
    const times = (this.#told.get(key) ?? 0) + 1
    if (this.#told.size >= TOLD_MAX) this.#told.clear()
    this.#told.set(key, times)
    const turn = message.type === 'certificate' ? times - 1 : times
    if (turn < 1 || (turn & (turn - 1)) !== 0) return
    this.#out({ type: 'publish', message: { type: 'engine', message } })
  }

  #decide(epochId: Digest, output: Extract<EngineOutput, { type: 'decide' }>): void {
    const { blocks, certificate, floor } = output
    const decided: Decided[] = []
    const next = this.#state.clone()
    for (const block of blocks) {
      this.#applyBlock(next, block, event => decided.push({ event, block }))
    }
    this.#state = next
    this.#ordering.decided()
    this.#told.clear()
    this.#height = floor.height
    this.#isStale = true
    this.#out({
      type: 'decide',
      batch: { epochId, blocks, certificate },
      stateRoot: floor.stateRoot
    })
    for (const { event } of decided) this.#out({ type: 'event', event })
    for (const shown of shownBy(next.epoch, blocks, certificate, decided)) {
      this.#out({ type: 'execute', certificate: shown })
    }
  }

  /** @throws ConsensusError `bad-port` where a final block doesn't give what it says */
  #applyBlock(state: CouncilState, block: Block, out: (event: CouncilEvent) => void): void {
    const { items, header } = block
    if (items.length === 0) return
    const isLegal = this.#ordering.applyAll(state, items, out)
    if (!isLegal || state.digest() !== header.stateRoot) {
      const message = `the block at height ${header.height} doesn't give its state; verify the ledger`
      throw new ConsensusError('bad-port', message)
    }
    for (const item of items) this.#waiting.remove(this.#ordering.keyOf(item, state))
  }

  /** The old epoch's engine goes on answering who is behind. */
  #turnEpoch(): void {
    const ending = this.#ending
    if (ending === undefined) return
    this.#ending = undefined
    this.#former = this.#term
    const { checkpoint, plan } = ending
    const state = this.#state.clone()
    state.enter(nextEpoch(this.#term.epoch, checkpoint, plan))
    this.#state = state
    this.#approvals.clear()
    this.#ordering.decided()
    const floor = originFloor(state.epoch)
    this.#term = this.#seat({ floor, opening: checkpointDigest(checkpoint), records: [] })
    this.#isStale = true
    this.#drive(this.#term, { type: 'start' })
  }

  #seat(from: {
    readonly floor: Floor
    readonly opening: Digest | null
    readonly records: readonly Message[]
  }): Term {
    const { epoch } = this.#state
    const { floor, opening } = from
    const self = this.#state.validatorOf(this.#self) ?? null
    const records = from.records.filter(record => epochIdOf(record) === epoch.id)
    let last = this.#state
    const state = (): CouncilState => {
      if (this.#state.epoch === epoch) last = this.#state
      return last
    }
    const ports = this.#ordering.ports(state)
    const engine = new Engine({ epoch, self, ports, floor, opening, records })
    return { epoch, engine, state, peers: new Peers(this.#state.effects.validators), timerMs: null }
  }

  #termOf(epochId: Digest): Term | undefined {
    if (this.#term.epoch.id === epochId) return this.#term
    return this.#former?.epoch.id === epochId ? this.#former : undefined
  }

  /** What follows from any input: time that has come, this node's own part, the timers. */
  #pump(): void {
    while (this.#isStale) {
      this.#isStale = false
      this.#approvals.retain(id => this.#state.book.get(id)?.ended === false)
      for (const proposal of this.#approvals.open()) this.#certify(proposal)
      this.#retry()
      this.#turnEpoch()
    }
    const { dueMs, ordered } = this.#state
    const { meshMs } = this.#time
    if (dueMs !== undefined && meshMs >= dueMs && this.#ticked !== `${dueMs} ${ordered}`) {
      this.#ticked = `${dueMs} ${ordered}`
      const item = encodeItem({ kind: 'tick', atMs: dueMs })
      this.#drive(this.#term, { type: 'submit', item })
      this.#turnEpoch()
    }
    for (const said of this.#duties.due(this.#state, meshMs)) this.#out({ type: 'say', said })
    this.#arm()
  }

  #arm(): void {
    const timers = [this.#term.timerMs, this.#former?.timerMs ?? null]
    const timerMs = earliest(timers)
    if (timerMs !== this.#timerMs) this.#out({ type: 'timer', atMs: timerMs })
    this.#timerMs = timerMs
    const { dueMs } = this.#state
    const { meshMs } = this.#time
    const isComing = dueMs !== undefined && dueMs > meshMs
    const wakeMs = earliest([isComing ? dueMs : null, this.#duties.nextMs(this.#state, meshMs)])
    if (wakeMs !== this.#wakeMs) this.#out({ type: 'wake', atMs: wakeMs })
    this.#wakeMs = wakeMs
  }

  /** Mesh time up to which items are believed: a clock may be a little ahead of this one. */
  #latestMs(): number {
    return this.#time.meshMs + AHEAD_MAX_MS * this.#state.terms.pace
  }

  #reject(from: string, code: CouncilReject): void {
    this.#out({ type: 'reject', from, code })
  }
}

function earliest(times: readonly (number | null)[]): number | null {
  let first: number | null = null
  for (const time of times) if (time !== null && (first === null || time < first)) first = time
  return first
}
