import assert from 'node:assert/strict'
import { council, type governance, Kind, verifyEvidence } from '../../src/index.ts'
import { type Seat, START_MS, signAs, World } from './world.ts'

const fanout = { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 } as const

describe('council', () => {
  it('a parameter change passes both keys and takes effect everywhere, once', () => {
    const world = new World(4)
    const id = world.propose(world.seats[0]!, fanout, 'parameter')
    world.vote(id, world.seats)
    world.approve(id, world.seats)
    world.until('all have executed', () => world.seats.every(seat => seat.executed.length > 0))
    world.settle()
    assert.equal(world.digests.size, 1)
    for (const { council: seat, executed } of world.seats) {
      assert.equal(seat.state.effects.parameters['gossip.fanout'], 8)
      assert.equal(executed.length, 1)
      assert.equal(executed[0]!.decision.result?.passed, true)
    }
  })

  it('with all 8 cells seated the smallest ball approves, drawn by a beacon of after the filing', () => {
    const world = new World(8)
    const id = world.propose(world.seats[0]!, fanout, 'parameter')
    world.until('the ball is drawn', () =>
      world.seats.every(seat => seat.council.asking(id)?.scope === 2)
    )
    const { asked, neededPower } = world.seats[0]!.council.asking(id)!
    // Within two steps on 2 × 2 × 2 lie all cells but the one opposite.
    assert.deepEqual([asked.length, neededPower], [7, 5])
    world.vote(id, world.seats)
    world.approve(
      id,
      world.seats.filter(({ member }) => asked.includes(member))
    )
    world.until('all have executed', () => world.seats.every(seat => seat.executed.length > 0))
    const { approval } = world.seats[3]!.executed[0]!.decision
    assert.equal(approval.scope, 2)
    assert.equal(world.digests.size, 1)
  })

  it('a vote without approvals, and approvals without a vote, change nothing', () => {
    const world = new World(4)
    const voted = world.propose(world.seats[0]!, fanout, 'parameter')
    const spend = { kind: 'spend', account: 'fund', amount: 5 } as const
    const approved = world.propose(world.seats[1]!, spend, 'treasury')
    world.vote(voted, world.seats)
    world.approve(approved, world.seats)
    world.settle(30 * 24 * 3_600_000)
    for (const { council: seat, executed } of world.seats) {
      assert.equal(executed.length, 0)
      assert.equal(seat.state.book.get(voted)?.phase, 'expired')
      assert.equal(seat.state.book.get(approved)?.phase, 'rejected')
    }
    assert.equal(world.digests.size, 1)
  })

  it('falls silent once everything is decided: nothing is sent, no timer runs', () => {
    const world = new World(4)
    const id = world.propose(world.seats[0]!, fanout, 'parameter')
    world.vote(id, world.seats)
    world.approve(id, world.seats)
    world.settle()
    const { sent } = world
    world.settle(365 * 24 * 3_600_000)
    assert.equal(world.sent, sent)
    assert.ok(world.seats.every(seat => seat.timerMs === null && seat.wakeMs === null))
  })

  it('removes a validator by vote while one seat sleeps; the sleeper comes to the same digest', () => {
    const world = new World(8)
    const sleeper = world.seats[7]!
    sleeper.isUp = false
    const removed = world.seats[6]!
    const action = { kind: 'set-validators', add: [], remove: [removed.member] } as const
    const id = world.propose(world.seats[0]!, action, 'validator-set')
    const awake = world.seats.slice(0, 7)
    world.vote(id, awake)
    world.approve(id, awake)
    world.until('it is out of the set', () =>
      awake.every(seat => seat.council.state.epoch.number === 1)
    )
    world.settle()
    assert.equal(removed.council.isVoter, false)
    const later = world.propose(world.seats[1]!, fanout, 'parameter')
    world.vote(later, awake)
    world.approve(later, awake)
    world.settle()
    assert.equal(world.seats[0]!.council.state.decided, 2)
    sleeper.restart()
    sleeper.catchUp()
    world.settle()
    assert.equal(sleeper.council.state.decided, 2)
    assert.equal(world.digests.size, 1)
    assert.deepEqual(
      sleeper.executed.map(({ decision }) => decision.proposal),
      [id, later]
    )
  })

  it('names a validator that votes for two blocks of a view, and leaves it without a voice', () => {
    const world = new World(4)
    const [, , , villain] = world.seats as [Seat, Seat, Seat, Seat]
    const { epoch } = villain.council.state
    const votes = ['11', '22'].map(byte => {
      const ballot = { kind: Kind.notarize, view: 1, digest: byte.repeat(32) } as const
      const statement = epoch.statement(ballot.kind, ballot.view, ballot.digest)
      const signature = signAs(villain.key, statement, epoch.context)
      return { ...ballot, epochId: epoch.id, validator: 3, signature }
    })
    for (const vote of votes) {
      for (const seat of world.seats.slice(0, 3)) {
        const message = { type: 'engine', message: { type: 'vote', vote } } as const
        seat.handle({ type: 'message', from: villain.member, message })
      }
    }
    world.settle()
    for (const seat of world.seats) {
      const event = seat.events.find(({ type }) => type === 'convicted')
      assert.ok(event?.type === 'convicted')
      assert.equal(event.member, villain.member)
      const checked = verifyEvidence(epoch, event.evidence, seat.council.state.verifyAs)
      assert.deepEqual(checked, { ok: true, value: 3 })
      assert.ok(seat.council.state.convicted.has(3))
    }
    assert.equal(world.digests.size, 1)
  })

  it('an emergency acts on approvals alone, and ends by itself', () => {
    const world = new World(4)
    const pause = { kind: 'pause', service: 'relay', lastsMs: 1_800_000 } as const
    const id = world.propose(world.seats[0]!, pause, 'emergency')
    world.approve(id, world.seats)
    world.until('the relay pauses', () =>
      world.seats.every(({ council: { state } }) => state.effects.emergencies.length === 1)
    )
    world.settle()
    for (const { council: seat, events } of world.seats) {
      assert.deepEqual(seat.state.effects.emergencies, [])
      assert.equal(events.filter(({ type }) => type === 'reverted').length, 1)
    }
    assert.equal(world.digests.size, 1)
  })

  it('comes back from its ledger to the same digest, whenever it stops', () => {
    const world = new World(4)
    const id = world.propose(world.seats[0]!, fanout, 'parameter')
    world.vote(id, world.seats)
    for (let steps = 0; steps < 400 && world.step(Number.MAX_SAFE_INTEGER); steps++) {
      if (steps % 40 === 0) {
        const seat = world.seats[(steps / 40) % 4]!
        const { state, height } = seat.council
        const digest = state.digest()
        seat.restart()
        assert.equal(seat.council.height, height)
        assert.equal(seat.council.state.digest(), digest)
      }
    }
    world.approve(id, world.seats)
    world.settle()
    assert.equal(world.digests.size, 1)
    assert.equal(world.seats[0]!.council.state.decided, 1)
  })

  it('an amendment begins an epoch, and the next weight epoch votes by it', () => {
    const world = new World(4)
    const { policy } = world.founding
    const action = {
      kind: 'set-policy',
      policy: { ...policy, version: 2, downPercent: 30 }
    } as const
    const id = world.propose(world.seats[0]!, action, 'amendment')
    world.vote(id, world.seats)
    world.approve(id, world.seats)
    world.settle()
    for (const { council: seat } of world.seats) {
      assert.equal(seat.state.epoch.policyVersion, 2)
      assert.deepEqual(seat.state.policies.versions(), [1, 2])
    }
    assert.equal(world.digests.size, 1)
  })

  it('refuses to pause what no node can stop, and to shut out strangers', () => {
    const world = new World(4)
    const [seat] = world.seats as [Seat]
    const refusalOf = (action: governance.Action): string | undefined =>
      seat.council.refusal(
        { kind: 'propose', draft: world.draft(seat, action, 'emergency') },
        START_MS + world.nowMs
      )
    const lastsMs = 1_800_000
    assert.equal(refusalOf({ kind: 'pause', service: 'coffee', lastsMs }), 'unknown-service')
    assert.equal(refusalOf({ kind: 'quarantine', member: 'aa', lastsMs }), 'unknown-member')
    for (const service of council.pausableServices) {
      assert.equal(refusalOf({ kind: 'pause', service, lastsMs }), undefined)
    }
  })

  const refusals: readonly [string, (seat: Seat, id: string) => council.Said, string][] = [
    ['a vote on nothing', () => ballot('ff'.repeat(32)), 'unknown-proposal'],
    [
      'a second ballot of one revision that says the same',
      (_seat, id) => ballot(id),
      'duplicate-ballot'
    ],
    [
      'to cancel what another proposed',
      (_seat, id) => ({ kind: 'cancel', proposal: id }),
      'not-proposer'
    ],
    ['a secret that nobody committed to', (_seat, id) => reveal(id), 'no-round'],
    ['a heartbeat of a slot to come', () => ({ kind: 'heartbeat', slot: 1e9 }), 'slot-out-of-range']
  ]
  for (const [desc, said, code] of refusals) {
    it(`refuses ${desc}: ${code}`, () => {
      const world = new World(4)
      const [proposer, seat] = world.seats as [Seat, Seat]
      const spend = { kind: 'spend', account: 'fund', amount: 5 } as const
      const id = world.propose(proposer, spend, 'treasury')
      seat.say(ballot(id))
      world.until('it is counted', () => seat.council.state.book.get(id)!.sums.approve > 0)
      assert.equal(seat.council.refusal(said(seat, id), 1_800_000_000_000 + world.nowMs), code)
    })
  }
})

const ballot = (proposal: string): council.Said => ({
  kind: 'ballot',
  proposal,
  revision: 0,
  choice: 0
})
const reveal = (proposal: string): council.Said => ({
  kind: 'reveal',
  proposal,
  secret: '00'.repeat(32)
})
