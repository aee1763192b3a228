import { Command } from 'commander'
import type { Context } from '../context.ts'
import { simListCommand } from './sim-list.ts'
import { simMergeCommand } from './sim-merge.ts'
import { simReplayCommand } from './sim-replay.ts'
import { simReportCommand } from './sim-report.ts'
import { simReproduceCommand } from './sim-reproduce.ts'
import { simRunCommand } from './sim-run.ts'
import { simSwarmCommand } from './sim-swarm.ts'
import { simSweepCommand } from './sim-sweep.ts'
import { simWorkerCommand } from './sim-worker.ts'

export function simCommand(context: Context): Command {
  return new Command('sim')
    .description('large meshes in virtual time, repeatable from a seed; alone, a small run')
    .addCommand(simListCommand(context))
    .addCommand(simRunCommand(context), { isDefault: true })
    .addCommand(simSweepCommand(context))
    .addCommand(simSwarmCommand(context))
    .addCommand(simReplayCommand(context))
    .addCommand(simReportCommand(context))
    .addCommand(simReproduceCommand(context))
    .addCommand(simMergeCommand(context))
    .addCommand(simWorkerCommand(context))
}
