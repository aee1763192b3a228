import assert from 'node:assert/strict'
import type { Notice } from '../src/agent/messages.ts'
import { createCatalogue } from '../src/catalogue/parse.ts'
import { OperatorError } from '../src/errors.ts'
import type { OperatorRow } from '../src/incidents/rows.ts'
import { createOperator, type Operator, type OperatorInit } from '../src/operator.ts'
import { createRulebook } from '../src/rules/rulebook.ts'
import { type ContainerRuntime, type InstanceState, MISSING } from '../src/runtime/types.ts'
import { SteppedClock } from './fake-engine/stepped-clock.ts'

const RUNNING: InstanceState = { ...MISSING, status: 'running', health: 'healthy' }
const EXITED: InstanceState = { ...RUNNING, status: 'exited', health: 'none', exitCode: 1 }

interface Bench {
  readonly clock: SteppedClock
  readonly operator: Operator
  readonly rows: OperatorRow[]
  readonly notices: Notice[]
  readonly acts: string[]
  /** What the runtime says of the one service. */
  state: InstanceState
}

/** An agent over one service in memory. */
function bench(
  over: { act?: ContainerRuntime['act']; look?: ContainerRuntime['look'] } = {},
  init: Partial<OperatorInit> = {}
): Bench {
  const clock = new SteppedClock()
  const made: Omit<Bench, 'operator'> = { clock, rows: [], notices: [], acts: [], state: RUNNING }
  const node = {
    name: 'node',
    runtime: 'container',
    target: 'node',
    dependsOn: [],
    networks: [],
    checks: [],
    startMs: 2_000,
    graceMs: 500,
    hooks: {}
  } as const
  const runtime: ContainerRuntime = {
    look: over.look ?? (() => Promise.resolve(made.state)),
    async act(kind, service) {
      made.acts.push(kind)
      await over.act?.(kind, service)
      if (over.act === undefined) made.state = RUNNING
    },
    undo: kind => Promise.resolve(void made.acts.push(`undo ${kind}`)),
    resolves: () => Promise.resolve(true),
    logs: () => Promise.resolve('last words'),
    watch: () => () => undefined
  }
  const operator = createOperator({
    runtime,
    catalogue: createCatalogue([node]),
    rules: createRulebook(),
    clock,
    prefix: 'test',
    journal: {
      append(row) {
        made.rows.push(row)
        return Promise.resolve()
      }
    },
    notify: notice => made.notices.push(notice),
    ...init
  })
  return Object.assign(made, { operator })
}

/** A service that was killed for memory and that nothing helps. */
function outOfMemory(): Bench {
  const spec = { name: 'node', runtime: 'container', target: 'node', startMs: 2_000 } as const
  const rest = { dependsOn: [], networks: [], checks: [], graceMs: 500, hooks: {} }
  const catalogue = createCatalogue([{ ...spec, ...rest, memoryCapBytes: 2_000 }])
  const at = bench({ act: () => Promise.resolve() }, { catalogue })
  unlock(at.operator)
  at.operator.start()
  at.state = { ...EXITED, oomKilled: true, memoryBytes: 1_000 }
  return at
}

function unlock(operator: Operator): void {
  for (const kind of ['session-opened', 'vault-unlocked'] as const) operator.change({ kind })
  operator.change({ kind: 'granted', hours: 24 })
}

const MINUTE_MS = 60_000

