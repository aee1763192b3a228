import { broadcast } from '../../src/gossip/index.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

/** For worker threads of tests. */
export function findScenario(name: string): Scenario | undefined {
  return name === broadcast.name ? broadcast : undefined
}
