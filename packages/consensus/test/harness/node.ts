import {
  type Block,
  type Digest,
  Engine,
  type EngineInput,
  type EngineOutput,
  type EnginePorts,
  type Epoch,
  type EpochPlan,
  type Execution,
  type Floor,
  type Message,
  type Verify
} from '../../src/index.ts'
import { keyOf, signAs } from './keys.ts'
import type { Random } from './random.ts'

/** First byte of items that nobody may propose, and of items that end the epoch. */
export const ILLEGAL = 0xff
export const ENDS_EPOCH = 0xee

const STEPS_MAX = 200

/** An application whose state is its origin's root: legality is a byte of the item. */
export function portsOf(epoch: Epoch, verify: Verify, next: EpochPlan | null = null): EnginePorts {
  const isLegal = (item: Uint8Array): boolean => item[0] !== ILLEGAL
  return {
    verify,
    select: (_ancestors, candidates) => candidates.filter(isLegal),
    execute(_ancestors, items): Execution | null {
      if (!items.every(isLegal)) return null
      const isEnd = items.some(([kind]) => kind === ENDS_EPOCH)
      return { stateRoot: epoch.origin.stateRoot, next: isEnd ? next : null }
    }
  }
}

/** What a node tells the world around it. */
export interface NodeSink {
  send(node: Node, to: number | null, message: Message): void
  decide(node: Node, blocks: readonly Block[]): void
  said(node: Node, output: EngineOutput): void
}

/**
 * One engine with its shell: a vault, a store, a timer. A crash loses what isn't durable; the store
 * keeps any part of what was on its way.
 */
export class Node {
  readonly index: number
  readonly isByzantine: boolean
  readonly validator: number
  engine: Engine
  isVoter = true
  isUp = true
  timerMs: number | null = null
  decided = 0
  side = 0
  private floor: Floor | undefined
  private records: { sequence: number; record: Message }[] = []
  private durable = 0
  private readonly ledger = new Map<Digest, Block>()
  private readonly inbox: EngineInput[] = []
  private readonly epoch: Epoch
  private readonly ports: EnginePorts
  private readonly sink: NodeSink
  private readonly opening: string | null
  private readonly key: number
  private crashIn = -1

  constructor(
    index: number,
    validator: number,
    isByzantine: boolean,
    epoch: Epoch,
    ports: EnginePorts,
    sink: NodeSink,
    opening: string | null = null
  ) {
    this.index = index
    this.validator = validator
    this.isByzantine = isByzantine
    this.epoch = epoch
    this.ports = ports
    this.sink = sink
    this.opening = opening
    this.key = keyOf(epoch.validators[validator]!)
    this.engine = new Engine({ epoch, self: validator, ports, opening })
  }

  /** Handles an input and whatever vault and disk answer to it. */
  handle(input: EngineInput, nowMs: number): void {
    if (!this.isUp) return
    this.inbox.push(input)
    for (let at = 0; at < this.inbox.length && this.isUp; at++) {
      if (at > STEPS_MAX) throw new Error('one input keeps the node busy for ever')
      const next = this.inbox[at]!
      if (next.type === 'persisted') this.durable = next.sequence
      this.engine.handle(next, nowMs, this.take)
      if (this.crashIn >= 0 && this.crashIn-- === 0) this.isUp = false
    }
    this.inbox.length = 0
  }

  /** Lets the node die in the middle of a later step. */
  crashSoon(random: Random): void {
    this.crashIn = random.below(6)
  }

  /** Nothing more goes wrong with this node. */
  stayUp(): void {
    this.crashIn = -1
  }

  /** Starts again from what is durable and any part of the rest; without records, as an observer. */
  restart(random: Random, isLost: boolean, nowMs: number): void {
    this.isUp = true
    this.crashIn = -1
    this.timerMs = null
    const kept = this.records.filter(
      ({ sequence }) => sequence <= this.durable || random.chance(500)
    )
    const records = kept.map(({ record }) => record)
    // A set has no order.
    if (random.chance(500)) records.reverse()
    if (isLost) {
      this.isVoter = false
      records.length = 0
    }
    this.durable = 0
    this.records = records.map(record => ({ sequence: 0, record }))
    const self = this.isVoter ? this.validator : null
    const { epoch, ports, floor, opening } = this
    this.engine = new Engine({
      epoch,
      self,
      ports,
      records,
      opening,
      ...(floor === undefined ? {} : { floor })
    })
    this.handle({ type: 'start' }, nowMs)
  }

  private readonly take = (output: EngineOutput): void => {
    switch (output.type) {
      case 'persist':
        this.records.push({ sequence: output.sequence, record: output.record })
        this.inbox.push({ type: 'persisted', sequence: output.sequence })
        break
      case 'sign': {
        const signature = signAs(this.key, output.statement)
        this.inbox.push({ type: 'signed', ballot: output.ballot, signature })
        break
      }
      case 'broadcast':
        this.sink.send(this, null, output.message)
        break
      case 'send':
        this.sink.send(this, output.to, output.message)
        break
      case 'timer':
        this.timerMs = output.atMs
        break
      case 'decide':
        this.floor = output.floor
        for (const block of output.blocks) this.ledger.set(block.digest, block)
        this.decided += output.blocks.length
        this.prune(output.floor.view)
        this.sink.decide(this, output.blocks)
        break
      case 'serve': {
        const block = this.ledger.get(output.digest)
        const { epoch } = this
        if (block === undefined) break
        this.sink.send(this, output.to, { type: 'blocks', epochId: epoch.id, blocks: [block] })
        break
      }
      case 'observe':
        this.isVoter = false
        this.sink.said(this, output)
        break
      default:
        this.sink.said(this, output)
    }
  }

  private prune(view: number): void {
    this.records = this.records.filter(({ record }) => viewOf(record) >= view)
  }
}

function viewOf(record: Message): number {
  switch (record.type) {
    case 'vote':
      return record.vote.kind > 4 ? Number.POSITIVE_INFINITY : record.vote.view
    case 'proposal':
      return record.block.header.view
    case 'certificate':
      return record.claim.kind > 4 ? Number.POSITIVE_INFINITY : record.claim.view
    case 'blocks':
      return record.blocks[0]!.header.view
    default:
      return 0
  }
}
