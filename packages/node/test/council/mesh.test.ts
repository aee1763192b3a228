import assert from 'node:assert/strict'
import { council, encodeMessage, type governance, Kind, verifyEvidence } from '@torusmesh/consensus'
import { CouncilStatement, policyOf, Subject, SuiteId, sealEnvelope } from '@torusmesh/protocol'
import { createAttestor, nativeMlDsa } from '@torusmesh/protocol/native'
import { checkCouncilFile } from '../../src/council/index.ts'
import type { MemberSecrets } from '../../src/identity/keys.ts'
import type { MeshNode } from '../../src/node.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { startMesh, type TestMesh } from '../e2e/support/mesh.ts'
import { until } from '../e2e/support/until.ts'

const HOUR_MS = 3_600_000
const quick = { reviewMs: 0, votingMs: HOUR_MS, extensionMs: 0, objectionMs: 0, timelockMs: 0 }
const policy: governance.Policy = {
  ...council.foundingPolicy,
  proposerCooldownMs: 0,
  types: Object.fromEntries(
    Object.entries(council.foundingPolicy.types).map(([type, rules]) => [
      type,
      { ...rules, ...quick }
    ])
  ) as governance.Policy['types']
}
/** An hour of the mesh is a minute, and a minute is skipped when all have said what they will. */
const settings = { policy, pace: 60, delayMs: 400 }
const MINUTE_MS = 60_000

/** The system's clock, ahead of it by what was skipped. */
class SkippingClock {
  #skippedMs = 0
  readonly wallMs = (): number => systemClock.wallMs() + this.#skippedMs
  readonly monotonicMs = systemClock.monotonicMs

  skip(nodes: readonly MeshNode[], ms: number): void {
    this.#skippedMs += ms
    for (const node of nodes) node.parts.council.wake()
  }
}

const knows =
  (id: string) =>
  ({ council: port }: MeshNode): boolean =>
    port.proposal(id) !== undefined
const hasAllVotes =
  (id: string, voters: number) =>
  ({ council: port }: MeshNode): boolean =>
    port.proposal(id)?.tally.approve === voters * FOUNDER_WEIGHT
const isCertified =
  (id: string) =>
  ({ council: port }: MeshNode): boolean =>
    port.proposal(id)?.approval?.certified === true

/** What a founder weighs in the first epoch: it may grow by so much. */
const FOUNDER_WEIGHT = 20

/** On a machine that does other things too it takes longer than the few seconds it takes. */
const eventually = async (what: string, holds: () => boolean): Promise<void> =>
  await until(what, holds, 40_000)

const about = { summary: 'Nothing would have gone otherwise.', rollback: 'Change it back.' }

async function propose(node: MeshNode, action: governance.Action): Promise<string> {
  const said = await node.council.propose({ title: 'A change', action, ...about })
  assert.ok(said.ok, JSON.stringify(said))
  return said.value
}

describe('a council of 4 hosts', function () {
  this.timeout(120_000)
  const clock = new SkippingClock()
  let mesh: TestMesh
  before(async () => {
    mesh = await startMesh(4, [2, 2, 2], { council: settings, clock })
  })
  after(() => mesh.close())

  it('changes a parameter by both keys, everywhere', async () => {
    const [node] = mesh.nodes as [MeshNode]
    const action = { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 } as const
    const id = await propose(node, action)
    await eventually('all know it', () => mesh.nodes.every(knows(id)))
    for (const each of mesh.nodes) {
      assert.ok((await each.council.vote(id, 'approve')).ok)
      assert.ok((await each.council.approve(id)).ok)
    }
    await eventually('all votes count', () => mesh.nodes.every(hasAllVotes(id, 4)))
    await eventually('it is approved', () => mesh.nodes.every(isCertified(id)))
    clock.skip(mesh.nodes, MINUTE_MS)
    await eventually('it is in effect', () =>
      mesh.nodes.every(each => each.council.certificate(id))
    )
    for (const each of mesh.nodes) {
      assert.equal(each.council.state().effects.parameters['gossip.fanout'], 8)
    }
    assert.equal(new Set(mesh.nodes.map(each => each.council.state().digest)).size, 1)
    assert.deepEqual(mesh.complaints, [])
  })
})

/** Votes for two blocks of one view, as no honest node's engine ever does. */
async function equivocate({ parts }: MeshNode, { identity }: MemberSecrets): Promise<void> {
  const { state, view } = parts.council.council
  const { epoch } = state
  const validator = state.validatorOf(parts.self.key)!
  const { network, env, gossip, clock } = parts.context
  for (const [at, byte] of ['11', '22'].entries()) {
    const ballot = { kind: Kind.notarize, view, digest: byte.repeat(32) } as const
    const statement = epoch.statement(ballot.kind, ballot.view, ballot.digest)
    const signature = nativeMlDsa(SuiteId.mlDsa65).sign(
      identity.secretKey,
      statement,
      epoch.context
    )
    const vote = { ...ballot, epochId: epoch.id, validator, signature }
    const payload = CouncilStatement.encode({
      engine: encodeMessage({ type: 'vote', vote })
    }).finish()
    const issuedMs = clock.wallMs()
    const about = { network, env, subject: Subject.vote, sender: parts.self.id, payload, issuedMs }
    const expiresMs = issuedMs + policyOf(Subject.vote).lifetimeMs
    const sequence = (issuedMs + 1_000) * 64 + at
    const attestor = createAttestor(SuiteId.mlDsa65, identity)
    await gossip.publish(
      Subject.vote,
      undefined,
      await sealEnvelope({ ...about, expiresMs, sequence }, attestor)
    )
  }
}

