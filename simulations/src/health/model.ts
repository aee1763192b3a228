import {
  createDetectorStore,
  DetectorInput,
  DetectorOutput,
  type DetectorSink,
  type DetectorStore,
  detectorPresets,
  rowAt,
  step
} from '@torusmesh/health'
import type { AuditHash } from '../engine/audit.ts'
import { type ShardModel, type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import { Conditions } from '../faults/condition.ts'
import type { FaultEvent } from '../faults/event.ts'
import { createNetwork, type Network } from '../network/network.ts'
import { behaviours } from './adversaries/index.ts'
import { Backlog } from './backlog.ts'
import { Fates } from './fates.ts'
import { Findings } from './findings.ts'
import type { HealthModelInit, StepDetector } from './init.ts'
import { Links } from './links.ts'
import { bits, type Notices } from './notices.ts'
import { answer, askAround, passBack, passOn } from './probes.ts'
import { Processes } from './processes.ts'
import { Puppets } from './puppets.ts'
import { type HealthResult, unsettledOf } from './result.ts'
import { Statements } from './statements.ts'
import { Stream } from './streams.ts'
import { Said } from './verdict-log.ts'
import { detailOf, fromLink, Kind, kindOf, linkOf, Recurs, wordOf } from './words.ts'

const ALONE_TICKS: number = 1_000 * TICKS_PER_MS
const USUAL_PERMILLE = 1_000

/**
 * The shell of a shard's detectors: does for each node what a live node's runtime does for its one,
 * over a modelled network. Only the shell is a model; every decision is the detector's.
 */
export class HealthModel implements ShardModel {
  readonly lookaheadTicks: number
  readonly store: DetectorStore
  readonly links: Links
  readonly first: number
  readonly #init: HealthModelInit
  readonly #port: ShardPort
  readonly #step: StepDetector
  readonly #network: Network
  readonly #conditions: Conditions
  readonly #faulty: boolean
  readonly #statements: Statements
  readonly #processes: Processes
  readonly #backlog: Backlog
  readonly #findings: Findings
  readonly #puppets: Puppets
  /** Whether the present event has reached the machine. */
  #stepped = false

  constructor(init: HealthModelInit) {
    const { setup, port, preset } = init
    const { spec, topology } = setup
    const faults = init.given.length > 0 ? [...init.given, ...setup.faults] : setup.faults
    const { first, nodes } = port
    const network = {
      seed: spec.seed,
      stream: Stream.network,
      first,
      nodes,
      degree: topology.degree
    }
    this.#init = init
    this.#port = port
    this.first = first
    this.#step = init.step ?? step
    this.#network = createNetwork(spec.network, network)
    // A shard alone sends nothing to others: windows needn't be short.
    this.lookaheadTicks = topology.shards === 1 ? ALONE_TICKS : this.#network.lookaheadTicks
    this.#conditions = new Conditions({
      first,
      nodes,
      totalNodes: topology.nodes,
      faults,
      behaviours
    })
    this.#faulty = faults.length > 0
    this.#findings = new Findings(port, Fates.of(faults))
    this.store = createDetectorStore(nodes, detectorPresets[preset], 0, topology.degree)
    this.#backlog = new Backlog({
      port,
      store: this.store,
      step: this.#step,
      links: () => this.links,
      eager: init.eager,
      isUndisturbed: local => this.#processes.areUndisturbed(local),
      tick: this.#tick,
      hear: this.#hear
    })
    this.links = new Links(topology, port, this.#network, this.#conditions, this.#backlog)
    this.#statements = new Statements({
      port,
      seed: spec.seed,
      totalNodes: topology.nodes,
      store: this.store,
      links: this.links,
      findings: this.#findings,
      notices: init.notices,
      puppets: () => this.#puppets,
      input: this.#input
    })
    this.#processes = new Processes({
      port,
      seed: spec.seed,
      store: this.store,
      conditions: this.#conditions,
      links: this.links,
      backlog: this.#backlog,
      dials: init.dials
    })
    this.#puppets = new Puppets(this, nodes, faults, init.target, this.#conditions)
  }

  get notices(): Notices | undefined {
    return this.#statements.notices
  }

  get nowMs(): number {
    return this.#port.nowMs
  }

  get putOff(): number {
    return this.#backlog.putOff[0]!
  }

  start(): void {
    const { given, setup } = this.#init
    for (const event of given) this.#conditions.apply(event)
    this.#processes.announce(setup.faults)
    for (let local = 0; local < this.#port.nodes; local++) {
      this.#watchAll(local)
      this.#processes.firstTick(local)
    }
  }

  handle(local: number, word: number, a: number, b: number): void {
    const backlog = this.#backlog
    const kind = kindOf(word)
    if (kind === Kind.ended) return backlog.ended(local, linkOf(word), a)
    if (kind === Kind.beat && detailOf(word) !== Recurs.not) {
      if (backlog.recur(local, linkOf(word), detailOf(word), a)) return
      return this.handle(local, fromLink(wordOf(Kind.beat, Recurs.not), linkOf(word)), a, b)
    }
    if (kind === Kind.tick && !backlog.isExpected(local)) return
    const disturbed = kind === Kind.knock || !backlog.isAtRest(local)
    if (this.#faulty && disturbed && this.#processes.holdUp(local, word, a, b)) return
    if (kind === Kind.tick) {
      backlog.wake(local)
      return
    }
    if (kind === Kind.beat && backlog.take(local, linkOf(word), a)) return
    if (this.#statements.ballCast.isRepeated(local, word, a, b)) return
    this.#stepped = kind === Kind.rouse
    backlog.catchUp(local)
    this.#receive(local, kind, word, a, b)
    if (this.#stepped) backlog.settle(local)
  }

  readonly #tick = (local: number): void => {
    this.#input(local, DetectorInput.tick, 0, 0, 0)
    this.#puppets.tick(local)
  }

  readonly #hear = (local: number, slot: number, incarnation: number): void =>
    this.#input(local, DetectorInput.heard, slot, incarnation, 0)

  #receive(local: number, kind: Kind, word: number, a: number, b: number): void {
    const link = linkOf(word)
    switch (kind) {
      case Kind.tick:
        break
      case Kind.beat:
        this.#hear(local, link, a >>> 0)
        break
      case Kind.opened:
        this.links.send(local, link, wordOf(Kind.beat, 0), this.selfOf(local), 0)
        this.notices?.tidings.list(local, link, false)
        this.#hear(local, link, a >>> 0)
        break
      case Kind.closed:
        this.links.stray(local, link, wordOf(Kind.knock, 1))
        break
      case Kind.knock:
        this.links.stray(local, link, wordOf(Kind.answered, detailOf(word)))
        break
      case Kind.answered:
        this.#answered(local, link, detailOf(word))
        break
      case Kind.refused:
        this.#refused(local, link, detailOf(word))
        break
      case Kind.probe:
        this.#probed(local, word, a)
        break
      case Kind.reply:
        this.#replied(local, word, a, b >>> 0)
        break
      case Kind.accusation:
      case Kind.refutation:
        this.#statements.hear(local, kind, word, a, b)
        break
      case Kind.notice:
      case Kind.returned:
        this.#statements.hearNotice(local, kind, word, a, b)
        break
      case Kind.reminder:
        this.#statements.declaredDown(local, link, b >>> 0)
        break
      case Kind.tidings:
        this.#statements.hearTidings(local, word, b)
        break
      case Kind.tell:
        this.notices?.tidings.tell(local, a, detailOf(word))
        break
      case Kind.publish:
        this.notices?.publish(local, a, b >>> 0, detailOf(word))
        break
      case Kind.report:
        this.notices?.reported(local, a)
        break
      case Kind.stall:
        this.#stall(local)
        break
      case Kind.rouse:
        this.#backlog.rouse(local)
        break
      case Kind.ended:
        break
      default:
        kind satisfies never
    }
  }

  readonly #input = (
    local: number,
    input: DetectorInput,
    slot: number,
    a: number,
    b: number
  ): void => {
    this.#stepped = true
    this.#step(this.store, local, input, slot, a, b, this.#port.nowMs, this.#say)
  }

  readonly #say: DetectorSink = (output, local, slot, a): void => {
    if (output === DetectorOutput.beat) this.#beatAll(local, a)
    else if (this.#puppets.lets(local, output, slot)) this.#act(output, local, slot, a)
  }

  #beatAll(local: number, incarnation: number): void {
    if (this.#puppets.lets(local, DetectorOutput.beat, 0)) this.links.beat(local, incarnation)
  }

  #act(output: DetectorOutput, local: number, slot: number, incarnation: number): void {
    switch (output) {
      case DetectorOutput.beat:
        break
      case DetectorOutput.probe:
        askAround(this.links, this.first, local, slot)
        this.links.stray(local, slot, wordOf(Kind.knock, 0))
        break
      case DetectorOutput.suspect:
        this.#findings.hit('suspected')
        break
      case DetectorOutput.accuse:
        this.#findings.verdict(
          'accused',
          Said.accuse,
          local,
          this.links.peer(local, slot),
          incarnation
        )
        this.spreadAccusation(local, slot, incarnation)
        break
      case DetectorOutput.refute:
        this.#backlog.release(local, -1)
        this.#findings.verdict('refuted', Said.refute, local, this.first + local, incarnation)
        this.spreadRefutation(local, incarnation)
        break
      case DetectorOutput.down:
        this.#findings.verdict(
          'calledDown',
          Said.down,
          local,
          this.links.peer(local, slot),
          incarnation
        )
        this.notices?.schedule(local, slot, incarnation)
        break
      case DetectorOutput.clear:
        this.#statements.clear(local, slot, incarnation)
        break
      case DetectorOutput.remind:
        this.#statements.remind(local, slot, incarnation)
        break
      case DetectorOutput.doubt:
        this.#findings.verdict('doubted', Said.doubt, local, this.first + local, 0)
        break
      case DetectorOutput.sure:
        break
      default:
        output satisfies never
    }
  }

  #answered(local: number, link: number, redials: number): void {
    if (redials === 1) return
    this.#findings.hit('dialAnswered')
    this.#input(local, DetectorInput.stalled, link, 0, 0)
  }

  /** A refused redial is tried once more without a word: then it is evidence. */
  #refused(local: number, link: number, redials: number): void {
    this.#findings.hit('dialRefused')
    if (redials === 1) this.links.stray(local, link, wordOf(Kind.knock, 0))
    else this.#input(local, DetectorInput.unreachable, link, 0, 0)
  }

  #probed(local: number, word: number, asker: number): void {
    const detail = detailOf(word)
    const from = linkOf(word)
    if (!this.#puppets.serves(local, Kind.probe, asker)) return
    if (!passOn(this.links, this.first, local, detail, asker, from)) return
    answer(this.links, local, detail, asker, from, this.selfOf(local))
  }

  #replied(local: number, word: number, asker: number, incarnation: number): void {
    if (!this.#puppets.serves(local, Kind.reply, asker)) return
    const slot = passBack(this.links, this.first, local, detailOf(word), asker, incarnation)
    if (slot < 0) return
    this.#findings.hit('probeAnswered')
    this.#hear(local, slot, incarnation)
  }

  spreadAccusation(local: number, slot: number, incarnation: number): void {
    this.#statements.accuse(local, slot, incarnation)
  }

  spreadRefutation(local: number, incarnation: number): void {
    this.#statements.refute(local, incarnation)
  }

  selfOf(local: number): number {
    return this.store.self[rowAt(this.store, local)]!
  }

  setSelf(local: number, incarnation: number): void {
    this.store.self[rowAt(this.store, local)] = incarnation
  }

  incarnationOf(local: number, slot: number): number {
    return this.store.incarnation[rowAt(this.store, local) + slot]!
  }

  onLie(): void {
    this.#findings.hit('lied')
  }

  onWithheld(): void {
    this.#findings.hit('withheld')
  }

  fault(event: FaultEvent): void {
    const changed = this.#conditions.apply(event)
    if (event.kind === 'partition') return this.#backlog.releaseAll()
    if (!changed) return
    const local = event.node - this.first
    if (event.kind === 'crash' && event.mode === 'closed') this.links.closeAll(local)
    else if (event.kind === 'restart') this.#restart(local, event.disk === 'kept')
    else if (event.kind === 'slow' && event.factorPermille > USUAL_PERMILLE) this.#stall(local)
  }

  #restart(local: number, diskKept: boolean): void {
    this.#findings.hit('restarted')
    this.#processes.restart(local, diskKept)
    this.#statements.forget(local)
    this.#watchAll(local)
    this.#processes.firstTick(local)
    for (let link = 0; link < this.links.degree; link++) {
      this.links.send(local, link, wordOf(Kind.opened, 0), this.selfOf(local), 0)
    }
  }

  #watchAll(local: number): void {
    for (let link = 0; link < this.links.degree; link++) {
      if (!this.links.watches(local, link)) continue
      const watchers = bits(this.links.watchersOf(this.links.peer(local, link)))
      this.#input(local, DetectorInput.watch, link, 0, watchers)
    }
  }

  #stall(local: number): void {
    if (this.#processes.stall(local)) this.#findings.hit('stalled')
  }

  audit(hash: AuditHash): void {
    this.#backlog.finish(this.#init.setup.spec.durationMs * TICKS_PER_MS)
    const { store } = this
    for (let local = 0; local < store.rows; local++) {
      const own = rowAt(store, local)
      for (let slot = 0; slot < store.slots; slot++) hash.add(store.state[own + slot]!)
      hash.add(store.self[own]! | 0)
    }
  }

  columns(): readonly ArrayBufferView[] {
    return [
      this.store.words,
      ...this.#backlog.columns(),
      ...this.#network.columns(),
      ...this.#conditions.columns(),
      ...this.#statements.columns(),
      ...this.#processes.columns(),
      this.links.sent,
      this.#puppets.memories,
      ...this.#findings.columns()
    ]
  }

  save(): unknown {
    return { log: this.#findings.log.save() }
  }

  restore(saved: unknown): void {
    this.#findings.log.restore((saved as { log: unknown }).log)
  }

  /** Whether what a node believes counts: it runs, and nobody else has it. */
  readonly #isHonest = (local: number): boolean =>
    this.#conditions.isUp(local) && this.#conditions.behaviourOf(local) === 0

  result(): HealthResult {
    return {
      log: this.#findings.log.result(),
      marks: this.#findings.marks.counts,
      sent: this.links.sent[0]!,
      believers: this.notices?.standings.believers(this.#isHonest) ?? [],
      spread: this.#findings.spread.counts,
      unsettled: unsettledOf(this.store, this.links, this.first, local =>
        this.#conditions.isUp(local)
      )
    }
  }
}
