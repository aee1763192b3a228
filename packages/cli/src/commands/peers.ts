import type { Command } from 'commander'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { linkLines, memberLines } from '../render/peers.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

interface PeersOptions extends RemoteOptions {
  readonly all?: true
}

export function peersCommand(context: Context): Command {
  const command = remoteCommand('peers', 'the nodes this one has links to').option(
    '--all',
    'every member of the mesh instead, as far as this node knows'
  )
  withExamples(command, 'peers', 'peers --all --json')
  return command.action(async (options: PeersOptions) => {
    const { io } = context
    const client = await connect(context, options)
    const style = styleOf(io, io.stdout)
    if (options.all) {
      const members = await client.nodes()
      if (options.json) printJson(io, { members })
      else print(io, memberLines(members, style))
    } else {
      const { links } = await client.mesh()
      if (options.json) printJson(io, { links })
      else print(io, linkLines(links, io.nowMs(), style))
    }
  })
}
