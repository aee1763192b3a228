import {
  type Block,
  type Digest,
  Engine,
  type EngineInput,
  type EngineOutput,
  type EnginePorts,
  type Epoch,
  type Floor,
  type Message
} from '@torusmesh/consensus'
import { memberOf, type StandInSign } from '../stand-in.ts'

/** Inputs that one input may lead to; more is a machine that never rests. */
const STEPS_MAX = 1_000
/** Kinds up to this are about a view; the others are about the epoch. */
const LAST_VIEW_KIND = 4

/**
 * What becomes of one write of the vote path: `before` and `after` kill the process there; `unsent` kills it
 * when the write is durable and nothing has been sent; at `error` the disk refuses and the process stops.
 */
export const FATES = ['ok', 'before', 'after', 'unsent', 'error'] as const
export type Fate = (typeof FATES)[number]

/** What a member's seat tells the world around it. */
export interface SeatSink {
  /** Asked at each write. */
  write(seat: Seat): Fate
  send(seat: Seat, to: number | null, message: Message): void
  decided(seat: Seat, blocks: readonly Block[], floor: Floor): void
  said(seat: Seat, output: EngineOutput): void
  wake(seat: Seat, atMs: number): void
}

export interface SeatInit {
  /** Number in the cluster: members first, then second copies of twins. */
  readonly actor: number
  readonly member: number
  readonly epoch: Epoch
  readonly ports: EnginePorts
  readonly sign: StandInSign
  readonly opening: Digest | null
  readonly sink: SeatSink
}

/** One member's engine in one epoch with its vault, its store and its timer. */
export class Seat {
  readonly init: SeatInit
  /** Index in the epoch's set; `null` for who isn't in it. */
  readonly validator: number | null
  /** Members by index in the epoch's set. */
  readonly members: readonly number[]
  engine: Engine
  isUp = true
  /** Its store was lost: it signs nothing in this epoch. */
  isAmnesiac = false
  timerMs: number | null = null
  /** Restarts so far. */
  restarts = 0
  #records: Message[] = []
  #floor: Floor | undefined
  readonly #ledger = new Map<Digest, Block>()
  readonly #inbox: EngineInput[] = []
  #isMute = false

  constructor(init: SeatInit) {
    const { epoch, member, ports, opening } = init
    this.init = init
    this.members = epoch.validators.map(memberOf)
    const validator = this.members.indexOf(member)
    this.validator = validator < 0 ? null : validator
    this.engine = new Engine({ epoch, self: this.validator, ports, opening })
  }

  /** Blocks decided, on disk. */
  get decided(): number {
    return this.#ledger.size
  }

  get floor(): Floor | undefined {
    return this.#floor
  }

  /** A member's number as a peer: its index in the set, or one beyond all of them. */
  peerOf(member: number): number {
    const index = this.members.indexOf(member)
    return index < 0 ? this.members.length + member : index
  }

  /** Inverse of {@link peerOf}. */
  memberOf(peer: number): number {
    return this.members[peer] ?? peer - this.members.length
  }

  /** Handles an input and whatever vault and disk answer to it. */
  handle(input: EngineInput, nowMs: number): void {
    if (!this.isUp) return
    const inbox = this.#inbox
    inbox.push(input)
    for (let at = 0; at < inbox.length && this.isUp; at++) {
      if (at > STEPS_MAX) throw new Error('one input keeps a member busy for ever')
      this.engine.handle(inbox[at]!, nowMs, this.#take)
      if (this.#isMute && inbox[at]!.type === 'persisted') this.kill()
    }
    inbox.length = 0
  }

  kill(): void {
    this.isUp = false
    this.#isMute = false
    this.timerMs = null
  }

  /** Starts again from its store; without it, as an observer until the next epoch. */
  restart(isLost: boolean, nowMs: number): void {
    const { epoch, ports, opening } = this.init
    this.isUp = true
    this.restarts++
    if (isLost) {
      this.isAmnesiac = true
      this.#records = []
      this.#floor = undefined
      this.#ledger.clear()
    }
    const self = this.isAmnesiac ? null : this.validator
    const records = this.#records
    const floor = this.#floor === undefined ? {} : { floor: this.#floor }
    this.engine = new Engine({ epoch, self, ports, opening, records, ...floor })
    this.handle({ type: 'start' }, nowMs)
  }

  readonly #take = (output: EngineOutput): void => {
    if (!this.isUp) return
    const { sink, sign } = this.init
    switch (output.type) {
      case 'persist':
        return this.#write(true, () => {
          this.#records.push(output.record)
          this.#inbox.push({ type: 'persisted', sequence: output.sequence })
        })
      case 'sign': {
        const signature = sign(output.statement)
        this.#inbox.push({ type: 'signed', ballot: output.ballot, signature })
        return
      }
      case 'broadcast':
        if (!this.#isMute) sink.send(this, null, output.message)
        return
      case 'send':
        if (!this.#isMute) sink.send(this, output.to, output.message)
        return
      case 'timer':
        this.timerMs = output.atMs
        if (output.atMs !== null) sink.wake(this, output.atMs)
        return
      case 'decide':
        return this.#write(false, () => {
          const { blocks, floor } = output
          this.#floor = floor
          for (const block of blocks) this.#ledger.set(block.digest, block)
          this.#records = this.#records.filter(record => viewOf(record) >= floor.view)
          sink.decided(this, blocks, floor)
        })
      case 'serve':
        return this.#serve(output.to, output.digest)
      default:
        sink.said(this, output)
    }
  }

  /** One atomic write; `apply` is what it leaves on disk, and the disk's answer where one is waited for. */
  #write(isAnswered: boolean, apply: () => void): void {
    const fate = this.init.sink.write(this)
    if (fate !== 'before' && fate !== 'error') apply()
    if (fate === 'unsent' && isAnswered) this.#isMute = true
    else if (fate !== 'ok') this.kill()
  }

  #serve(to: number, digest: Digest): void {
    const { epoch, sink } = this.init
    const block = this.#ledger.get(digest)
    if (block === undefined || this.#isMute) return
    sink.send(this, to, { type: 'blocks', epochId: epoch.id, blocks: [block] })
  }
}

/** The view that a record is about; those about the epoch are never let go of. */
function viewOf(record: Message): number {
  switch (record.type) {
    case 'vote':
      return record.vote.kind > LAST_VIEW_KIND ? Number.MAX_SAFE_INTEGER : record.vote.view
    case 'certificate':
      return record.claim.kind > LAST_VIEW_KIND ? Number.MAX_SAFE_INTEGER : record.claim.view
    case 'proposal':
      return record.block.header.view
    case 'blocks':
      return record.blocks[0]!.header.view
    default:
      return 0
  }
}
