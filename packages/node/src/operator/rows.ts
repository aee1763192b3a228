import { type Ledger, MAX_PAYLOAD_BYTES, type OperatorNote, operatorNote } from '@torusmesh/ledger'
import { type OperatorRow, readRow, type TimedRow } from '@torusmesh/operator'
import type { Journal } from '../runtime/journal.ts'

/** The longest grant: what is older has no effect any more. */
const HISTORY_MS = 168 * 3_600_000
const WINDOW_EVENTS = 4_096
const MAX_ROWS = 65_536

/** Writes a row of the agent; resolves once it is durable. */
export async function recordRow(journal: Journal, row: OperatorRow): Promise<void> {
  await journal.record(operatorNote, noteOf(row))
}

/** A row that fits an event: the log of a service is cut at its beginning where it is too long. */
export function noteOf(row: OperatorRow): OperatorNote {
  let cut = row
  while (cut.kind === 'collected' && operatorNote.encode(cut).length > MAX_PAYLOAD_BYTES) {
    cut = { ...cut, lines: cut.lines.slice(Math.ceil(cut.lines.length / 2)) }
  }
  return cut
}

/**
 * The agent's rows of earlier starts, oldest first: those of the longest grant's time, and from
 * before it as far back as the last word on who is in control.
 */
export async function readRows(
  ledger: Pick<Ledger, 'size' | 'read'>,
  wallMs: number
): Promise<TimedRow[]> {
  const windows: TimedRow[][] = []
  let found = 0
  let end = ledger.size
  while (end > 0 && found < MAX_ROWS) {
    const from = Math.max(0, end - WINDOW_EVENTS)
    const rows: TimedRow[] = []
    let firstMs = wallMs
    for await (const { timeMs, type, payload } of ledger.read({ from, limit: end - from })) {
      firstMs = Math.min(firstMs, timeMs)
      const note = type === operatorNote.number ? operatorNote.decode(payload) : undefined
      const row = note === undefined ? undefined : readRow(note)
      if (row !== undefined) rows.push({ atMs: timeMs, row })
    }
    windows.unshift(rows)
    found += rows.length
    end = from
    const knowsRole = windows.some(window => window.some(({ row }) => row.kind === 'role'))
    if (knowsRole && firstMs < wallMs - HISTORY_MS) break
  }
  return windows.flat().slice(-MAX_ROWS)
}
