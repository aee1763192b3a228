import type { RunningNode } from '@torusmesh/node'
import type { CommonOptions } from './command.ts'
import type { Context } from './context.ts'
import { interrupted } from './io.ts'
import type { RunInit } from './node-port.ts'
import { LiveRegion } from './render/live-region.ts'
import { print, printJson } from './render/print.ts'
import { Progress } from './render/progress.ts'
import { statusLine } from './render/status.ts'
import { type Style, styleOf } from './render/style.ts'
import { pairs } from './render/table.ts'
import { cellName } from './render/text.ts'

/** On a terminal the line is redrawn; elsewhere a new one each minute is enough. */
const REDRAW_MS = 1_000
const REPEAT_MS = 60_000

/** Runs a home's node in the foreground until it is interrupted. */
export async function serve(
  context: Context,
  init: Omit<RunInit, 'log'>,
  { json }: CommonOptions
): Promise<void> {
  const { io, node } = context
  const region = new LiveRegion(io.stdout)
  // On a terminal, log lines and the status line share the screen.
  const sharesScreen = io.stdout.isTTY && io.stderr.isTTY
  const write = (line: string): void => {
    if (sharesScreen) region.above(line)
    else io.stderr.write(line)
  }
  const stop = interrupted(io)
  const running = await node.runNode({ ...init, log: { write } })
  const started = startedOf(running, init.homePath)
  if (json) printJson(io, started)
  else print(io, startedLines(started, styleOf(io, io.stdout)))
  const quiet = json ? () => {} : repeatStatus(context, running, region)
  await stop
  quiet()
  const progress = new Progress(io)
  progress.update('leaving the mesh')
  await running.stop().finally(() => progress.end())
}

/** What `up --json` and `join --json` print once the node runs. */
interface Started {
  readonly api: string
  readonly network: string
  readonly member: string
  readonly peer: string
  readonly cell: number
  readonly coordinates: readonly number[]
  readonly addresses: readonly string[]
  readonly home: string
}

function startedOf({ apiUrl, view }: RunningNode, home: string): Started {
  const { network, self } = view.mesh()
  const { member, peer, cell, coordinates, addresses } = self
  return { api: apiUrl, network, member, peer, cell, coordinates, addresses, home }
}

function startedLines(started: Started, style: Style): string[] {
  const { api, network, member, cell, coordinates, addresses, home } = started
  return [
    ...pairs(
      [
        ['api', { text: api, paint: style.bold }],
        ['mesh', `${network}, this node in cell ${cellName(cell, coordinates)}`],
        ['node', member],
        ['address', addresses.join(' ')],
        ['home', home]
      ],
      style.dim
    ),
    'Ctrl-C stops it; `torusmesh status` in another terminal shows more.'
  ]
}

function repeatStatus({ io }: Context, { view }: RunningNode, region: LiveRegion): () => void {
  const line = (): string => statusLine(view.mesh(), view.ledger(), view.readiness())
  if (!io.stdout.isTTY) return io.every(REPEAT_MS, () => print(io, [line()]))
  const stop = io.every(REDRAW_MS, () => region.draw([line()]))
  return () => {
    stop()
    region.release()
  }
}