describe('a council of 8 hosts', function () {
  this.timeout(120_000)
  const clock = new SkippingClock()
  let mesh: TestMesh
  before(async () => {
    mesh = await startMesh(8, [2, 2, 2], { council: settings, clock })
  })
  after(() => mesh.close())

  const digestsOf = (nodes: readonly MeshNode[]): Set<string> =>
    new Set(nodes.map(node => node.council.state().digest))
  const decide = async (nodes: readonly MeshNode[], action: governance.Action): Promise<string> => {
    const id = await propose(nodes[0]!, action)
    await eventually('all know it', () => nodes.every(knows(id)))
    for (const node of nodes) assert.ok((await node.council.vote(id, 'approve')).ok)
    for (const node of nodes) assert.ok((await node.council.approve(id)).ok)
    await eventually('all votes count', () => nodes.every(hasAllVotes(id, nodes.length)))
    await eventually('it is approved', () => nodes.every(isCertified(id)))
    clock.skip(nodes, MINUTE_MS)
    return id
  }

  it('a parameter passes its ball and the vote, and is executed everywhere', async () => {
    const { nodes } = mesh
    const action = { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 } as const
    const id = await propose(nodes[0]!, action)
    await eventually('all know it', () => nodes.every(knows(id)))
    // A change of mind and the same word twice, before any of it is counted: nobody contradicts itself.
    for (const choice of ['deny', 'approve', 'approve'] as const) {
      for (const node of nodes) assert.ok((await node.council.vote(id, choice)).ok)
    }
    await eventually('the ball is drawn', () =>
      nodes.every(node => node.council.proposal(id)?.approval?.scope === 2)
    )
    const { asked, neededPower } = nodes[0]!.council.proposal(id)!.approval!
    assert.deepEqual([asked.length, neededPower], [7, 5])
    const approvers = nodes.filter(node => asked.includes(node.parts.self.key)).slice(0, 5)
    for (const node of approvers) assert.ok((await node.council.approve(id)).ok)
    await eventually('all votes count', () => nodes.every(hasAllVotes(id, 8)))
    await eventually('it is approved', () => nodes.every(isCertified(id)))
    clock.skip(nodes, MINUTE_MS)
    await eventually('all have executed', () => nodes.every(node => node.council.certificate(id)))
    for (const { council: port } of nodes) {
      assert.equal(port.state().effects.parameters['gossip.fanout'], 8)
      const { decision } = port.certificate(id)!
      assert.equal(decision.approval.approvals.length, 5)
      assert.equal(decision.result?.passed, true)
      const shown = checkCouncilFile(JSON.stringify(port.decisionFile(id)))
      assert.ok(shown.ok && shown.kind === 'decision', JSON.stringify(shown))
      assert.equal(shown.decision.approvers.length, 5)
      const counted = checkCouncilFile(JSON.stringify(await port.resultFile(id)))
      assert.ok(counted.ok && counted.kind === 'result', JSON.stringify(counted))
      assert.deepEqual(counted.result.tally, { approve: 8 * FOUNDER_WEIGHT, deny: 0, abstain: 0 })
    }
    assert.equal(digestsOf(nodes).size, 1)
  })

  it('a validator is removed while one host is down and it equivocates, named by the verifier', async () => {
    const [villain, sleeper] = [mesh.nodes[6]!, mesh.nodes[7]!]
    const honest = mesh.nodes.slice(0, 6)
    await mesh.kill(sleeper)
    const convictions: council.CouncilEvent[] = []
    const { epoch, verifyAs } = honest[0]!.parts.council.council.state
    for (const node of honest) {
      node.council.onEvent(event => event.type === 'convicted' && convictions.push(event))
    }
    await equivocate(villain, mesh.secrets[6]!)
    await eventually('all have seen the evidence', () => convictions.length === honest.length)
    for (const event of convictions) {
      assert.ok(event.type === 'convicted')
      const checked = verifyEvidence(epoch, event.evidence, verifyAs)
      assert.ok(checked.ok)
      const named = Buffer.from(epoch.validators[checked.value]!.id).toString('hex')
      assert.equal(named, villain.parts.self.key)
    }
    const remove = [villain.parts.self.key]
    await decide(honest, { kind: 'set-validators', add: [], remove })
    await eventually('it is out', () => honest.every(node => node.council.state().epoch === 1))
    await eventually('it knows', () => !villain.council.state().isVoter)
    assert.equal(digestsOf(honest).size, 1)
  })

  it('an emergency acts on approvals alone and expires by itself', async () => {
    const honest = mesh.nodes.slice(0, 6)
    const ended = new Set<MeshNode>()
    for (const node of honest) {
      node.council.onEvent(event => event.type === 'reverted' && ended.add(node))
    }
    const pause = { kind: 'pause', service: 'relay', lastsMs: HOUR_MS / 2 } as const
    const id = await propose(honest[0]!, pause)
    await eventually('all know it', () => honest.every(knows(id)))
    for (const node of honest) assert.ok((await node.council.approve(id)).ok)
    await eventually('it was in effect', () => honest.every(node => node.council.certificate(id)))
    clock.skip(honest, MINUTE_MS / 2)
    await eventually('it has expired', () => ended.size === honest.length)
    for (const node of honest) assert.deepEqual(node.council.state().effects.emergencies, [])
  })

  it('the host that slept catches up to the same digest', async () => {
    const honest = mesh.nodes.slice(0, 6)
    const revived = await mesh.revive(7)
    await eventually('it has caught up', () => {
      const caughtUp = revived.council.state().decisions === 3
      return caughtUp && digestsOf([...honest, revived]).size === 1
    })
    assert.deepEqual(mesh.complaints, [])
  })
})
