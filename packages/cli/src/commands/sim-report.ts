import { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { print, printJson } from '../render/print.ts'
import { plural } from '../render/text.ts'

export function simReportCommand({ io, sim }: Context): Command {
  const command = new Command('report')
    .description('figures, tables and a notebook for a results folder')
    .option('--json', 'print JSON for programs')
    .argument('<folder>', 'results/<hash>')
  withExamples(command, 'sim report results/0123456789abcdef')
  return command.action(async (folder: string, { json }: { json?: true }) => {
    const { writeReport } = await sim()
    const report = await writeReport(folder)
    if (json) printJson(io, report)
    else {
      const what = `${plural(report.runs, 'run')}, ${plural(report.figures, 'figure')}`
      print(io, [`${report.path}: ${what}`])
    }
  })
}
