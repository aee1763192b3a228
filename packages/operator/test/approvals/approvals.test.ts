import assert from 'node:assert/strict'
import { Autonomy, type AutonomyInput, SESSION_TIMEOUT_MS } from '../../src/approvals/autonomy.ts'
import { ANSWER_MS, ApprovalQueue, EXPIRY_MS } from '../../src/approvals/queue.ts'

const HOUR_MS = 3_600_000

function asked(): ApprovalQueue {
  const queue = new ApprovalQueue()
  const action = { kind: 'recreate', service: 'node' } as const
  const request = { id: 'q', incident: 'i', action, why: 'gone', evidence: [], dryRun: [] }
  assert.ok(queue.ask(request, 0))
  return queue
}

describe('approvals', () => {
  it('wait undelivered past five minutes, until their absolute expiry', () => {
    const queue = asked()
    assert.deepEqual(queue.tick(ANSWER_MS * 10), [])
    assert.equal(queue.tick(EXPIRY_MS)[0]?.end, 'expired')
  })

  it('are denied five minutes after delivery, not later for a second delivery', () => {
    const queue = asked()
    queue.deliver('q', 'one', HOUR_MS)
    queue.deliver('q', 'two', HOUR_MS + ANSWER_MS - 1)
    assert.deepEqual(queue.tick(HOUR_MS + ANSWER_MS - 1), [])
    assert.equal(queue.tick(HOUR_MS + ANSWER_MS)[0]?.end, 'auto-denied')
  })

  it('take the token of the last delivery, once', () => {
    const queue = asked()
    const answer = { id: 'q', answer: 'approve' } as const
    assert.equal(queue.answer({ ...answer, tokenHash: 'one' }, 1), 'bad-token')
    queue.deliver('q', 'one', 2)
    queue.deliver('q', 'two', 3)
    assert.equal(queue.answer({ ...answer, tokenHash: 'one' }, 4), 'bad-token')
    const closed = queue.answer({ ...answer, tokenHash: 'two' }, 5)
    assert.ok(typeof closed === 'object' && closed.end === 'approved')
    assert.equal(queue.answer({ ...answer, tokenHash: 'two' }, 6), 'unknown')
  })

  it('come back after a deferral, with a new token', () => {
    const queue = asked()
    queue.deliver('q', 'one', 0)
    const answer = { id: 'q', tokenHash: 'one', answer: 'defer', deferMs: HOUR_MS } as const
    assert.equal(queue.answer(answer, 1), 'deferred')
    assert.equal(queue.deliver('q', 'two', HOUR_MS), undefined)
    assert.ok(queue.deliver('q', 'two', HOUR_MS + 1))
    assert.equal(queue.answer({ ...answer, answer: 'deny' }, HOUR_MS + 2), 'bad-token')
  })

  it('are bounded', () => {
    const queue = new ApprovalQueue()
    const action = { kind: 'recreate', service: 'node' } as const
    const rest = { incident: 'i', action, why: '', evidence: [], dryRun: [] }
    const taken = Array.from({ length: 100 }, (_, i) => queue.ask({ id: `q${i}`, ...rest }, 0))
    assert.equal(taken.filter(Boolean).length, 64)
  })
})

type Step = readonly [atMs: number, input: AutonomyInput['kind'] | 'time', state: string]

const walks: readonly { desc: string; steps: readonly Step[]; hours?: number }[] = [
  {
    desc: 'boots watching, heals once a session unlocks the vault, locks when it ends',
    steps: [
      [0, 'time', 'watch-only'],
      [1, 'vault-unlocked', 'watch-only'],
      [2, 'session-opened', 'watch-only'],
      [3, 'vault-unlocked', 'self-heal'],
      [4, 'session-closed', 'locked'],
      [5, 'session-opened', 'locked'],
      [6, 'vault-unlocked', 'self-heal']
    ]
  },
  {
    desc: 'locks when a session says nothing for a quarter of an hour',
    steps: [
      [0, 'session-opened', 'watch-only'],
      [1, 'vault-unlocked', 'self-heal'],
      [SESSION_TIMEOUT_MS - 1, 'session-active', 'self-heal'],
      [2 * SESSION_TIMEOUT_MS - 2, 'time', 'self-heal'],
      [2 * SESSION_TIMEOUT_MS - 1, 'time', 'locked']
    ]
  },
  {
    desc: 'heals on through a grant, and locks when it ends',
    hours: 2,
    steps: [
      [0, 'session-opened', 'watch-only'],
      [1, 'vault-unlocked', 'self-heal'],
      [2, 'granted', 'self-heal'],
      [3, 'session-closed', 'self-heal'],
      [2 * HOUR_MS + 1, 'time', 'self-heal'],
      [2 * HOUR_MS + 2, 'time', 'locked']
    ]
  },
  {
    desc: 'locks at once with the vault, grant or not',
    hours: 8,
    steps: [
      [0, 'session-opened', 'watch-only'],
      [1, 'vault-unlocked', 'self-heal'],
      [2, 'granted', 'self-heal'],
      [3, 'vault-locked', 'locked']
    ]
  },
  { desc: 'refuses a grant without a session', hours: 2, steps: [[0, 'granted', 'watch-only']] }
]

describe('autonomy', () => {
  for (const { desc, steps, hours = 1 } of walks) {
    it(desc, () => {
      const autonomy = new Autonomy()
      for (const [atMs, kind, state] of steps) {
        if (kind === 'time') autonomy.tick(atMs)
        else autonomy.handle(kind === 'granted' ? { kind, hours } : { kind }, atMs)
        assert.equal(autonomy.state, state, `${kind} at ${atMs}`)
      }
    })
  }
})
