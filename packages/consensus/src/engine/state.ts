import type { Certificate, CertificateClaim } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { Kind } from '../certificate/statement.ts'
import { AnswerLimit } from './answer-limit.ts'
import { Chain, type Floor } from './chain.ts'
import type { EngineOutput, EnginePorts, EngineReject, ObserveReason } from './codes.ts'
import { ANSWERS_PER_DELAY, ASKING_PEERS_MAX } from './limits.ts'
import type { Message } from './message.ts'
import { Outbox } from './outbox.ts'
import { Pacemaker } from './pacemaker.ts'
import { Pending } from './pending.ts'
import { Slot } from './slot.ts'

/** What an engine starts from. */
export interface EngineInit {
  readonly epoch: Epoch
  /** This node's index in the set; `null` for an observer, as after losing its records. */
  readonly self: number | null
  readonly ports: EnginePorts
  /** As stored with the last decision; left out in a new epoch. */
  readonly floor?: Floor
  /** All records kept of this epoch, in any order. */
  readonly records?: readonly Message[]
  /** Digest of the checkpoint that this epoch starts from; `null` for the first. */
  readonly opening?: Digest | null
}

/** Called with each output, in order, while the engine handles an input. */
export type EngineSink = (output: EngineOutput) => void

/** All that one validator knows in one epoch. The rules are functions over it, one file a concern. */
export class EngineState {
  readonly epoch: Epoch
  readonly ports: EnginePorts
  readonly opening: Digest | null
  readonly chain: Chain
  readonly slots: Map<number, Slot> = new Map()
  /** The words of both sets for checkpoints: they belong to no view. */
  readonly ceremony: Slot = new Slot(0)
  readonly pacemaker: Pacemaker
  readonly pending: Pending = new Pending()
  readonly outbox: Outbox = new Outbox()
  readonly answers: AnswerLimit = new AnswerLimit(ANSWERS_PER_DELAY, ASKING_PEERS_MAX)
  self: number | null
  view: number
  /** Highest finalization that isn't decided yet. */
  target: Certificate | null = null
  /** Questions asked, so that each goes to another validator. */
  asked = 0
  /** Questions for certificates since the last one came that was new. */
  unanswered = 0
  timerMs: number | null = null
  /** While records are folded nothing is said, stored or sent. */
  isRecovering = true
  nowMs = 0
  out: EngineSink = () => {}

  constructor(init: EngineInit) {
    this.epoch = init.epoch
    this.ports = init.ports
    this.self = init.self
    this.opening = init.opening ?? null
    this.chain = new Chain(init.floor ?? originFloor(init.epoch))
    this.view = this.chain.floor.view + 1
    this.pacemaker = new Pacemaker(init.epoch.delayMs)
  }

  /** Where a statement is kept, if anything is known there. */
  find(kind: Kind, view: number): Slot | undefined {
    return isCeremony(kind) ? this.ceremony : this.slots.get(view)
  }

  /** Where a verified statement is kept. */
  slot(kind: Kind, view: number): Slot {
    const found = this.find(kind, view)
    if (found !== undefined) return found
    const slot = new Slot(view)
    this.slots.set(view, slot)
    return slot
  }

  /** Keeps a record; `release` runs when it and all before it are durable. */
  store(record: Message, release?: () => void): void {
    if (this.isRecovering) return
    const sequence = this.outbox.add(release)
    this.out({ type: 'persist', sequence, record })
  }

  broadcast(message: Message): void {
    if (!this.isRecovering) this.out({ type: 'broadcast', message })
  }

  reject(from: number, code: EngineReject): void {
    this.out({ type: 'reject', from, code })
  }

  observe(why: ObserveReason): void {
    if (this.self === null) return
    this.self = null
    this.out({ type: 'observe', why })
  }

  /** Two conflicting blocks are final. Nobody can mend that by voting on. */
  fork(certificate: Certificate): void {
    this.target = null
    if (this.self === null) return
    this.out({ type: 'fork', floor: this.chain.floor, certificate })
    this.observe('fork')
  }
}

/** Whether statements of this kind are about checkpoints, not views. */
export function isCeremony(kind: Kind): kind is typeof Kind.closing | typeof Kind.opening {
  return kind === Kind.closing || kind === Kind.opening
}

/** Where an epoch starts. */
export function originFloor(epoch: Epoch): Floor {
  const { digest, height, stateRoot } = epoch.origin
  return { view: 0, digest, height, stateRoot, certificate: null, ending: null }
}

/** The message that carries a certificate. */
export function asMessage(claim: CertificateClaim): Message {
  return { type: 'certificate', claim }
}
