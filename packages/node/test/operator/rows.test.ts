import assert from 'node:assert/strict'
import {
  createMemoryStore,
  eventOf,
  MAX_PAYLOAD_BYTES,
  openLedger,
  operatorNote
} from '@torusmesh/ledger'
import type { OperatorRow } from '@torusmesh/operator'
import { noteOf, readRows } from '../../src/operator/rows.ts'

const HOUR_MS = 3_600_000
const NOW_MS = 1_800_000_000_000
const actor = new Uint8Array(32)

const role: OperatorRow = {
  kind: 'role',
  autonomy: 'self-heal',
  control: 'agent',
  why: 'granted',
  grantMs: HOUR_MS
}
const closed: OperatorRow = { kind: 'closed', incident: 'inc1-1', root: 'node', tookMs: 7 }

/** A ledger of rows, each written so many hours before now. */
async function ledgerOf(rows: readonly (readonly [hoursAgo: number, row: { kind: string }])[]) {
  let nowMs = 0
  const ledger = await openLedger({
    store: createMemoryStore(),
    clock: () => nowMs,
    scheduler: { setTimer: callback => setImmediate(callback), clearTimer: () => {} },
    origin: 'example.org/log',
    cosigner: {
      name: 'example.org/log',
      publicKey: new Uint8Array(1_312),
      sign: async () => actor
    },
    checkpointEveryMs: 0
  })
  for (const [hoursAgo, row] of rows) {
    nowMs = NOW_MS - hoursAgo * HOUR_MS
    await ledger.append(eventOf(operatorNote, row, { actor, policyVersion: 0 }))
  }
  return ledger
}

const kinds = (rows: readonly { row: OperatorRow }[]): string[] => rows.map(({ row }) => row.kind)

describe('rows of the agent in the ledger', () => {
  it('come back as they were written, with their time', async () => {
    const ledger = await ledgerOf([
      [2, role],
      [1, closed]
    ])
    assert.deepEqual(await readRows(ledger, NOW_MS), [
      { atMs: NOW_MS - 2 * HOUR_MS, row: role },
      { atMs: NOW_MS - HOUR_MS, row: closed }
    ])
  })

  it('are passed over where they are of another release, or damaged', async () => {
    const strange = [
      { kind: 'sang', incident: 'inc1-1' },
      { ...role, grantMs: -1 },
      { kind: 'opened', incident: 'inc1-1', root: 'node', symptoms: [{ kind: '?' }], affected: [] },
      {
        kind: 'acting',
        incident: 'i',
        id: 'i.1',
        action: { kind: 'vote', service: 'x' },
        inverse: ''
      }
    ]
    const ledger = await ledgerOf([...strange.map(row => [2, row] as const), [1, closed]])
    assert.deepEqual(kinds(await readRows(ledger, NOW_MS)), ['closed'])
  })

  it('are looked for back to the last word on who is in control, however old', async () => {
    const taken = { ...role, control: 'operator' }
    const ledger = await ledgerOf([
      [2_000, taken],
      [1, closed]
    ])
    assert.deepEqual(kinds(await readRows(ledger, NOW_MS)), ['role', 'closed'])
  })

  it('fit an event, whatever a service wrote', () => {
    for (const lines of ['x'.repeat(65_536), '\u0001'.repeat(65_536), '€'.repeat(65_536)]) {
      const row = { kind: 'collected', incident: 'inc1-1', service: 'node', lines } as const
      assert.ok(operatorNote.encode(noteOf(row)).length <= MAX_PAYLOAD_BYTES)
    }
  })
})
