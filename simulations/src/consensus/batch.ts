import { resolveSpec } from '../scenario/resolve.ts'
import { runScenario } from '../scenario/run.ts'

const DAY_MS = 86_400_000
/** Nodes of one run: about 7,100 scenarios. */
const NODES = 32_768

/** What a batch of runs of `consensus-adversarial` came to. */
export interface BatchReport {
  /** One scenario: one drawn cluster through its safety and its liveness phase. */
  readonly scenarios: number
  readonly violations: number
  readonly deliveries: number
  /** Wall time with everything: building, threads, verdicts. */
  readonly wallMs: number
  readonly scenariosPerDay: number
}

export interface BatchInit {
  readonly firstSeed: number
  readonly runs: number
  readonly workers: number
  /** Called now and then for the wall time, ms. */
  readonly nowMs: () => number
}

/** Runs seeds one after the other, each on all workers, and says how many scenarios that is a day. */
export async function runBatch({
  firstSeed,
  runs,
  workers,
  nowMs
}: BatchInit): Promise<BatchReport> {
  let scenarios = 0
  let violations = 0
  let deliveries = 0
  const startMs = nowMs()
  for (let run = 0; run < runs; run++) {
    const seed = firstSeed + run
    const spec = resolveSpec({ scenario: 'consensus-adversarial', nodes: NODES, seed })
    const { summary } = await runScenario(spec, { workers })
    const ran = summary.measures['scenarios'] ?? 0
    scenarios += ran
    violations += summary.violations
    deliveries += Math.round((summary.measures['deliveriesPerScenario'] ?? 0) * ran)
  }
  const wallMs = nowMs() - startMs
  const scenariosPerDay = wallMs > 0 ? Math.round((scenarios / wallMs) * DAY_MS) : 0
  return { scenarios, violations, deliveries, wallMs, scenariosPerDay }
}
