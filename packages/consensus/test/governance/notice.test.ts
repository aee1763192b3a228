import assert from 'node:assert/strict'
import { Appeals, noticesFor } from '../../src/governance/index.ts'
import { digest, HOUR_MS, sha256, World } from './support.ts'

describe('notices', () => {
  const tell = (world: World, member = 'm5', appeals = new Appeals(sha256)): string[] => {
    const input = { member, proposals: world.book.live(), appeals: appeals.open() }
    return noticesFor(input, world.now).map(({ stream, code, text, untilMs }) => {
      const until = untilMs === undefined ? '' : ` until ${untilMs / HOUR_MS}h`
      return `${stream} ${code}${until}: ${text}`
    })
  }

  it('remind who hasn’t voted, in one line, until it is too late', () => {
    const world = new World()
    const first = world.propose({ proposer: 'm1' })
    world.propose({ proposer: 'm2' })
    world.propose({ proposer: 'm3', type: 'treasury' })
    assert.deepEqual(tell(world), [
      'governance opens-soon until 1h: 3 proposals soon open for votes'
    ])
    world.wait(HOUR_MS)
    assert.deepEqual(tell(world), ['governance vote-now until 73h: 3 proposals wait for your vote'])
    world.wait(48 * HOUR_MS)
    assert.deepEqual(tell(world), [
      'governance expire-soon until 73h: 3 proposals expire in 24 h without your vote'
    ])
    world.vote(first, 'm5', 'abstain')
    assert.deepEqual(tell(world), [
      'governance expire-soon until 73h: 2 proposals expire in 24 h without your vote'
    ])
    world.wait(24 * HOUR_MS)
    assert.deepEqual(tell(world), [])
  })

  it('follow an upgrade through its windows in its own stream', () => {
    const world = new World()
    const upgrade = world.open({ type: 'upgrade' })
    world.vote(upgrade, ['m1', 'm2', 'm3', 'm5'], 'approve')
    assert.deepEqual(tell(world), [])
    world.wait(72 * HOUR_MS)
    assert.deepEqual(tell(world), [
      'upgrades object-until until 97h: 1 proposal passed; a third of the power can still object'
    ])
    world.wait(24 * HOUR_MS)
    assert.deepEqual(tell(world), [
      'upgrades needs-certificate until 193h: 1 proposal lacks an action certificate'
    ])
    world.certify(upgrade)
    assert.deepEqual(tell(world), [])
    world.wait(24 * HOUR_MS)
    assert.deepEqual(tell(world), ['upgrades executable until 193h: 1 proposal can be executed'])
  })

  it('warn of an emergency as long as it is in effect', () => {
    const world = new World()
    const emergency = world.open({ type: 'emergency' })
    world.certify(emergency)
    world.execute(emergency)
    assert.deepEqual(tell(world), [
      'governance expire-soon until 6h: 1 proposal expires in 24 h without your vote',
      'operations emergency-in-effect until 12h: 1 proposal in effect as an emergency, until it ends by itself'
    ])
  })

  it('ask the impartial for reviews, and tell who won', () => {
    const world = new World()
    const appeals = new Appeals(sha256)
    const decision = { decision: digest('d'), affected: 'm5', decider: 'm1', atMs: 0 }
    const ids: string[] = []
    const send = (input: Parameters<Appeals['handle']>[0]): void => {
      appeals.handle(input, 1, it => it.kind === 'step' && ids.push(it.appeal.id))
    }
    send({ kind: 'submit', decision, grounds: 'I was up.' })
    const id = ids[0]!
    assert.deepEqual(tell(world, 'm2', appeals), [
      'operations appeal-to-review: 1 appeal waits for a reviewer'
    ])
    assert.deepEqual(tell(world, 'm5', appeals), [])
    send({ kind: 'review', id, reviewer: 'm2', text: 'True.' })
    assert.deepEqual(tell(world, 'm3', appeals), [
      'operations appeal-to-resolve: 1 appeal waits for a resolution'
    ])
    assert.deepEqual(tell(world, 'm1', appeals), [])
    send({ kind: 'resolve', id, resolver: 'm3', outcome: 'reversed', reason: 'True.' })
    const resolved = [appeals.get(id)!]
    const won = noticesFor({ member: 'm5', proposals: [], appeals: resolved }, 1)
    assert.deepEqual(won, [
      {
        stream: 'operations',
        code: 'decision-reversed',
        about: [id],
        text: '1 appeal of yours reversed a decision'
      }
    ])
    assert.deepEqual(noticesFor({ member: 'm2', proposals: [], appeals: resolved }, 1), [])
  })
})