describe('operator', () => {
  it('starts what exited, and writes it down before', async () => {
    const at = bench()
    unlock(at.operator)
    at.operator.start()
    at.state = EXITED
    await at.clock.pass(10_000)
    await at.operator.stop()
    assert.deepEqual(at.acts, ['start'])
    const kinds = at.rows.map(({ kind }) => kind).filter(kind => kind !== 'role')
    assert.deepEqual(kinds, ['opened', 'decided', 'acting', 'outcome', 'closed'])
  })

  it('only watches and tells before an operator unlocks, and while one is in control', async () => {
    for (const prepare of [
      (): void => undefined,
      (operator: Operator): void => {
        unlock(operator)
        operator.change({ kind: 'control-taken' })
      }
    ]) {
      const at = bench()
      prepare(at.operator)
      at.operator.start()
      at.state = EXITED
      await at.clock.pass(MINUTE_MS)
      assert.deepEqual(at.acts, [])
      assert.equal(at.notices.length, 1)
      at.operator.change({ kind: 'control-released' })
      unlock(at.operator)
      await at.clock.pass(2 * MINUTE_MS)
      assert.deepEqual(at.acts, ['start'])
      await at.operator.stop()
    }
  })

  it('does nothing it cannot record, says so, and heals once the disk has room', async () => {
    let full = true
    const rows: OperatorRow[] = []
    const journal = {
      append(row: OperatorRow): Promise<void> {
        if (full) return Promise.reject(new Error('ENOSPC'))
        rows.push(row)
        return Promise.resolve()
      }
    }
    const at = bench({}, { journal })
    unlock(at.operator)
    at.operator.start()
    at.state = EXITED
    await at.clock.pass(MINUTE_MS)
    assert.deepEqual(at.acts, [])
    assert.ok(at.notices.some(({ text }) => text.includes('Free disk space')))
    full = false
    await at.clock.pass(62 * MINUTE_MS)
    await at.operator.stop()
    assert.deepEqual(at.acts, ['start'])
    assert.ok(rows.some(({ kind }) => kind === 'acting'))
  })

  it('tries a failing action twice, then asks; never more than three restarts an hour', async () => {
    const at = bench({ act: () => Promise.reject(new OperatorError('ENGINE_REFUSED', 'half-way')) })
    unlock(at.operator)
    at.operator.start()
    at.state = EXITED
    await at.clock.pass(50 * MINUTE_MS)
    await at.operator.stop()
    assert.deepEqual(at.acts, ['start', 'start'])
    assert.equal(at.operator.approvals[0]?.action.kind, 'recreate')
  })

  it('counts what an earlier start did, and closes what it left half-way', async () => {
    const action = { kind: 'restart', service: 'node' } as const
    const wallMs = new SteppedClock().wallMs()
    const row = { kind: 'acting', incident: 'old-1', action, inverse: '' } as const
    const history = [1, 2, 3].map(i => ({
      atMs: wallMs - i * 1_000,
      row: { ...row, id: `old-1.${i}` }
    }))
    const at = bench({}, { history: history.toReversed() })
    unlock(at.operator)
    at.operator.start()
    at.state = EXITED
    await at.clock.pass(50 * MINUTE_MS)
    assert.deepEqual(at.acts, [])
    await at.clock.pass(62 * MINUTE_MS)
    await at.operator.stop()
    assert.deepEqual(at.acts, ['start'])
    const closed = at.rows.flatMap(found => (found.kind === 'outcome' ? [found.outcome] : []))
    assert.deepEqual(closed, ['interrupted', 'interrupted', 'interrupted', 'healed'])
  })

  it('does not answer flapping with a storm', async () => {
    const at = bench()
    unlock(at.operator)
    at.operator.start()
    for (let minute = 1; minute <= 58; minute++) {
      at.state = EXITED
      await at.clock.pass(minute * MINUTE_MS)
    }
    await at.operator.stop()
    assert.ok(at.acts.length <= 3, at.acts.join())
    assert.ok(at.notices.length < 15, String(at.notices.length))
  })

  it('takes a missing or denied engine for one symptom, and acts on nothing', async () => {
    for (const code of ['ENGINE_AWAY', 'ENGINE_DENIED', 'ENGINE_TIMEOUT'] as const) {
      const at = bench({ look: () => Promise.reject(new OperatorError(code, 'no engine')) })
      unlock(at.operator)
      at.operator.start()
      await at.clock.pass(MINUTE_MS)
      assert.deepEqual([...at.operator.failing().keys()], ['engine'])
      assert.deepEqual(at.acts, [])
      await at.operator.stop()
    }
  })

  it('takes container data it cannot read for an unknown failure, with diagnostics', async () => {
    const malformed = new OperatorError('ENGINE_MALFORMED', 'container.State: give named fields')
    const at = bench({ look: () => Promise.reject(malformed) })
    unlock(at.operator)
    at.operator.start()
    await at.clock.pass(MINUTE_MS)
    await at.operator.stop()
    assert.deepEqual(at.acts, [])
    assert.ok(at.rows.some(row => row.kind === 'collected' && row.lines === 'last words'))
  })

  it('hands out a question with a token that counts once', async () => {
    const at = bench()
    unlock(at.operator)
    at.operator.start()
    at.state = MISSING
    await at.clock.pass(5_000)
    const [open] = at.operator.approvals
    const { token } = at.operator.deliver(open!.id)
    const code = (wanted: string) => (error: unknown) =>
      error instanceof OperatorError && error.code === wanted
    assert.throws(() => at.operator.answer(open!.id, 'guess', 'approve'), code('APPROVAL_TOKEN'))
    at.operator.answer(open!.id, token, 'deny')
    assert.throws(() => at.operator.answer(open!.id, token, 'deny'), code('APPROVAL_UNKNOWN'))
    assert.throws(() => at.operator.deliver('other'), code('APPROVAL_UNKNOWN'))
    await at.clock.pass(10 * MINUTE_MS)
    await at.operator.stop()
    assert.deepEqual(at.operator.approvals, [])
    assert.equal(at.rows.filter(({ kind }) => kind === 'asked').length, 1)
  })

  it('takes back what it changed where that was of no use, and writes it down before', async () => {
    const at = outOfMemory()
    await at.clock.pass(5_000)
    await at.operator.stop()
    assert.deepEqual(at.acts, ['raise-memory', 'undo raise-memory', 'start'])
    const kinds = at.rows.map(({ kind }) => kind).filter(kind => kind !== 'role')
    const first = ['opened', 'decided', 'acting', 'outcome', 'undoing', 'undone', 'decided']
    assert.deepEqual(kinds.slice(0, first.length), first)
  })

  it('says that it could not be taken back, and takes nothing back under an operator', async () => {
    const at = outOfMemory()
    await at.clock.pass(1_500)
    at.operator.change({ kind: 'control-taken' })
    await at.clock.pass(5_000)
    await at.operator.stop()
    assert.deepEqual(at.acts, ['raise-memory'])
    assert.ok(at.rows.some(({ kind }) => kind === 'undo-failed'))
  })

  it('refuses what peers propose without a certificate, and records it', async () => {
    const at = bench()
    const proposal = { action: 'restart', why: 'trust me' }
    const source = { source: 'peer', certified: false } as const
    assert.equal(at.operator.propose('node', proposal, source), 'unverified-peer')
    at.operator.signal({ kind: 'vault-touched', by: 'pid 7', allowed: false })
    await at.operator.stop()
    assert.deepEqual(
      at.rows.map(row => ('code' in row ? row.code : '')),
      ['unverified-peer', 'vault-touched']
    )
  })
})

