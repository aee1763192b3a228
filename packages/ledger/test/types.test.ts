import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  describeEvent,
  EVENT_TYPES,
  eventOf,
  inviteIssued,
  type LedgerEvent,
  linkOpened,
  memberEnrolled,
  nodeStarted,
  stateDigest,
  statementReceived,
  verdict
} from '../src/index.ts'

const member = 'ab'.repeat(32)
const actor = Buffer.alloc(32, 0xcd)

function eventWith(type: number, payload: Uint8Array): LedgerEvent {
  const time = { timeMs: Date.UTC(2026, 10, 21, 12), tick: 0 }
  return { type, payload, actor, policyVersion: 3, seq: 7, prev: new Uint8Array(32), ...time }
}

describe('event types', () => {
  it('keep their numbers for ever', () => {
    assert.deepEqual(
      EVENT_TYPES.map(({ number, name, version }) => `${number} ${name} ${version}`),
      [
        '1 node-started 1',
        '2 node-stopped 1',
        '16 statement-received 1',
        '17 statement-sent 1',
        '32 link-opened 1',
        '33 link-closed 1',
        '48 verdict 1',
        '64 member-enrolled 1',
        '65 invite-issued 1',
        '66 invite-redeemed 1',
        '80 state-digest 1',
        '96 council-record 1',
        '97 council-decided 1',
        '98 council-approval 1',
        '99 council-event 1',
        '112 operator 1'
      ]
    )
  })

  it('encode a value in one way only', () => {
    const value = { why: 'two witnesses', incarnation: 4, state: 'down', member } as const
    const payload = verdict.encode(value)
    assert.equal(
      Buffer.from(payload).toString(),
      `{"member":"${member}","state":"down","incarnation":4,"why":"two witnesses"}`
    )
    assert.deepEqual(verdict.decode(payload), value)
  })

  const others = [
    { desc: 'fields in another order', json: `{"cell":1,"member":"${member}"}` },
    { desc: 'a space', json: `{"member":"${member}", "cell":1}` },
    { desc: 'a field too many', json: `{"member":"${member}","cell":1,"more":1}` },
    { desc: 'a field too few', json: `{"member":"${member}"}` },
    { desc: 'a value outside its schema', json: `{"member":"${member}","cell":-1}` },
    { desc: 'hex in upper case', json: `{"member":"${member.toUpperCase()}","cell":1}` },
    { desc: 'a number written otherwise', json: `{"member":"${member}","cell":1.0}` },
    { desc: 'no object', json: 'null' },
    { desc: 'no JSON', json: '{' },
    { desc: 'nothing', json: '' }
  ]
  for (const { desc, json } of others) {
    it(`do not decode a payload with ${desc}`, () => {
      assert.equal(memberEnrolled.decode(Buffer.from(json)), undefined)
    })
  }

  it('refuse to encode what is outside their schema', () => {
    assert.throws(
      () => memberEnrolled.encode({ member: 'x', cell: 1 }),
      /member must be 32 bytes of lower-case hex/
    )
    assert.throws(
      () => inviteIssued.encode({ invite: member, expiresMs: 2 ** 50 }),
      /expiresMs must be Unix/
    )
  })

  it('never throw on arbitrary payloads', () => {
    const payloads = fc.oneof(
      fc.uint8Array(),
      fc.json().map(text => new Uint8Array(Buffer.from(text)))
    )
    const property = fc.property(fc.nat(100), payloads, (type, payload) => {
      assert.equal(describeEvent(eventWith(type, payload)).seq, 7)
    })
    fc.assert(property, { seed: 9, numRuns: 300 })
  })
})

describe('description of an event', () => {
  const about = { actor, policyVersion: 3 }
  const cases = [
    {
      input: eventOf(nodeStarted, { release: '1.2.3', env: 'beta' }, about),
      what: 'node-started',
      outcome: 'release 1.2.3 runs in beta'
    },
    {
      input: eventOf(linkOpened, { peer: member, cell: 5, kind: 'long' }, about),
      what: 'link-opened',
      outcome: 'long link to abababab in cell 5'
    },
    {
      input: eventOf(statementReceived, new Uint8Array(2_600), about),
      what: 'statement-received',
      outcome: 'envelope of 2600 bytes'
    },
    {
      input: eventOf(stateDigest, { machine: 'health', upTo: 1_024, digest: member }, about),
      what: 'state-digest',
      outcome: 'health after 1024 events is abababab'
    }
  ]
  for (const { input, what, outcome } of cases) {
    it(`says what a ${what} is`, () => {
      assert.deepEqual(describeEvent(eventWith(input.type, input.payload)), {
        seq: 7,
        what,
        who: 'cd'.repeat(32),
        when: '2026-11-21T12:00:00.000Z',
        outcome,
        policyVersion: 3
      })
    })
  }

  it('names the number of a type it does not know', () => {
    const { what, outcome } = describeEvent(eventWith(9_999, new Uint8Array(3)))
    assert.deepEqual([what, outcome], ['type-9999', 'payload of 3 bytes, not of a known schema'])
  })
})
