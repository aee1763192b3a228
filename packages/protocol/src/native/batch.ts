import { SUITES, SuiteId } from '../suites/suite.ts'

/** One Falcon signature to check; `framed` is the message with its context in front. */
export interface FalconCheck {
  readonly publicKey: Uint8Array
  readonly framed: Uint8Array
  readonly signature: Uint8Array
}

const KEY_BYTES: number = SUITES[SuiteId.falcon512].publicKeyBytes
const HEAD_BYTES = 8

/** Packs checks into one buffer that can be handed to another thread without a copy. */
export function packChecks(checks: readonly FalconCheck[]): ArrayBuffer {
  let total = 0
  for (const { framed, signature } of checks) {
    total += HEAD_BYTES + KEY_BYTES + framed.length + signature.length
  }
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { publicKey, framed, signature } of checks) {
    view.setUint32(at, framed.length)
    view.setUint32(at + 4, signature.length)
    at += HEAD_BYTES
    for (const part of [publicKey, framed, signature]) {
      bytes.set(part, at)
      at += part.length
    }
  }
  return bytes.buffer
}

/** The checks that {@link packChecks} packed, as views of the buffer. */
export function* unpackChecks(packed: ArrayBuffer): Generator<FalconCheck> {
  const view = new DataView(packed)
  let at = 0
  const take = (length: number): Uint8Array => {
    const taken = new Uint8Array(packed, at, length)
    at += length
    return taken
  }
  while (at < packed.byteLength) {
    const framedBytes = view.getUint32(at)
    const signatureBytes = view.getUint32(at + 4)
    at += HEAD_BYTES
    const publicKey = take(KEY_BYTES)
    const framed = take(framedBytes)
    yield { publicKey, framed, signature: take(signatureBytes) }
  }
}
