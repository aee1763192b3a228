import assert from 'node:assert/strict'
import { Env, type RejectCode, Subject } from '@torusmesh/protocol'
import { Inbound } from '../../src/inbound/inbound.ts'
import { createNodeMetrics } from '../../src/metrics/index.ts'
import { openHealthPayload } from '../../src/runtime/payloads.ts'
import { seal } from '../unit/support/statements.ts'
import { fullWorld, mockVerifier, NETWORK, NOW_MS } from '../unit/support/world.ts'

describe('a quarantine', () => {
  const world = fullWorld([2, 2, 2])
  const [, shunned, other] = world.actors
  const shunnedKey = world.members[1]!.key
  const checks = { decode: openHealthPayload, check: () => undefined }

  function receiver(isOver: () => boolean) {
    const rejected: RejectCode[] = []
    const inbound = new Inbound({
      ...{ network: NETWORK, env: Env.dev, directory: world.directory, wallMs: () => NOW_MS },
      metrics: createNodeMetrics().inbound,
      verifier: mockVerifier,
      isQuarantined: member => member === shunnedKey && !isOver(),
      onReject: code => rejected.push(code),
      onUnknownSender: () => assert.fail('the sender is known')
    })
    return { inbound, rejected }
  }

  it('drops and counts the statements of the member, of no other, and only while it lasts', async () => {
    let isOver = false
    const { inbound, rejected } = receiver(() => isOver)
    const receive = async (bytes: Uint8Array): Promise<boolean> =>
      (await inbound.receive(bytes, Subject.health, 'relay', checks)).ok
    assert.equal(await receive(seal(shunned!)), false)
    assert.deepEqual(rejected, ['not-member'])
    assert.equal(await receive(seal(other!)), true)
    isOver = true
    assert.equal(await receive(seal(shunned!)), true)
  })

  it('leaves the member its voice in the council', async () => {
    const { inbound, rejected } = receiver(() => false)
    const bytes = seal(shunned!, { subject: Subject.governance })
    await inbound.receive(bytes, Subject.governance, 'relay', checks)
    assert.ok(!rejected.includes('not-member'))
  })
})
