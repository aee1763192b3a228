import { randomBytes } from 'node:crypto'
import { falcon512 } from '@noble/post-quantum/falcon.js'
import { withContext } from '../domains.ts'
import { portableFalcon } from '../suites/falcon.ts'
import { fitsSuite, type KeyPair, type SignatureSuite, SUITES, SuiteId } from '../suites/suite.ts'
import type { FalconCheck } from './batch.ts'

/** The part of liboqs that is used here. */
export interface LiboqsFalcon {
  generateKeyPair(): KeyPair
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean
}

/** liboqs, or why it can't be had. */
export type LiboqsLoad =
  | { readonly ok: true; readonly falcon: LiboqsFalcon }
  | { readonly ok: false; readonly reason: string }

/** Turns a failed start into its reason. */
export async function tryLiboqs(create: () => Promise<LiboqsFalcon>): Promise<LiboqsLoad> {
  try {
    return { ok: true, falcon: await create() }
  } catch (error) {
    return { ok: false, reason: `liboqs can't be loaded: ${(error as Error).message}` }
  }
}

let loading: Promise<LiboqsLoad> | undefined

/** Loads liboqs' Falcon-512 (WebAssembly, 140 kB), once a thread. Never rejects. */
export function loadLiboqs(): Promise<LiboqsLoad> {
  loading ??= tryLiboqs(async () => {
    const { createFalcon512 } = await import('@oqs/liboqs-js/sig')
    return await createFalcon512()
  })
  return loading
}

/** Checks a Falcon-512 signature whose lengths fit the suite, over a message with its context in front. */
export type FalconChecker = (check: FalconCheck) => boolean

/** By liboqs where it is given, in portable code otherwise. */
export function falconChecker(liboqs: LiboqsFalcon | undefined): FalconChecker {
  return liboqs === undefined
    ? ({ publicKey, framed, signature }) => falcon512.verify(signature, framed, publicKey)
    : ({ publicKey, framed, signature }) =>
        liboqs.verify(framed, plain(signature), plain(publicKey))
}

/** liboqs-js takes no subclass of Uint8Array, so no Buffer; the same memory under the plain type. */
function plain(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

/**
 * Falcon-512 signed in portable code with fresh randomness: of what Node can run, noble signs fastest
 * (2.4 to 5 ms) and liboqs verifies fastest (0.053 ms).
 */
export function nativeFalcon(check: FalconChecker): SignatureSuite {
  const info = SUITES[SuiteId.falcon512]
  return {
    ...portableFalcon(randomBytes),
    verify(publicKey, message, signature, context) {
      if (!fitsSuite(info, publicKey, signature, context)) return false
      return check({ publicKey, framed: withContext(context, message), signature })
    }
  }
}
