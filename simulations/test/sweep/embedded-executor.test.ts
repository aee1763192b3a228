import { embeddedExecutor } from '../../src/sweep/embedded-executor.ts'
import { describeExecutor } from './compliance/executor.ts'
import { RUN_MODULE } from './support/plans.ts'

describeExecutor('threads of this process', () => ({
  executor: embeddedExecutor({ threads: 2, runModule: RUN_MODULE }),
  mostOpen: 2
}))
