import assert from 'node:assert/strict'
import { FAULT_FOLDER, playDrills, readDrills } from '../../src/drill/index.ts'
import { pastOf } from '../../src/incidents/past.ts'
import { readRow } from '../../src/incidents/read-row.ts'
import type { OperatorRow } from '../../src/incidents/rows.ts'

const played = playDrills(await readDrills(FAULT_FOLDER))

describe('rows of the agent', () => {
  it('are read back as they were written, every one of the fault catalogue', () => {
    const kinds = new Set<string>()
    for (const { result } of played) {
      for (const row of result.agent.rows) {
        kinds.add(row.kind)
        assert.deepEqual(readRow(JSON.parse(JSON.stringify(row))), row)
      }
    }
    assert.ok(kinds.size >= 8, [...kinds].join())
  })

  it('leave nothing to go on with where all was healed', () => {
    for (const { drill, result } of played) {
      if (drill.scenario.expect.end !== 'healed') continue
      const history = result.agent.rows.map(row => ({ atMs: 0, row }))
      const { interrupted, incidents, questions, consents } = pastOf(history, 0)
      const left = { interrupted, incidents, questions, consents }
      const nothing = { interrupted: [], incidents: [], questions: [], consents: [] }
      assert.deepEqual(left, nothing, drill.scenario.name)
    }
  })

  it('end a consent that was not made use of with the incident it was asked in', () => {
    const action = { kind: 'recreate', service: 'node' } as const
    const about = { incident: 'inc1-1', approval: 'inc1-1.2', action }
    const rows: OperatorRow[] = [
      { kind: 'asked', ...about, why: '', evidence: [], dryRun: [] },
      { kind: 'approved', ...about }
    ]
    const closed: OperatorRow = { kind: 'closed', incident: 'inc1-1', root: 'node', tookMs: 1 }
    const consentsOf = (history: readonly OperatorRow[]) =>
      pastOf(
        history.map(row => ({ atMs: 0, row })),
        0
      ).consents.map(({ approval }) => approval)
    assert.deepEqual(consentsOf(rows), ['inc1-1.2'])
    assert.deepEqual(consentsOf([...rows, closed]), [])
  })

  it('of an unknown kind or with a field that does not fit are none', () => {
    const rows = [
      { kind: 'sang' },
      { kind: 'toString' },
      { kind: 'closed', incident: 'i', root: 'node', tookMs: -1 },
      { kind: 'approved', incident: 'i', approval: 'i.1', action: { kind: 'vote', service: 's' } },
      {
        kind: 'opened',
        incident: 'i',
        root: 'n',
        symptoms: [{ kind: 'x', detail: '' }],
        affected: []
      }
    ]
    for (const row of rows) assert.equal(readRow(row), undefined, JSON.stringify(row))
  })
})
