import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FaultEvent } from '../../src/faults/event.ts'
import { attempt } from '../../src/swarm/attempt.ts'
import { faultsOf, scheduleOf } from '../../src/swarm/faults.ts'
import {
  keepReplay,
  parseReplayFile,
  type ReplayFile,
  replay,
  replayFileOf
} from '../../src/swarm/index.ts'
import { broken } from './scenarios.ts'

const scenario = broken('partition-heal', 'never-refutes')
const schedule: readonly FaultEvent[] = [
  { kind: 'partition', atMs: 3_000, untilMs: 9_000, side: [3], oneWay: false }
]
const { parameters, defaults } = scenario
const spec = {
  scenario: scenario.name,
  nodes: 8,
  seed: 1,
  durationMs: 32_000,
  network: defaults.network,
  faults: [],
  parameters: {
    ...Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, one.default])),
    notices: false
  }
}

async function failing(): Promise<ReplayFile> {
  const { violations, auditHash } = await attempt(spec, { scenario, schedule })
  return replayFileOf({ spec, schedule, violation: violations[0]!, auditHash })
}

describe('swarm: a replay file', () => {
  it('is written beside a diagram of what led to the violation', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'swarm-'))
    try {
      const file = await failing()
      const { svg } = await replay(file, { scenario })
      const paths = await keepReplay(join(folder, 'kept'), file, svg)
      assert.deepEqual(parseReplayFile(await readFile(paths.replay, 'utf8')), file)
      assert.match(paths.replay, /partition-heal-alive-again-1\.json$/)
      const drawn = await readFile(paths.svg, 'utf8')
      assert.match(drawn, /<title>alive-again fails at 32\.000 s: 3 runs and is down for others/)
      for (const text of ['{3} cut off', '{3} back', 'accuses 3 (0)', '3 is down', 'node 3']) {
        assert.ok(drawn.includes(text), text)
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('says when the hash differs, though the property fails again', async () => {
    const file = { ...(await failing()), auditHash: '0123456789abcdef', code: '0'.repeat(64) }
    const again = await replay(file, { scenario })
    assert.deepEqual([again.violated, again.sameHash, again.sameCode], [true, false, false])
  })

  const crash = { kind: 'crash', atMs: 1, node: 1, mode: 'silent' } as const
  const refused: readonly (readonly [what: string, change: object, says: RegExp])[] = [
    ['another format', { format: 2 }, /^format: /],
    ['an unknown field', { more: 1 }, /^more: no such field/],
    ['a node there is not', { schedule: [{ ...crash, node: 8 }] }, /^schedule\[0\]: node 8; there/],
    ['a fault without its fields', { schedule: [{ kind: 'crash', atMs: 1 }] }, /schedule/],
    ['a fault the scenario has not', { schedule: [skew()] }, /^schedule\[0\]\.kind: .* no skew/],
    ['an unknown adversary', { schedule: [turn('nobody')] }, /^schedule\[0\]\.behaviour: give /],
    [
      'faults out of order',
      { schedule: [{ ...crash, atMs: 9 }, crash] },
      /^schedule\[1\]\.atMs: .* sorted/
    ],
    ['17 partitions at a time', { schedule: Array(17).fill(schedule[0]) }, /at most 16 partitions/],
    ['a spec that cannot be run', { spec: { ...spec, nodes: 1 } }, /^nodes: /],
    ['an unknown scenario', { spec: { ...spec, scenario: 'none' } }, /^scenario: /],
    ['no hash', { auditHash: 'x' }, /^auditHash: /]
  ]
  for (const [what, change, says] of refused) {
    it(`is refused with ${what}`, async () => {
      const text = JSON.stringify({ ...(await failing()), ...change })
      assert.throws(() => parseReplayFile(text), { code: 'bad-setting', message: says })
    })
  }

  it('is refused when it is no JSON, or too large', () => {
    assert.throws(() => parseReplayFile('{'), { code: 'bad-setting' })
    assert.throws(() => parseReplayFile(' '.repeat(2_000_000)), { code: 'bad-setting' })
  })
})

describe('swarm: faults of a schedule', () => {
  it('are pairs where a fault has an end of its own, and make the schedule again', () => {
    const slow = { kind: 'slow', node: 2 } as const
    const events: readonly FaultEvent[] = [
      { kind: 'crash', atMs: 1, node: 1, mode: 'silent' },
      { ...slow, atMs: 2, factorPermille: 5_000 },
      { kind: 'pause', atMs: 3, node: 1, forMs: 5 },
      { kind: 'restart', atMs: 4, node: 1, disk: 'kept' },
      { ...slow, atMs: 5, factorPermille: 1_000 },
      { kind: 'crash', atMs: 6, node: 1, mode: 'closed' }
    ]
    const faults = faultsOf(events)
    assert.deepEqual(
      faults.map(fault => fault.map(({ atMs }) => atMs)),
      [[1, 4], [2, 5], [3], [6]]
    )
    assert.deepEqual(scheduleOf(faults), events)
  })
})

function skew(): FaultEvent {
  return { kind: 'skew', atMs: 1, node: 1, offsetMs: 1, driftPpm: 0 }
}

function turn(behaviour: string): FaultEvent {
  return { kind: 'turn', atMs: 1, node: 1, behaviour }
}
