import {
  decodeMessage,
  Engine,
  type EngineInput,
  type EngineOutput,
  type Epoch,
  encodeMessage,
  Kind,
  type Message,
  type Verify
} from '@torusmesh/consensus'
import type { Party, PartyHost, Protocol } from './party.ts'
import type { StandInKeys, StandInSign } from './stand-in.ts'

/** Certificates of a view have numbers of their own: what offers go by. */
const KINDS = 8

/** The consensus engine as a protocol of the latency world, all parties honest. */
export function simplexProtocol(epoch: Epoch, keys: StandInKeys): Protocol<Message> {
  const verify = keys.verifier(epoch)
  return {
    encode: encodeMessage,
    decode(bytes) {
      const decoded = decodeMessage(bytes)
      return decoded.ok ? decoded.message : null
    },
    signatures: signaturesOf,
    offerOf(message) {
      return message.type === 'certificate' ? message.claim.view * KINDS + message.claim.kind : null
    },
    party: (index, host) => new SimplexParty(epoch, verify, index, keys.signer(index), host)
  }
}

/** Signatures in a message. */
export function signaturesOf(message: Message): number {
  switch (message.type) {
    case 'vote':
      return 1
    case 'certificate':
      return message.claim.signatures.length
    case 'proposal':
      return 1 + justifying(message.block.header.justification)
    case 'blocks':
      return message.blocks.reduce((sum, { header }) => sum + justifying(header.justification), 0)
    default:
      return 0
  }
}

interface Claims {
  readonly parent: { readonly signatures: readonly Uint8Array[] } | null
  readonly skipped: readonly { readonly signatures: readonly Uint8Array[] }[]
}

function justifying({ parent, skipped }: Claims): number {
  const count = parent?.signatures.length ?? 0
  return skipped.reduce((sum, { signatures }) => sum + signatures.length, count)
}

/** One engine, its vault and its disk. */
class SimplexParty implements Party<Message> {
  readonly #epoch: Epoch
  readonly #engine: Engine
  readonly #host: PartyHost<Message>
  readonly #sign: StandInSign
  readonly #inbox: EngineInput[] = []

  constructor(
    epoch: Epoch,
    verify: Verify,
    self: number,
    sign: StandInSign,
    host: PartyHost<Message>
  ) {
    this.#epoch = epoch
    this.#host = host
    this.#sign = sign
    const { stateRoot } = epoch.origin
    this.#engine = new Engine({
      epoch,
      self,
      ports: {
        verify: (validator, statement, signature) => {
          host.chargeVerification()
          return verify(validator, statement, signature)
        },
        select: (_ancestors, candidates) => candidates,
        execute: () => ({ stateRoot, next: null })
      }
    })
  }

  get leader(): number {
    return this.#epoch.leader(this.#engine.status.view)
  }

  start(nowMs: number): void {
    this.#handle({ type: 'start' }, nowMs)
  }

  submit(item: Uint8Array, nowMs: number): void {
    this.#handle({ type: 'submit', item }, nowMs)
  }

  receive(from: number, message: Message, nowMs: number): void {
    this.#handle({ type: 'message', from, message }, nowMs)
  }

  persisted(sequence: number, nowMs: number): void {
    this.#handle({ type: 'persisted', sequence }, nowMs)
  }

  timer(nowMs: number): void {
    this.#handle({ type: 'timer' }, nowMs)
  }

  /** Handles an input and what the vault answers to it. */
  #handle(input: EngineInput, nowMs: number): void {
    const inbox = this.#inbox
    inbox.push(input)
    for (let at = 0; at < inbox.length; at++) this.#engine.handle(inbox[at]!, nowMs, this.#take)
    inbox.length = 0
  }

  readonly #take = (output: EngineOutput): void => {
    const host = this.#host
    switch (output.type) {
      case 'persist':
        return host.persist(output.sequence)
      case 'sign': {
        host.chargeSignature()
        const signature = this.#sign(output.statement)
        this.#inbox.push({ type: 'signed', ballot: output.ballot, signature })
        return
      }
      case 'broadcast':
        return this.#broadcast(output.message)
      case 'send':
        if (output.message.type.startsWith('want')) host.mark('catch-up-ran')
        return host.send(output.to, output.message)
      case 'timer':
        return host.wake(output.atMs)
      case 'decide':
        for (const { digest, items } of output.blocks) host.decided(digest, items)
        return
      case 'observe':
        return host.mark('observer-seen')
      default:
    }
  }

  #broadcast(message: Message): void {
    if (message.type === 'proposal') this.#host.proposed(message.block.items)
    const isSkip = message.type === 'certificate' && message.claim.kind === Kind.nullify
    if (isSkip) this.#host.mark('view-nullified')
    this.#host.broadcast(message)
  }
}
