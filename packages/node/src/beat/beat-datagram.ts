import { hash, timingSafeEqual } from 'node:crypto'
import { DATAGRAM_KEY_BYTES, Domain, utf8 } from '@torusmesh/protocol'

const COUNTER_AT = 4
const INCARNATION_AT = 8
const MAC_AT = 12
const MAC_BYTES = 16
const DOMAIN = utf8(Domain.beat)
const FIELDS_AT = DATAGRAM_KEY_BYTES + DOMAIN.length

/** What a datagram says: "I live", numbered for the receiver to hear each once. All are u32. */
export interface BeatFields {
  /** Names the link to its receiver. */
  readonly tag: number
  readonly counter: number
  readonly incarnation: number
}

/** All datagrams are this long: tag, counter, incarnation (u32 each, big-endian), 16 bytes of MAC. */
export const BEAT_BYTES: number = MAC_AT + MAC_BYTES

/** The fields of a datagram of unproven origin; `undefined` if its length is wrong. */
export function readBeat(datagram: Buffer): BeatFields | undefined {
  if (datagram.length !== BEAT_BYTES) return undefined
  return {
    tag: datagram.readUInt32BE(0),
    counter: datagram.readUInt32BE(COUNTER_AT),
    incarnation: datagram.readUInt32BE(INCARNATION_AT)
  }
}

const macBytes = Buffer.alloc(32)

/**
 * Seals and checks the datagrams of one direction of one link.
 *
 * The MAC is the first half of SHA-256(key ‖ `torusmesh/v1/beat` ‖ fields). A hash over a key in
 * front is a sound MAC where all messages are equally long: an extended one would be longer, and of
 * its hash only half is ever seen. HMAC takes ten times as long in Node.js (20 µs against 2).
 */
export class BeatKey {
  readonly #hashed = Buffer.alloc(FIELDS_AT + MAC_AT)

  /** @param key - 16 bytes; copied */
  constructor(key: Uint8Array) {
    this.#hashed.set(key.subarray(0, DATAGRAM_KEY_BYTES))
    this.#hashed.set(DOMAIN, DATAGRAM_KEY_BYTES)
  }

  seal({ tag, counter, incarnation }: BeatFields): Buffer {
    const datagram = Buffer.allocUnsafe(BEAT_BYTES)
    datagram.writeUInt32BE(tag, 0)
    datagram.writeUInt32BE(counter, COUNTER_AT)
    datagram.writeUInt32BE(incarnation, INCARNATION_AT)
    datagram.set(this.#mac(datagram), MAC_AT)
    return datagram
  }

  /** Whether who sealed a datagram of the right length has the key; takes one hash. */
  sealed(datagram: Buffer): boolean {
    return timingSafeEqual(this.#mac(datagram), datagram.subarray(MAC_AT))
  }

  /** Valid until the next call. */
  #mac(datagram: Buffer): Uint8Array {
    datagram.copy(this.#hashed, FIELDS_AT, 0, MAC_AT)
    // As text: a Buffer of its own for each hash takes four times as long.
    macBytes.write(hash('sha256', this.#hashed, 'binary'), 'latin1')
    return macBytes.subarray(0, MAC_BYTES)
  }
}
