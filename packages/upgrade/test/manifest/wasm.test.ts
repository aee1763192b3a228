import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { checkWasm, type WasmResult, type WasmVersion } from '../../src/manifest/index.ts'

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...leb(Math.floor(value / 128))]
}

function section(id: number, body: readonly number[]): number[] {
  return [id, ...leb(body.length), ...body]
}

const ascii = (text: string): number[] => [...Buffer.from(text)]

function versionSection(specName: string, specVersion: number): number[] {
  const scale = (text: string): number[] => [text.length * 4, ...ascii(text)]
  const u32 = (value: number): number[] => [...Buffer.from(Uint32Array.of(value).buffer)]
  const version = [...scale(specName), ...scale('faucet-impl'), ...u32(1), ...u32(specVersion)]
  return section(0, [15, ...ascii('runtime_version'), ...version])
}

/** A module of whole sections, as long as a runtime is. */
function module(...sections: readonly number[][]): Uint8Array {
  const filler = section(11, Array<number>(100_000).fill(0))
  return Uint8Array.from([...HEADER, ...filler, ...sections.flat()])
}

const INSTALLED: WasmVersion = { specName: 'faucet', specVersion: 7 }

function check(bytes: Uint8Array, installed: WasmVersion | undefined = INSTALLED): WasmResult {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return checkWasm(bytes, sha256, { sha256, sizeBytes: bytes.length }, installed)
}

const codeOf = (result: WasmResult): string => (result.ok ? 'ok' : result.code)

describe('a runtime in WebAssembly', () => {
  const good = module(versionSection('faucet', 8))

  it('is taken with a higher spec version of the same chain', () => {
    assert.deepEqual(check(good), { ok: true, version: { specName: 'faucet', specVersion: 8 } })
    assert.deepEqual(codeOf(check(good, undefined)), 'ok')
  })

  it('is refused for whatever else it is', () => {
    const changed = (at: number): Uint8Array => {
      const bytes = Uint8Array.from(good)
      bytes[at]! ^= 0x20
      return bytes
    }
    const cases: [string, Uint8Array][] = [
      ['wasm-size', Uint8Array.from(HEADER)],
      ['wasm-size', new Uint8Array(2_000_001)],
      ['wasm-magic', changed(1)],
      ['wasm-version', changed(4)],
      ['wasm-sections', good.subarray(0, -1)],
      ['wasm-sections', module([14, 0])],
      ['wasm-sections', module(versionSection('faucet', 8), versionSection('faucet', 9))],
      ['wasm-sections', module(...Array<number[]>(256).fill(section(0, [1, 65])))],
      ['wasm-spec-missing', module()],
      ['wasm-spec-missing', module(section(0, [15, ...ascii('runtime_version'), 8, 65]))],
      ['wasm-spec-name', module(versionSection('wallet', 8))],
      ['wasm-spec-version', module(versionSection('faucet', 7))],
      ['wasm-spec-version', module(versionSection('faucet', 6))]
    ]
    for (const [code, bytes] of cases) assert.equal(codeOf(check(bytes)), code)
  })

  it('is refused with other bytes or another length than the manifest’s', () => {
    const sha256 = createHash('sha256').update(good).digest('hex')
    const artefact = { sha256, sizeBytes: good.length }
    assert.equal(codeOf(checkWasm(good, 'f'.repeat(64), artefact, INSTALLED)), 'wasm-digest')
    const longer = { sha256, sizeBytes: good.length + 1 }
    assert.equal(codeOf(checkWasm(good, sha256, longer, INSTALLED)), 'wasm-size')
  })

  it('never throws, however its tail is damaged', () => {
    const tail = fc.uint8Array({ maxLength: 64 })
    fc.assert(
      fc.property(tail, bytes => {
        const result = check(module([...bytes]))
        assert.ok(!result.ok)
      }),
      { numRuns: 50 }
    )
  })
})
