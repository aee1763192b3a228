import { ML_DSA_44_BYTES, STAND_IN_BYTES } from '../stand-in.ts'

/** Letters a shard remembers; older ones can't be asked for any more. */
const LETTERS_MAX = 65_536

/** A message on its way: what nodes of a shard share of it. */
export interface Letter<M> {
  /** The item, where it is no message of the protocol. */
  readonly item: Uint8Array | null
  readonly message: M | null
  /** As sent to other shards: length in bytes, then the bytes. */
  readonly words: Int32Array
  /** With real signatures, without the frame. */
  readonly wireBytes: number
}

interface Codec<M> {
  encode(message: M): Uint8Array
  decode(bytes: Uint8Array): M | null
  signatures(message: M): number
}

/** First byte of a letter that is an item: no protocol's message starts with it. */
const ITEM = 0

/** Writes and reads letters, each once a shard. */
export class Letters<M> {
  readonly #codec: Codec<M>
  readonly #known = new Map<number, Letter<M>>()

  constructor(codec: Codec<M>) {
    this.#codec = codec
  }

  /** A letter of a message, not kept. */
  write(message: M): Letter<M> {
    const bytes = this.#codec.encode(message)
    const wireBytes = bytes.length + this.#excess(message)
    return { item: null, message, words: toWords(bytes), wireBytes }
  }

  item(item: Uint8Array): Letter<M> {
    const bytes = new Uint8Array(item.length + 1)
    bytes[0] = ITEM
    bytes.set(item, 1)
    return { item, message: null, words: toWords(bytes), wireBytes: bytes.length }
  }

  get(id: number): Letter<M> | undefined {
    return this.#known.get(id)
  }

  keep(id: number, letter: Letter<M>): void {
    this.#known.set(id, letter)
    if (this.#known.size <= LETTERS_MAX) return
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest)
      break
    }
  }

  /** The letter behind an event's words; `null` if it is malformed. */
  read(words: Int32Array): Letter<M> | null {
    const bytes = new Uint8Array(words.buffer, words.byteOffset + 4, words[0]!).slice()
    if (bytes[0] === ITEM) {
      return {
        item: bytes.subarray(1),
        message: null,
        words: words.slice(),
        wireBytes: bytes.length
      }
    }
    const message = this.#codec.decode(bytes)
    if (message === null) return null
    const wireBytes = bytes.length + this.#excess(message)
    return { item: null, message, words: words.slice(), wireBytes }
  }

  /** What real signatures are longer. */
  #excess(message: M): number {
    return this.#codec.signatures(message) * (ML_DSA_44_BYTES - STAND_IN_BYTES)
  }
}

function toWords(bytes: Uint8Array): Int32Array {
  const words = new Int32Array(1 + Math.ceil(bytes.length / 4))
  words[0] = bytes.length
  new Uint8Array(words.buffer, 4).set(bytes)
  return words
}
