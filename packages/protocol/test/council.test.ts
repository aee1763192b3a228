import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  COUNCIL_MESSAGES_MAX,
  CouncilRequest,
  CouncilResponse,
  CouncilStatement,
  decodeCouncilRequest,
  decodeCouncilResponse,
  decodeCouncilStatement,
  decodeGovernanceStatement,
  GovernanceStatement,
  SAID_MAX_BYTES
} from '../src/index.ts'

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(1)
const since = (epochBytes: number): Uint8Array =>
  CouncilRequest.encode({ since: { epoch: bytes(epochBytes), view: 3 } }).finish()

describe('messages of the council', () => {
  const rows: readonly [string, boolean, () => { readonly ok: boolean }][] = [
    ['an engine message', true, () => vote({ engine: bytes(3_400) })],
    ['an empty one', false, () => vote({ engine: bytes(0) })],
    ['a statement of nothing', false, () => vote({})],
    ['an approval of a usual size', true, () => vote({ approval: bytes(3_500) })],
    ['an approval past the longest signature', false, () => vote({ approval: bytes(5_000) })],
    ['a text at the limit', true, () => said(SAID_MAX_BYTES - 8)],
    ['a text past the limit', false, () => said(SAID_MAX_BYTES)],
    ['a question about an epoch', true, () => decodeCouncilRequest(since(32))],
    ['a question about half an epoch', false, () => decodeCouncilRequest(since(16))],
    ['an answer at the limit', true, () => answer(COUNCIL_MESSAGES_MAX)],
    ['an answer past the limit', false, () => answer(COUNCIL_MESSAGES_MAX + 1)]
  ]
  for (const [desc, isTaken, decoded] of rows) {
    it(`${isTaken ? 'take' : 'refuse'} ${desc}`, () => assert.equal(decoded().ok, isTaken))
  }

  it('never throw on bytes from outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), garbage => {
        decodeCouncilStatement(garbage)
        decodeGovernanceStatement(garbage)
        decodeCouncilRequest(garbage)
        decodeCouncilResponse(garbage)
      }),
      { seed: 11, numRuns: 5_000 }
    )
  })
})

const vote = (properties: CouncilStatement.$Properties): { readonly ok: boolean } =>
  decodeCouncilStatement(CouncilStatement.encode(properties).finish())
const said = (length: number): { readonly ok: boolean } =>
  decodeGovernanceStatement(GovernanceStatement.encode({ said: bytes(length) }).finish())
const answer = (count: number): { readonly ok: boolean } => {
  const messages = Array.from({ length: count }, () => bytes(4))
  return decodeCouncilResponse(CouncilResponse.encode({ messages }).finish())
}
