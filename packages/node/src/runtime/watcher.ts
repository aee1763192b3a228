import {
  createDetector,
  type Detector,
  type DetectorEvent,
  type DetectorPreset,
  type DetectorSays,
  PeerState,
  SLOTS,
  TICK_MS
} from '@torusmesh/health'
import { verdict } from '@torusmesh/ledger'
import { type Accusation, HealthStatement, Subject } from '@torusmesh/protocol'
import type { Frame } from '../link/frame.ts'
import { encodeFrame, type Link } from '../link/link.ts'
import type { Member } from '../overlay/directory.ts'
import { type LinkRole, roleOf } from '../overlay/positions.ts'
import type { Standing } from '../view.ts'
import type { RuntimeContext, RuntimePart } from './context.ts'
import type { Knock } from './knock.ts'
import { presentAmong } from './notices.ts'
import { ProbeRelay } from './probe-relay.ts'
import type { Watched } from './watch-list.ts'

const STANDINGS = {
  [PeerState.vacant]: 'unknown',
  [PeerState.alive]: 'alive',
  [PeerState.probation]: 'suspect',
  [PeerState.suspect]: 'suspect',
  [PeerState.accused]: 'suspect',
  [PeerState.condemned]: 'suspect',
  [PeerState.down]: 'down',
  [PeerState.left]: 'left'
} as const satisfies Record<PeerState, Standing>

type Judged = Exclude<Standing, 'unknown' | 'left'>

export interface WatcherEvents {
  /** Enough watchers accuse the member: tell the mesh. */
  onDown(watched: Watched, incarnation: number): void
  /** The member counts as down and beats, or did until now: show it why. Returns whether that is known. */
  onRemind(watched: Watched): boolean
  /** This node is accused and lives: say so under a higher incarnation. */
  onRefute(incarnation: number): void
  /** Links to the member again, whatever the back-off says. */
  relink(member: Member): Promise<boolean>
  /** Whether anything listens at the member's address. */
  knock(member: Member): Promise<Knock>
}

/** Drives the failure detector of one node: link frames and verified accusations in, statements out. */
export class Watcher implements RuntimePart {
  readonly #context: RuntimeContext
  readonly #events: WatcherEvents
  readonly #detector: Detector
  readonly #probes: ProbeRelay
  readonly #out = (says: DetectorSays): void => this.#act(says)
  #timer: NodeJS.Timeout | undefined

  constructor(
    context: RuntimeContext,
    limits: DetectorPreset,
    incarnation: number,
    events: WatcherEvents
  ) {
    this.#context = context
    this.#events = events
    this.#detector = createDetector({ limits, incarnation, now: context.clock.monotonicMs() })
    this.#probes = new ProbeRelay(context)
  }

  get incarnation(): number {
    return this.#detector.incarnation
  }

  /** The detector's states, one a slot of the watch list. */
  get states(): Readonly<ArrayLike<number>> {
    return this.#detector.states
  }

  get doubtsSelf(): boolean {
    return this.#detector.doubting
  }

