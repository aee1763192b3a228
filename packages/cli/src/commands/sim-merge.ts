import { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { print, printJson } from '../render/print.ts'
import { Progress } from '../render/progress.ts'
import { sweepLines } from '../render/sim-results.ts'
import { styleOf } from '../render/style.ts'

export function simMergeCommand({ io, sim }: Context): Command {
  const command = new Command('merge')
    .description('one results folder of the folders of all shards')
    .option('--json', 'print JSON for programs')
    .argument('<folder...>', 'of `sim sweep --shard`, all of them')
    .option('--out <dir>', 'where results folders go', 'results')
  withExamples(command, 'sim merge shards/0 shards/1 shards/2')
  return command.action(
    async (folders: readonly string[], { out, json }: { out: string; json?: true }) => {
      const { mergeShards, writeReport } = await sim()
      const progress = new Progress(io)
      const { folder } = await mergeShards(folders, out, ({ done, of }) =>
        progress.update('merging', done, of)
      ).finally(() => progress.end())
      const { path, runs } = await writeReport(folder)
      const none = { found: 0, failed: 0, failures: [] }
      const facts = { runs, done: runs, ...none, folder, report: path }
      if (json) printJson(io, facts)
      else print(io, sweepLines(facts, styleOf(io, io.stdout)))
    }
  )
}
