import assert from 'node:assert/strict'
import { utf8 } from '@torusmesh/protocol'
import fc from 'fast-check'
import { council, Kind } from '../../src/index.ts'

const { decodeSaid, encodeSaid, decodeItem, encodeItem } = council
const digest = 'ab'.repeat(32)

describe('statements to the council', () => {
  const good: readonly council.Said[] = [
    { kind: 'ballot', proposal: digest, revision: 0, choice: 2 },
    { kind: 'cancel', proposal: digest },
    { kind: 'heartbeat', slot: 7 },
    { kind: 'commit', proposal: digest, commitment: digest },
    {
      kind: 'appeal',
      step: { kind: 'review', id: digest, reviewer: digest, text: 'The log shows otherwise.' }
    }
  ]
  for (const said of good) {
    it(`come back as they were: ${said.kind}`, () => {
      assert.deepEqual(decodeSaid(encodeSaid(said)), said)
    })
  }

  const bad: readonly [string, string][] = [
    ['a field too many', `{"kind":"heartbeat","more":1,"slot":7}`],
    ['fields in another order', `{"slot":7,"kind":"heartbeat"}`],
    ['a blank', `{"kind":"heartbeat", "slot":7}`],
    ['a fraction', `{"kind":"heartbeat","slot":7.5}`],
    ['a kind of the prototype', `{"kind":"constructor"}`],
    ['a choice there is not', `{"choice":3,"kind":"ballot","proposal":"${digest}","revision":0}`],
    [
      'a revision past the limit',
      `{"choice":0,"kind":"ballot","proposal":"${digest}","revision":10}`
    ],
    ['upper-case digits', `{"kind":"cancel","proposal":"${digest.toUpperCase()}"}`],
    ['no object', `"heartbeat"`]
  ]
  for (const [desc, text] of bad) {
    it(`are refused with ${desc}`, () => assert.equal(decodeSaid(utf8(text)), null))
  }

  for (const signatureBytes of [32, 2_420, 3_309]) {
    it(`and evidence with signatures of ${signatureBytes} bytes comes back as it was`, () => {
      const [a, b] = ['11', '22'].map(byte => ({
        ...{ kind: Kind.notarize, view: 12, digest: byte.repeat(32), epochId: digest },
        ...{ validator: 5, signature: new Uint8Array(signatureBytes).fill(3) }
      }))
      const item = { kind: 'evidence', evidence: { rule: 'E1', a: a!, b: b! } } as const
      assert.deepEqual(decodeItem(encodeItem(item)), item)
    })
  }

  it('and items never throw on bytes from outside, and have one encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        decodeSaid(bytes)
        const item = decodeItem(bytes)
        if (item !== null) assert.deepEqual(encodeItem(item), bytes)
      }),
      { seed: 4, numRuns: 2_000 }
    )
  })
})
