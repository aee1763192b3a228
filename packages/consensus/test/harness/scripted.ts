import {
  Block,
  type CertificateClaim,
  type CertificateKind,
  type Digest,
  Engine,
  type EngineInit,
  type EngineInput,
  type EngineOutput,
  type Epoch,
  type EpochPlan,
  Kind,
  type Message,
  NO_DIGEST,
  statementBytes,
  toBitmap,
  type Vote
} from '../../src/index.ts'
import { keyOf, signAs, verifierOf } from './keys.ts'
import { portsOf } from './node.ts'

const KIND_NAMES = Object.fromEntries(Object.entries(Kind).map(([name, kind]) => [kind, name]))

export function voteOf(
  epoch: Epoch,
  validator: number,
  kind: Vote['kind'],
  view: number,
  digest: Digest = NO_DIGEST
): Vote {
  const key = keyOf(epoch.validators[validator]!)
  const signature = signAs(key, statementBytes(epoch.id, kind, view, digest))
  return { epochId: epoch.id, kind, view, digest, validator, signature }
}

export function claimOf(
  epoch: Epoch,
  signers: readonly number[],
  kind: CertificateKind,
  view: number,
  digest: Digest = NO_DIGEST
): CertificateClaim {
  const signatures = signers.map(signer => voteOf(epoch, signer, kind, view, digest).signature)
  const bitmap = toBitmap(signers, epoch.validators.length)
  return { kind, epochId: epoch.id, view, digest, bitmap, signatures }
}

export interface BlockSpec {
  readonly view: number
  readonly parent?: Block
  readonly parentClaim?: CertificateClaim | null
  readonly skipped?: readonly CertificateClaim[]
  readonly items?: readonly Uint8Array[]
  readonly height?: number | null
  readonly nextPlan?: Digest | null
}

/** A block on the epoch's origin unless told otherwise, whatever it says of itself. */
export function blockOf(epoch: Epoch, spec: BlockSpec): Block {
  const { view, parent, skipped = [], items = [Uint8Array.of(1, view)], nextPlan = null } = spec
  const height = spec.height === undefined ? (parent?.header.height ?? 0) + 1 : spec.height
  return Block.build(
    {
      epochId: epoch.id,
      view,
      parentView: parent?.header.view ?? 0,
      parentDigest: parent?.digest ?? epoch.origin.digest,
      height,
      stateRoot: epoch.origin.stateRoot,
      policyVersion: epoch.policyVersion,
      nextPlan,
      justification: { parent: spec.parentClaim ?? null, skipped }
    },
    items
  )
}

export function proposalOf(epoch: Epoch, block: Block): Message {
  const { view } = block.header
  const { signature } = voteOf(epoch, epoch.leader(view), Kind.propose, view, block.digest)
  return { type: 'proposal', block, signature }
}

/** A validator of the epoch that doesn't lead the first views. */
export function followerOf(epoch: Epoch, views = 2): number {
  const leaders = Array.from({ length: views }, (_, at) => epoch.leader(at + 1))
  return epoch.validators.findIndex((_, validator) => !leaders.includes(validator))
}

/** One engine whose world is a script. Its vault and disk answer at once unless held back. */
export class Scripted {
  readonly epoch: Epoch
  readonly self: number
  readonly outputs: EngineOutput[] = []
  readonly records: Message[] = []
  engine: Engine
  nowMs = 0
  isDiskHeld = false
  isVaultHeld = false
  private readonly init: EngineInit

  constructor(
    epoch: Epoch,
    self: number,
    more: Partial<EngineInit> = {},
    next: EpochPlan | null = null
  ) {
    this.epoch = epoch
    this.self = self
    this.init = { epoch, self, ports: portsOf(epoch, verifierOf(epoch), next), ...more }
    this.engine = new Engine(this.init)
    this.give({ type: 'start' })
  }

  /** Starts again from what was kept. */
  restart(more: Partial<EngineInit> = {}): void {
    this.outputs.length = 0
    this.engine = new Engine({ ...this.init, records: [...this.records], ...more })
    this.give({ type: 'start' })
  }

  give(input: EngineInput): this {
    const inbox = [input]
    for (let at = 0; at < inbox.length && at < 100; at++) {
      this.engine.handle(inbox[at]!, this.nowMs, output => {
        this.outputs.push(output)
        if (output.type === 'persist') {
          if (!this.isDiskHeld) {
            this.records.push(output.record)
            inbox.push({ type: 'persisted', sequence: output.sequence })
          }
        }
        if (output.type === 'sign' && !this.isVaultHeld) {
          const key = keyOf(this.epoch.validators[this.self]!)
          const signature = signAs(key, output.statement)
          inbox.push({ type: 'signed', ballot: output.ballot, signature })
        }
      })
    }
    return this
  }

  hear(...messages: readonly Message[]): this {
    for (const message of messages) this.give({ type: 'message', from: 99, message })
    return this
  }

  hearVotes(
    validators: readonly number[],
    kind: Vote['kind'],
    view: number,
    digest?: Digest
  ): this {
    for (const validator of validators) {
      this.hear({ type: 'vote', vote: voteOf(this.epoch, validator, kind, view, digest) })
    }
    return this
  }

  hearClaim(kind: CertificateKind, view: number, digest?: Digest): this {
    const signers = [...this.epoch.validators.keys()]
    return this.hear({
      type: 'certificate',
      claim: claimOf(this.epoch, signers, kind, view, digest)
    })
  }

  /** Lets the time pass that the engine waits for. */
  expire(): this {
    const timer = this.outputs.findLast(({ type }) => type === 'timer')
    if (timer?.type === 'timer' && timer.atMs !== null)
      this.nowMs = Math.max(this.nowMs, timer.atMs)
    return this.give({ type: 'timer' })
  }

  /** What was said since the last time, one short line each; records and timers only if asked for. */
  take(types: readonly EngineOutput['type'][]): string[] {
    const lines = this.outputs.filter(({ type }) => types.includes(type)).map(lineOf)
    this.outputs.length = 0
    return lines
  }
}

/** A short line for an output. */
export function lineOf(output: EngineOutput): string {
  switch (output.type) {
    case 'sign':
      return `sign ${KIND_NAMES[output.ballot.kind]} ${output.ballot.view}`
    case 'broadcast':
      return `broadcast ${nameOf(output.message)}`
    case 'send':
      return `send ${nameOf(output.message)}`
    case 'persist':
      return `persist ${nameOf(output.record)}`
    case 'timer':
      return `timer ${output.atMs}`
    case 'decide':
      return `decide ${output.blocks.map(({ header }) => header.height ?? 'padding').join(' ')}`
    case 'evidence':
      return `evidence ${output.evidence.rule}`
    case 'reject':
      return `reject ${output.code}`
    case 'observe':
      return `observe ${output.why}`
    case 'checkpoint':
      return `checkpoint ${KIND_NAMES[output.certificate.kind]}`
    default:
      return output.type
  }
}

function nameOf(message: Message): string {
  switch (message.type) {
    case 'vote':
      return `${KIND_NAMES[message.vote.kind]} ${message.vote.view}`
    case 'certificate':
      return `${KIND_NAMES[message.claim.kind]} certificate ${message.claim.view}`
    case 'proposal':
      return `proposal ${message.block.header.view}`
    case 'blocks':
      return `block ${message.blocks[0]!.header.view}`
    default:
      return message.type
  }
}