describe('operator, started again', () => {
  /** What it wrote, with the time it was written. */
  function recorded() {
    const clock = new SteppedClock()
    const history: { atMs: number; row: OperatorRow }[] = []
    const journal = {
      append(row: OperatorRow): Promise<void> {
        history.push({ atMs: clock.wallMs(), row })
        return Promise.resolve()
      }
    }
    return { history, journal, clock }
  }

  const kindsOf = (rows: readonly OperatorRow[]): string[] => rows.map(({ kind }) => kind)

  async function asking() {
    const before = recorded()
    const first = bench({}, { journal: before.journal, clock: before.clock })
    unlock(first.operator)
    first.operator.start()
    first.state = MISSING
    await before.clock.pass(5_000)
    return { ...before, first, id: first.operator.approvals[0]!.id }
  }

  it('goes on asking what nobody answered, in the same incident, and keeps its grant', async () => {
    const { history, clock, first, id } = await asking()
    await first.operator.stop()
    const again = bench({}, { history, clock })
    again.state = MISSING
    assert.equal(again.operator.role.autonomy, 'self-heal')
    assert.deepEqual(
      again.operator.approvals.map(open => open.id),
      [id]
    )
    again.operator.start()
    await clock.pass(MINUTE_MS)
    assert.deepEqual(
      again.operator.approvals.map(open => open.id),
      [id]
    )
    assert.deepEqual(kindsOf(again.rows), ['role', 'decided'])
    again.state = RUNNING
    await clock.pass(2 * MINUTE_MS)
    await again.operator.stop()
    assert.deepEqual(kindsOf(again.rows).slice(2), ['withdrawn', 'closed'])
  })

  it('does not ask again what was denied, and makes use of what was approved', async () => {
    for (const answer of ['deny', 'approve'] as const) {
      const { history, clock, first, id } = await asking()
      // The consent is on record; the agent ends before it can act on it.
      const { token } = first.operator.deliver(id)
      const acting = history.length
      first.operator.answer(id, token, answer)
      await first.operator.stop()
      const kept = history.filter(({ row }, i) => i < acting || row.kind !== 'acting')
      const again = bench({}, { history: kept, clock })
      again.state = MISSING
      again.operator.start()
      await clock.pass(MINUTE_MS)
      await again.operator.stop()
      assert.deepEqual(again.operator.approvals, [], answer)
      assert.ok(!kindsOf(again.rows).includes('asked'), answer)
    }
  })

  it('stays under the control of the operator who took it', async () => {
    const { history, clock, journal } = recorded()
    const first = bench({}, { journal, clock })
    unlock(first.operator)
    first.operator.change({ kind: 'control-taken' })
    await first.operator.stop()
    const again = bench({}, { history, clock })
    assert.equal(again.operator.role.control, 'operator')
    again.operator.start()
    again.state = EXITED
    await clock.pass(MINUTE_MS)
    await again.operator.stop()
    assert.deepEqual(again.acts, [])
  })

  it('waits with a grant until the keys can be used', () => {
    const row = { kind: 'role', autonomy: 'self-heal', control: 'agent', why: 'granted' } as const
    const history = [{ atMs: new SteppedClock().wallMs(), row: { ...row, grantMs: MINUTE_MS } }]
    const { operator } = bench({}, { history, keysOpen: false })
    assert.equal(operator.role.autonomy, 'watch-only')
    for (const kind of ['session-opened', 'vault-unlocked', 'session-closed'] as const) {
      operator.change({ kind })
    }
    assert.equal(operator.role.autonomy, 'self-heal')
  })

  it('gives no id twice', async () => {
    const { history, clock, first } = await asking()
    await first.operator.stop()
    const again = bench({}, { history, clock })
    again.state = MISSING
    again.operator.start()
    await clock.pass(2 * MINUTE_MS)
    again.state = EXITED
    await clock.pass(3 * MINUTE_MS)
    await again.operator.stop()
    const ids = (rows: readonly OperatorRow[]): string[] =>
      rows.flatMap(row => (row.kind === 'asked' ? [row.approval] : 'id' in row ? [row.id] : []))
    const earlier = new Set(ids(history.map(({ row }) => row)))
    assert.ok(ids(again.rows).length > 0)
    assert.deepEqual(
      ids(again.rows).filter(id => earlier.has(id)),
      []
    )
  })
})
