import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { SecretBytes } from '../src/secret/secret-bytes.ts'
import { encodeFrame, encodeHeader, readLog } from '../src/store/log.ts'
import { fileKey, seal, unseal, unwrapKey, wrapKey } from '../src/store/seal.ts'

const COST = { memoryKib: 8, passes: 1, lanes: 1 }
const key = SecretBytes.take(new Uint8Array(32).fill(7))
const keyOf = () => SecretBytes.take(new Uint8Array(32).fill(7))
const wrapped = {
  ...COST,
  salt: Buffer.alloc(16),
  nonce: Buffer.alloc(12),
  sealed: Buffer.alloc(48)
}

function threeFrames(snapshotFrames = 0): { bytes: Buffer; ends: number[] } {
  const base = { baseSequence: 0, baseLink: new Uint8Array(32), fileId: new Uint8Array(32) }
  let { bytes, link } = encodeHeader({ wrapped, ...base, snapshotFrames })
  const ends = [bytes.length]
  for (const sequence of [1, 2, 3]) {
    const open = Buffer.from(`entry ${sequence}`)
    const frame = encodeFrame(
      { sequence, isSnapshot: false, open, secrets: Buffer.from('s') },
      link,
      key
    )
    bytes = Buffer.concat([bytes, frame.bytes])
    link = frame.link
    ends.push(bytes.length)
  }
  return { bytes, ends }
}

describe('sealing', () => {
  it('stretches passphrases with Argon2id as RFC 9106 has it (section 5.3)', () => {
    const tag = argon2Sync('argon2id', {
      ...{ message: Buffer.alloc(32, 1), nonce: Buffer.alloc(16, 2), secret: Buffer.alloc(8, 3) },
      ...{
        associatedData: Buffer.alloc(12, 4),
        parallelism: 4,
        tagLength: 32,
        memory: 32,
        passes: 3
      }
    })
    const expected = '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'
    assert.equal(tag.toString('hex'), expected)
  })

  it('seals with AES-256-GCM as its specification has it (test cases 13 and 14)', () => {
    const zero = Buffer.alloc(32)
    const sealed = (plain: Buffer): string =>
      seal(zero, zero.subarray(0, 12), plain, Buffer.alloc(0)).toString('hex')
    assert.equal(sealed(Buffer.alloc(0)), '530f8afbc74536b9a963b4f1c4cb738b')
    const long = 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919'
    assert.equal(sealed(Buffer.alloc(16)), long)
  })

  it('opens nothing whose seal, nonce, binding or key was touched', () => {
    const [k, nonce, bound] = [Buffer.alloc(32, 1), Buffer.alloc(12, 2), Buffer.from('bound')]
    const sealed = seal(k, nonce, Buffer.from('plain'), bound)
    assert.equal(unseal(k, nonce, sealed, bound)?.toString(), 'plain')
    for (let at = 0; at < sealed.length; at++) {
      const other = Buffer.from(sealed)
      other[at]! ^= 1
      assert.equal(unseal(k, nonce, other, bound), undefined)
    }
    assert.equal(unseal(k, nonce, sealed, Buffer.from('other')), undefined)
    assert.equal(unseal(Buffer.alloc(32), nonce, sealed, bound), undefined)
  })

  it('opens a master key with its passphrase and no other', async () => {
    const master = SecretBytes.take(new Uint8Array(32).fill(9))
    const kept = await wrapKey(master, Buffer.from('right'), COST)
    const opened = await unwrapKey(kept, Buffer.from('right'))
    assert.ok(opened.use(bytes => bytes.equals(Buffer.alloc(32, 9))))
    await assert.rejects(unwrapKey(kept, Buffer.from('wrong')), { code: 'WRONG_PASSPHRASE' })
  })

  it('gives each file a key of its own', () => {
    const master = SecretBytes.take(new Uint8Array(32).fill(9))
    const hexOf = (id: number): string =>
      fileKey(master, Buffer.alloc(32, id)).use(bytes => bytes.toString('hex'))
    assert.notEqual(hexOf(1), hexOf(2))
  })
})

describe('the chained file', () => {
  it('reads back what was written', () => {
    const { frames, tornBytes } = readLog(threeFrames().bytes, keyOf)
    assert.deepEqual(
      frames.map(({ sequence, open, secrets }) => [sequence, String(open), String(secrets)]),
      [1, 2, 3].map(sequence => [sequence, `entry ${sequence}`, 's'])
    )
    assert.equal(tornBytes, 0)
  })

  it('keeps all whole frames of a file that was cut off anywhere', () => {
    const { bytes, ends } = threeFrames()
    for (let end = ends[0]!; end < bytes.length; end++) {
      const { frames, endOffset, tornBytes } = readLog(bytes.subarray(0, end), keyOf)
      assert.equal(frames.length, ends.filter(at => at <= end).length - 1)
      assert.equal(endOffset + tornBytes, end)
    }
  })

  it('names the frame of any changed byte, or cuts off where the last write may have been torn', () => {
    const { bytes, ends } = threeFrames()
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x10
      const start = ends.findLast(end => end <= at) ?? 0
      try {
        assert.equal(readLog(damaged, keyOf).endOffset, start)
      } catch (error) {
        const offset = Number(/at byte (\d+)/.exec((error as Error).message)?.[1])
        assert.ok(start === 0 ? offset < ends[0]! : offset === start, `byte ${at} named ${offset}`)
      }
    }
  })

  it('cuts off a last write that left rubbish, whatever length the rubbish names', () => {
    const { bytes, ends } = threeFrames()
    const start = ends[2]!
    for (let length = 0; length < 2 * (bytes.length - start); length++) {
      const rubbish = Buffer.alloc(bytes.length - start, 0x5a)
      rubbish.writeUInt32BE(length)
      const { frames, endOffset } = readLog(
        Buffer.concat([bytes.subarray(0, start), rubbish]),
        keyOf
      )
      assert.deepEqual([frames.length, endOffset], [2, start])
    }
  })

  it('lacks no frame of its snapshot: those were written with the header', () => {
    const { bytes, ends } = threeFrames(2)
    assert.equal(readLog(bytes.subarray(0, ends[3]! - 1), keyOf).frames.length, 2)
    for (let end = ends[0]!; end < ends[2]!; end++) {
      assert.throws(() => readLog(bytes.subarray(0, end), keyOf), { code: 'VAULT_DAMAGED' })
    }
  })

  it('refuses a frame that was written without the key, though its links are right', () => {
    const { bytes, ends } = threeFrames()
    const before = bytes.subarray(ends[1]! - 32, ends[1]!)
    const open = Buffer.from('forged')
    const other = SecretBytes.random(32)
    const init = { sequence: 2, isSnapshot: false, open, secrets: Buffer.alloc(0) }
    const forged = Buffer.concat([
      bytes.subarray(0, ends[1]),
      encodeFrame(init, before, other).bytes
    ])
    assert.equal(readLog(forged, undefined).frames.length, 2)
    assert.throws(() => readLog(forged, keyOf), { code: 'VAULT_DAMAGED' })
  })
})
