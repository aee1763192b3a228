import type { Artefact } from './types.ts'

/** Every reason to refuse a WebAssembly runtime, with the next step. */
export const WASM_REFUSALS = {
  'wasm-size': 'it is too small or too large, or not as long as the manifest says; build it anew',
  'wasm-digest': 'its bytes are not the ones in the manifest; fetch it from another mirror',
  'wasm-magic': 'it does not begin with \\0asm; decompress it, or build it anew',
  'wasm-version': 'it is not of binary format 1; build it for WebAssembly 1',
  'wasm-sections': 'its sections are damaged; build it anew',
  'wasm-spec-missing': 'it has no runtime_version section; embed one when it is built',
  'wasm-spec-name': 'it is the runtime of another chain; take this chain’s',
  'wasm-spec-version': 'its spec version is not above the one that runs; raise it and build anew'
} as const

export type WasmRefusal = keyof typeof WASM_REFUSALS

/** What a runtime says of itself. */
export interface WasmVersion {
  readonly specName: string
  readonly specVersion: number
}

export type WasmResult =
  | { readonly ok: true; readonly version: WasmVersion }
  | { readonly ok: false; readonly code: WasmRefusal; readonly message: string }

/** A runtime of a chain has 100 kB to 2 MB. */
const SIZE_MIN_BYTES = 100_000
const SIZE_MAX_BYTES = 2_000_000
const MAGIC = [0x00, 0x61, 0x73, 0x6d] as const
const FORMAT = [0x01, 0x00, 0x00, 0x00] as const
const CUSTOM = 0
/** The highest section of WebAssembly 1 and of the proposals since (tags). */
const SECTION_MAX = 13
const SECTIONS_MAX = 256
const VERSION_SECTION = 'runtime_version'
const NAME_MAX_BYTES = 64

/**
 * Checks a runtime before it is proposed or installed: size, digest, `\0asm`, format 1, whole
 * sections, and the spec version in the custom section `runtime_version` (SCALE: spec name,
 * implementation name, authoring version, spec version; Substrate's `sp-version`).
 *
 * @param sha256 - digest of `bytes`, hexadecimal digits
 * @param installed - what runs; `undefined` for a first release
 */
export function checkWasm(
  bytes: Uint8Array,
  sha256: string,
  artefact: Pick<Artefact, 'sha256' | 'sizeBytes'>,
  installed: WasmVersion | undefined
): WasmResult {
  const { length } = bytes
  if (length !== artefact.sizeBytes || length < SIZE_MIN_BYTES || length > SIZE_MAX_BYTES) {
    return refusedWasm('wasm-size')
  }
  if (sha256 !== artefact.sha256) return refusedWasm('wasm-digest')
  if (!MAGIC.every((byte, at) => bytes[at] === byte)) return refusedWasm('wasm-magic')
  if (!FORMAT.every((byte, at) => bytes[4 + at] === byte)) return refusedWasm('wasm-version')
  const section = versionSection(new Cursor(bytes, 8, length))
  if (section === 'damaged') return refusedWasm('wasm-sections')
  const version = section === undefined ? undefined : readVersion(section)
  if (version === undefined) return refusedWasm('wasm-spec-missing')
  if (installed !== undefined) {
    if (version.specName !== installed.specName) return refusedWasm('wasm-spec-name')
    if (version.specVersion <= installed.specVersion) return refusedWasm('wasm-spec-version')
  }
  return { ok: true, version }
}

function refusedWasm(code: WasmRefusal): WasmResult {
  return { ok: false, code, message: `the runtime: ${WASM_REFUSALS[code]}` }
}

/** Reads bytes up to an end; whatever would go past it is `undefined`. */
class Cursor {
  readonly #bytes: Uint8Array
  readonly #end: number
  #at: number

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes
    this.#at = at
    this.#end = end
  }

  get left(): number {
    return this.#end - this.#at
  }

  byte(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at++] : undefined
  }

  /** A part of it, which is then behind. */
  part(length: number): Cursor | undefined {
    if (length > this.left) return undefined
    const from = this.#at
    this.#at += length
    return new Cursor(this.#bytes, from, this.#at)
  }

  /** Unsigned LEB128 of at most 32 bits. */
  leb(): number | undefined {
    let value = 0
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.byte()
      if (byte === undefined) return undefined
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value < 2 ** 32 ? value : undefined
    }
    return undefined
  }

  /** Little-endian, 4 bytes. */
  u32(): number | undefined {
    const bytes = [this.byte(), this.byte(), this.byte(), this.byte()]
    let value = 0
    for (let at = 3; at >= 0; at--) {
      const byte = bytes[at]
      if (byte === undefined) return undefined
      value = value * 256 + byte
    }
    return value
  }

  /** Printable ASCII. */
  text(length: number | undefined): string | undefined {
    if (length === undefined || length > NAME_MAX_BYTES || length > this.left) return undefined
    let text = ''
    for (let i = 0; i < length; i++) {
      const byte = this.byte()!
      if (byte < 0x20 || byte > 0x7e) return undefined
      text += String.fromCharCode(byte)
    }
    return text
  }

  /** SCALE's compact length, of the one and two byte kinds. */
  compact(): number | undefined {
    const low = this.byte()
    if (low === undefined) return undefined
    if ((low & 3) === 0) return low >> 2
    const high = (low & 3) === 1 ? this.byte() : undefined
    return high === undefined ? undefined : (low >> 2) + high * 64
  }
}

/** Walks all sections, so that a file that was cut off is found wherever its version is. */
function versionSection(module: Cursor): Cursor | 'damaged' | undefined {
  let found: Cursor | undefined
  for (let count = 0; module.left > 0; count++) {
    const id = module.byte()!
    const length = module.leb()
    const body = length === undefined ? undefined : module.part(length)
    if (body === undefined || id > SECTION_MAX || count === SECTIONS_MAX) return 'damaged'
    if (id !== CUSTOM) continue
    const nameLength = body.leb()
    if (nameLength === undefined || nameLength > body.left) return 'damaged'
    if (body.text(nameLength) !== VERSION_SECTION) continue
    // Two of them: which one holds would depend on the reader.
    if (found !== undefined) return 'damaged'
    found = body
  }
  return found
}

function readVersion(section: Cursor): WasmVersion | undefined {
  const specName = section.text(section.compact())
  const implementation = section.text(section.compact())
  const authoring = section.u32()
  const specVersion = section.u32()
  if (specName === undefined || implementation === undefined) return undefined
  if (authoring === undefined || specVersion === undefined) return undefined
  return { specName, specVersion }
}
