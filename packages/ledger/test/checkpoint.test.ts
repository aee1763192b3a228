import assert from 'node:assert/strict'
import fc from 'fast-check'
import { hashOf } from '../src/head.ts'
import {
  CheckpointFault,
  cosign,
  cosignatureTimestamp,
  cosignedMessage,
  formatNote,
  formatTreeHead,
  hashToBytes,
  leafHash,
  openCheckpoint,
  parseNote,
  parseTreeHead,
  signCheckpoint,
  verifyCosignature
} from '../src/index.ts'
import { createCosigner, ORIGIN } from './support/cosigner.ts'

const cosigner = createCosigner()
const root = leafHash(Buffer.from('some event'))
const head = { origin: ORIGIN, size: 4_711, root }

describe('cosigned message', () => {
  it('has the bytes of C2SP tlog-cosignature', () => {
    const message = cosignedMessage('witness.example/w1', {
      origin: 'example.com/log',
      start: 1_024,
      end: 2_048,
      root: hashOf(Buffer.alloc(32, 0xab)),
      timestamp: 0
    })
    const expected = [
      '737562747265652f76310a00', // "subtree/v1\n\0"
      `12${Buffer.from('witness.example/w1').toString('hex')}`,
      '0000000000000000',
      `0f${Buffer.from('example.com/log').toString('hex')}`,
      '0000000000000400',
      '0000000000000800',
      'ab'.repeat(32)
    ]
    assert.equal(message.toString('hex'), expected.join(''))
  })

  it('has no room for names that are empty or longer than 255 bytes', () => {
    const subtree = { ...head, start: 0, end: 1, timestamp: 0 }
    assert.throws(() => cosignedMessage('', subtree), RangeError)
    assert.throws(() => cosignedMessage('é'.repeat(128), subtree), RangeError)
    assert.doesNotThrow(() => cosignedMessage('x'.repeat(255), subtree))
  })
})

describe('cosignature', () => {
  const subtree = { origin: ORIGIN, start: 1_024, end: 2_048, root, timestamp: 0 }

  it('verifies under its key, for its leaves, root and log only', async () => {
    const { signature } = await cosign(cosigner, subtree)
    assert.ok(verifyCosignature(cosigner, subtree, signature))
    assert.equal(verifyCosignature(cosigner, { ...subtree, start: 0 }, signature), false)
    assert.equal(verifyCosignature(cosigner, { ...subtree, end: 2_047 }, signature), false)
    assert.equal(verifyCosignature(cosigner, { ...subtree, origin: 'other' }, signature), false)
    assert.equal(
      verifyCosignature(cosigner, { ...subtree, root: hashOf(Buffer.alloc(32)) }, signature),
      false
    )
    assert.equal(verifyCosignature({ ...cosigner, name: 'other' }, subtree, signature), false)
    assert.equal(verifyCosignature(createCosigner(2), subtree, signature), false)
  })

  it('makes no statement of time over leaves that do not start the log', async () => {
    const { signature } = await cosign(cosigner, { ...subtree, timestamp: 5 })
    assert.equal(cosignatureTimestamp(signature), 5)
    assert.equal(verifyCosignature(cosigner, subtree, signature), false)
  })

  it('is refused at any other length', async () => {
    const { signature } = await cosign(cosigner, subtree)
    assert.equal(verifyCosignature(cosigner, subtree, signature.subarray(1)), false)
    assert.equal(cosignatureTimestamp(Buffer.concat([signature, Buffer.of(0)])), undefined)
  })
})

describe('tree head', () => {
  // The example of C2SP tlog-checkpoint.
  const text =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'

  it('is the text of C2SP tlog-checkpoint', () => {
    const parsed = parseTreeHead(text)
    assert.deepEqual([parsed?.origin, parsed?.size], ['example.com/behind-the-sofa', 20_852_163])
    assert.equal(formatTreeHead(parsed!), text)
  })

  it('may be followed by extension lines', () => {
    assert.deepEqual(parseTreeHead(`${text}more\n`), parseTreeHead(text))
    assert.equal(parseTreeHead(`${text}\nmore\n`), undefined)
  })

  const malformed = [
    '',
    '\n',
    'o\n1\n',
    text.replace('20852163', '020852163'),
    text.replace('20852163', '-1'),
    text.replace('20852163', '9'.repeat(16)),
    text.replace('xq2I=', 'xq2J='),
    text.replace('xq2I=', ''),
    text.replace(/^.*\n/, '\n')
  ]
  for (const source of malformed) {
    it(`is not ${JSON.stringify(source)}`, () => assert.equal(parseTreeHead(source), undefined))
  }
})

describe('checkpoint', () => {
  it('opens under the key that signed it', async () => {
    const checkpoint = await signCheckpoint(cosigner, head, 1_700_000_000)
    assert.deepEqual(
      openCheckpoint(checkpoint.note, ORIGIN, [createCosigner(2), cosigner]),
      checkpoint
    )
    assert.deepEqual(checkpoint.root, hashToBytes(root))
    assert.equal(checkpoint.timestamp, 1_700_000_000)
  })

  it('says why it does not open', async () => {
    const { note } = await signCheckpoint(cosigner, head, 9)
    const open = (source: string, origin = ORIGIN, key = cosigner): unknown =>
      openCheckpoint(source, origin, [key])
    assert.equal(open('no note'), CheckpointFault.malformed)
    assert.equal(open(note, 'log.example/other'), CheckpointFault.otherOrigin)
    assert.equal(open(note, ORIGIN, createCosigner(2)), CheckpointFault.unsigned)
    assert.equal(open(note.replace('4711', '4712')), CheckpointFault.forged)
  })

  it('ignores lines of keys it does not know, and no other', async () => {
    const mine = parseNote((await signCheckpoint(cosigner, head, 9)).note)!
    const other = parseNote(
      (await signCheckpoint(createCosigner(2, 'witness.example/w'), head, 12)).note
    )!
    const note = formatNote({
      text: mine.text,
      signatures: [...other.signatures, ...mine.signatures]
    })
    const opened = openCheckpoint(note, ORIGIN, [cosigner])
    assert.ok(typeof opened !== 'string')
    assert.equal(opened.timestamp, 9)
    const bad = mine.signatures.map(line => ({
      ...line,
      signature: Buffer.from(line.signature).fill(1, 9)
    }))
    const mixed = formatNote({ text: mine.text, signatures: [...mine.signatures, ...bad] })
    assert.equal(openCheckpoint(mixed, ORIGIN, [cosigner]), CheckpointFault.forged)
  })

  it('does not open with any bit flipped', async () => {
    const { note } = await signCheckpoint(cosigner, head, 9)
    const property = fc.property(fc.nat(), bit => {
      const bytes = Buffer.from(note)
      bytes[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7)
      assert.equal(typeof openCheckpoint(bytes, ORIGIN, [cosigner]), 'string')
    })
    fc.assert(property, { numRuns: 100, seed: 8 })
  })
})