  start(): void {
    const { watchList, links, directory } = this.#context
    // Links may have opened before anybody beats: silence counts from now on.
    for (const { member } of watchList.values()) {
      if (links.links.has(member.key)) this.heard(member.key, directory.incarnation(member.key))
    }
    this.#timer = setInterval(() => this.#handle({ type: 'tick' }), TICK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  state(watched: Watched): Standing {
    return STANDINGS[this.#detector.states[watched.slot] as PeerState]
  }

  linkOpened(link: Link): void {
    const { watchList, directory } = this.#context
    const known = watchList.get(link.member.key)
    const role: LinkRole = roleOf(directory, link.member)
    link.send({ beat: { incarnation: this.incarnation } })
    if (known !== undefined || role === 'long') return
    const watched = watchList.add(link.member)
    if (watched === undefined) return
    const incarnation = directory.incarnation(link.member.key)
    const watchers = this.#watchersOf(watched)
    this.#handle({ type: 'watch', slot: watched.slot, incarnation, watchers })
  }

  /** A closed connection is a hint; a refused redial is evidence. */
  linkClosed(link: Link): void {
    const { watchList, background } = this.#context
    if (watchList.get(link.member.key) === undefined) return
    background('redial', async () => {
      if (await this.#events.relink(link.member)) return
      await this.#knock(link.member)
    })
  }

  async #knock(member: Member): Promise<void> {
    const knock = await this.#events.knock(member)
    const { watchList, links } = this.#context
    const watched = watchList.get(member.key)
    if (watched === undefined) return
    const { slot } = watched
    if (knock === 'refused' && !links.links.has(member.key))
      this.#handle({ type: 'unreachable', slot })
    else if (knock === 'answered') this.#handle({ type: 'stalled', slot })
  }

  frame(link: Link, frame: Frame): void {
    const { beats } = this.#context
    if (frame.beat != null) beats.heardOverLink(link, frame.beat.incarnation)
    else if (frame.datagramsHeard != null) beats.confirmed(link)
    else if (frame.probe != null) this.#probes.asked(link, frame.probe, this.incarnation)
    else if (frame.answer != null) {
      const answer = this.#probes.answered(frame.answer)
      if (answer?.heard) this.heard(answer.key, answer.incarnation)
    }
  }

  /** A member lives: it beat, or answered. */
  heard(key: string, incarnation: number): void {
    const watched = this.#context.watchList.get(key)
    if (watched !== undefined) this.#handle({ type: 'heard', slot: watched.slot, incarnation })
  }

  /** A verified accusation, durable in the ledger, by a watcher of a member this node watches too. */
  accused(watched: Watched, accuser: Member, accusation: Accusation, envelope: Uint8Array): void {
    const index = watched.held?.watchers.indexOf(accuser.shortId) ?? -1
    if (index < 0 || index >= SLOTS) return
    const { incarnation } = accusation
    watched.accusations.set(accuser.key, { envelope, incarnation })
    this.#handle({ type: 'accused', slot: watched.slot, accuser: index, incarnation })
  }

  /** @param by - `quorum` for a notice, which a quorum of this node's watchers stands behind */
  accusedSelf(incarnation: number, by?: Member | 'quorum'): void {
    if (by === 'quorum') return this.#handle({ type: 'accusedSelf', incarnation, proven: true })
    const accuser = by === undefined ? undefined : this.#context.watchList.get(by.key)?.slot
    this.#handle({
      type: 'accusedSelf',
      incarnation,
      ...(accuser === undefined ? {} : { accuser })
    })
  }

  refuted(key: string, incarnation: number): void {
    const watched = this.#context.watchList.get(key)
    if (watched === undefined) return
    // Those of what it says it is are later than its word, which may have been long under way.
    for (const [accuser, accusation] of watched.accusations) {
      if (accusation.incarnation < incarnation) watched.accusations.delete(accuser)
    }
    this.#handle({ type: 'refuted', slot: watched.slot, incarnation })
  }

  left(key: string, incarnation: number): void {
    const watched = this.#context.watchList.get(key)
    if (watched !== undefined) this.#handle({ type: 'left', slot: watched.slot, incarnation })
  }

  unwatch(key: string): void {
    const watched = this.#context.watchList.remove(key)
    if (watched !== undefined) this.#handle({ type: 'unwatch', slot: watched.slot })
  }

  /** The number of watchers changed: a new report, or one of them went down. */
  recount(watched: Watched): void {
    const watchers = this.#watchersOf(watched)
    this.#handle({ type: 'watchers', slot: watched.slot, watchers })
  }

  /** Watchers of a member that are there to be heard; this node is one of them. */
  #watchersOf(watched: Watched): number {
    const { directory } = this.#context
    if (watched.held === undefined) return directory.neighbourCells(watched.member.cell).length || 1
    return presentAmong(directory, watched.held.watchers)
  }

  #handle(event: DetectorEvent): void {
    this.#detector.handle(event, this.#context.clock.monotonicMs(), this.#out)
  }

  #act(says: DetectorSays): void {
    switch (says.type) {
      case 'beat':
        return this.#beat(says.incarnation)
      case 'refute':
        return this.#events.onRefute(says.incarnation)
      case 'doubt':
      case 'sure':
        return
    }
    const watched = this.#context.watchList.at(says.slot)
    if (watched === undefined) return
    switch (says.type) {
      case 'probe':
        this.#probes.ask(watched.member)
        return this.#context.background('knock', () => this.#knock(watched.member))
      case 'suspect':
        return this.#stands(watched, 'suspect', says.incarnation, 'nothing heard')
      case 'accuse':
        return this.#accuse(watched, says.incarnation, says.silentMs)
      case 'clear':
        watched.accusations.clear()
        // Far away it may count as down still: shown why, it says that it is back.
        this.#events.onRemind(watched)
        return this.#stands(watched, 'alive', says.incarnation, 'heard again')
      case 'down':
        this.#stands(watched, 'down', says.incarnation, 'a quorum of its watchers accuses it')
        return this.#events.onDown(watched, says.incarnation)
      case 'remind':
        if (!this.#events.onRemind(watched)) this.#accuse(watched, says.incarnation, 0)
        return
      default:
        says satisfies never
    }
  }

  #beat(incarnation: number): void {
    const { watchList, links, beats } = this.#context
    const framed = encodeFrame({ beat: { incarnation } })
    for (const { member } of watchList.values()) {
      const link = links.links.get(member.key)
      if (link !== undefined) beats.send(link, framed, incarnation)
    }
  }

  #stands(watched: Watched, standing: Judged, incarnation: number, why: string): void {
    const { directory, journal, background, onStanding, metrics } = this.#context
    const { key } = watched.member
    if (!directory.setStanding(key, standing, incarnation)) return
    metrics.health.verdicts.inc({ standing })
    background('record verdict', async () => {
      await journal.record(verdict, { member: key, state: standing, incarnation, why })
      onStanding(key, standing)
    })
  }

  #accuse(watched: Watched, incarnation: number, silentMs: number): void {
    const { speaker, background, ballCast, directory } = this.#context
    const { member } = watched
    background('accuse', async () => {
      const accusation = { accused: member.id, incarnation, silentMs }
      const payload = HealthStatement.encode({ accusation }).finish()
      const envelope = await speaker.say(Subject.health, payload, 'urgent')
      watched.accusations.set(directory.self.key, { envelope, incarnation })
      ballCast.markSeen(envelope)
      ballCast.send(member.cell, envelope)
    })
  }
}
