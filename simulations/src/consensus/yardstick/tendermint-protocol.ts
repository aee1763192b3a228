import type { Party, PartyHost, Protocol } from '../party.ts'
import type { StandInKeys, StandInSign } from '../stand-in.ts'
import { Tendermint } from './tendermint.ts'
import {
  decodeWord,
  encodeWord,
  type SignedWord,
  statementOf,
  type Word
} from './tendermint-message.ts'

export interface TendermintInit {
  readonly nodes: number
  /** Δ. */
  readonly delayMs: number
  readonly keys: StandInKeys
}

type VerifyWord = (signed: SignedWord) => boolean

/** Tendermint's core as a protocol of the latency world, all parties honest. */
export function tendermintProtocol(init: TendermintInit): Protocol<SignedWord> {
  const { nodes, delayMs, keys } = init
  const verify: VerifyWord = ({ word, signature }) =>
    word.from < nodes && keys.isSigned(word.from, statementOf(word), signature)
  return {
    encode: encodeWord,
    decode: decodeWord,
    signatures: () => 1,
    offerOf: () => null,
    party: (index, host) =>
      new TendermintParty(index, nodes, delayMs, keys.signer(index), verify, host)
  }
}

/** One validator with its vault and disk. */
class TendermintParty implements Party<SignedWord> {
  readonly #machine: Tendermint
  readonly #host: PartyHost<SignedWord>
  readonly #verify: VerifyWord
  /** Own words that wait to be durable, oldest first. */
  readonly #held: SignedWord[] = []
  #stored = 0
  #wakeMs: number | null = null

  constructor(
    self: number,
    nodes: number,
    delayMs: number,
    sign: StandInSign,
    verify: VerifyWord,
    host: PartyHost<SignedWord>
  ) {
    this.#host = host
    this.#verify = verify
    this.#machine = new Tendermint(self, nodes, delayMs, {
      say: word => this.#say(word, sign),
      decided: (value, items) => host.decided(value, items),
      wake: atMs => this.#wake(atMs),
      nextRound: () => host.mark('view-nullified')
    })
  }

  get leader(): number {
    return this.#machine.leader
  }

  start(): void {}

  submit(item: Uint8Array, nowMs: number): void {
    this.#machine.submit(item, nowMs)
  }

  receive(_from: number, signed: SignedWord, nowMs: number): void {
    this.#host.chargeVerification()
    if (this.#verify(signed)) this.#machine.hear(signed.word, nowMs)
  }

  /** One record after the other: this is the oldest. */
  persisted(_sequence: number, nowMs: number): void {
    const signed = this.#held.shift()
    if (signed === undefined) return
    if (signed.word.items.length > 0) this.#host.proposed(signed.word.items)
    this.#host.broadcast(signed)
    this.#machine.hear(signed.word, nowMs)
  }

  timer(nowMs: number): void {
    this.#wakeMs = null
    this.#machine.timer(nowMs)
  }

  #say(word: Word, sign: StandInSign): void {
    this.#host.chargeSignature()
    this.#held.push({ word, signature: sign(statementOf(word)) })
    this.#host.persist(++this.#stored)
  }

  #wake(atMs: number | null): void {
    if (atMs === this.#wakeMs) return
    this.#wakeMs = atMs
    this.#host.wake(atMs)
  }
}
