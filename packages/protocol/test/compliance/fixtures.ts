import type { KeyPair, SuiteSet } from '../../src/index.ts'
import { portableSuites, SuiteId, suiteOf } from '../../src/index.ts'
import { nativeSuites } from '../../src/native/index.ts'

const portable: SuiteSet = portableSuites()
let native: Promise<SuiteSet> | undefined

/** The suites under test by provider. */
export const providers: Readonly<Record<'portable' | 'native', () => Promise<SuiteSet>>> = {
  portable: async () => portable,
  native() {
    native ??= nativeSuites().then(({ suites }) => suites)
    return native
  }
}

export const allSuites: readonly SuiteId[] = Object.values(SuiteId)

const pairs = new Map<string, KeyPair>()

/** A key pair made once for the whole run: Falcon keys take 150 ms. Different `n`, different keys. */
export function keysOf(id: SuiteId, n = 0): KeyPair {
  const name = `${id}/${n}`
  const suite = suiteOf(portable, id)
  const keys = pairs.get(name) ?? suite.keygen(seedOf(suite.seedBytes, n))
  pairs.set(name, keys)
  return keys
}

/** The n-th test seed: bytes counting up from `n`. */
export function seedOf(lengthBytes: number, n = 0): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, at) => (at + n * 31) & 0xff)
}

/** A copy of `bytes` with one bit turned over. */
export function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[bit >> 3]! ^= 1 << (bit & 7)
  return copy
}
