import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import fc from 'fast-check'
import {
  formatNote,
  formatVerifierKey,
  keyId,
  type Note,
  parseNote,
  SignatureType
} from '../src/index.ts'
import { isKeyName, parseNoteBytes } from '../src/note.ts'

/** Notes and the keys they verify under, as published. */
const PUBLISHED = [
  {
    source: 'C2SP signed-note, "Example"',
    vkey: 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
    note: `This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
`
  },
  {
    source: "Tessera's golden log at 15 entries",
    vkey: 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx',
    note: `example.com/log/testdata
15
rKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=

— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/dlPWF74ewI=
`
  }
]

describe('signed notes', () => {
  for (const { source, vkey, note } of PUBLISHED) {
    it(`reads and verifies the one of ${source}`, () => {
      const [, name, id, material] = /^([^+]+)\+(\w+)\+(.+)$/.exec(vkey) as unknown as string[]
      const publicKey = Buffer.from(material!, 'base64').subarray(1)
      assert.equal(formatVerifierKey(name!, SignatureType.ed25519, publicKey), vkey)
      const parsed = parseNote(note)
      assert.ok(parsed !== undefined)
      const [line, ...more] = parsed.signatures
      assert.deepEqual([line?.name, line?.keyId, more], [name, Number.parseInt(id!, 16), []])
      assert.equal(keyId(name!, SignatureType.ed25519, publicKey), line?.keyId)
      const key = createPublicKey({
        key: publicKey,
        format: 'raw-public',
        asymmetricKeyType: 'ed25519'
      })
      assert.ok(verify(null, Buffer.from(parsed.text), key, line!.signature))
      assert.equal(formatNote(parsed), note)
    })
  }

  it('come back as they were written', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter(isKeyName)
    const signature = fc.record(
      {
        name,
        keyId: fc.nat(0xffffffff),
        signature: fc.uint8Array({ minLength: 1, maxLength: 40 }).map(bytes => Buffer.from(bytes))
      },
      { noNullPrototype: true }
    )
    const text = fc
      .array(fc.stringMatching(/^[ -~é—]*$/), { minLength: 1 })
      .map(lines => `${lines.join('\n')}\n`)
    const notes: fc.Arbitrary<Note> = fc.record(
      {
        text,
        signatures: fc.array(signature, { minLength: 1, maxLength: 16 })
      },
      { noNullPrototype: true }
    )
    const property = fc.property(notes, note => {
      assert.deepEqual(parseNote(formatNote(note)), note)
      assert.deepEqual(parseNoteBytes(Buffer.from(formatNote(note))), note)
    })
    fc.assert(property, { seed: 6 })
  })

  const good = PUBLISHED[0]!.note
  const line = good.split('\n')[2]!
  const malformed = [
    { desc: 'no blank line', note: good.replace('\n\n', '\n') },
    { desc: 'no last newline', note: good.slice(0, -1) },
    { desc: 'no signature', note: 'text\n\n' },
    { desc: 'a control character', note: good.replace('example', 'ex\tample') },
    { desc: 'a carriage return', note: good.replace('message.', 'message.\r') },
    { desc: 'a plus in the key name', note: good.replace('com/foo', 'com+foo') },
    { desc: 'a hyphen for the dash', note: good.replace('—', '-') },
    { desc: 'a third part in the line', note: good.replace(line, `${line} more`) },
    { desc: 'base64 of another alphabet', note: good.replace('Uw2QOkn8', 'Uw2QOk_8') },
    { desc: 'base64 with stray last bits', note: good.replace('yaQM=', 'yaQN=') },
    { desc: 'nothing after the key id', note: good.replace(/Uw2.*=/, 'Uw2QOg==') },
    { desc: '65 signatures', note: good.replace(line, Array(65).fill(line).join('\n')) },
    { desc: 'half a surrogate pair', note: good.replace('example', '\ud800') },
    { desc: 'more than the limit', note: `${'x'.repeat(600_000)}${good}` }
  ]
  for (const { desc, note } of malformed) {
    it(`are refused with ${desc}`, () => assert.equal(parseNote(note), undefined))
  }

  it('are refused in bytes that are not UTF-8', () => {
    const bytes = Buffer.from(good)
    bytes[3] = 0xff
    assert.equal(parseNoteBytes(bytes), undefined)
    assert.notEqual(parseNoteBytes(Buffer.from(good)), undefined)
  })
})
