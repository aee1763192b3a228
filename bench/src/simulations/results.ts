import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeTable } from '@torusmesh/simulations'
import { median, type Row } from '../row.ts'

const ROWS = 4_000_000
const RUNS = 3

/** Rows of a recorded table into Parquet on the disk: time, node, hops, delay. */
export async function resultsRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'results-bench-'))
  const table = rowsToWrite()
  const rates: number[] = []
  try {
    for (let run = 0; run <= RUNS; run++) {
      const started = performance.now()
      writeTable(join(folder, 'deliveries.parquet'), table)
      // The first run warms the compiler.
      if (run > 0) rates.push((ROWS / (performance.now() - started)) * 1_000)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return [{ name: 'result rows into Parquet', value: Math.round(median(rates)), unit: 'rows/s' }]
}

function rowsToWrite(): Record<string, Int32Array | Float64Array> {
  const atMs = new Float64Array(ROWS)
  const node = new Int32Array(ROWS)
  const hops = new Int32Array(ROWS)
  const delayMs = new Float64Array(ROWS)
  let word = 1
  for (let i = 0; i < ROWS; i++) {
    word = (Math.imul(word ^ (word >>> 15), 0x2c1b_3c6d) + i) | 0
    atMs[i] = i / 40 + (word & 15)
    node[i] = (word >>> 4) & 0xf_ffff
    hops[i] = (word >>> 8) & 31
    delayMs[i] = (word >>> 0) / 65_536
  }
  return { atMs, node, hops, delayMs }
}
