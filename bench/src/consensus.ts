import { decisionRows } from './consensus-decision.ts'
import { harnessRows } from './consensus-harness.ts'
import { retallyRows } from './consensus-retally.ts'
import type { Row } from './row.ts'

/** The goals of the consensus package, about six minutes; CPU time of this process, one core. */
export async function consensusRows(): Promise<Row[]> {
  return [...(await decisionRows()), ...(await harnessRows()), ...(await retallyRows())]
}
