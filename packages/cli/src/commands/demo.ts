import type { DemoSummary, NodeConfig } from '@torusmesh/node'
import type { LatencySpec } from '@torusmesh/simulations'
import { type Command, InvalidArgumentError } from 'commander'
import { parseDuration, wholeNumber } from '../arguments.ts'
import {
  type CommonOptions,
  newCommand,
  settingsIn,
  withExamples,
  withSettings
} from '../command.ts'
import type { Context } from '../context.ts'
import { DemoScreen } from '../demo-screen.ts'
import { CliError } from '../errors.ts'
import { ExitCode } from '../exit-code.ts'
import { summaryLines } from '../render/demo-summary.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

interface DemoOptions extends CommonOptions {
  readonly nodes: number
  readonly duration?: number
  readonly kill: number
  readonly latency?: LatencySpec
}

const DEFAULT_NODES = 8
/** As many as one process carries. */
const MAX_NODES = 4_096

export function demoCommand(context: Context): Command {
  const { node } = context
  const command = withSettings(
    newCommand('demo', 'a whole mesh of real hosts on this machine')
      .option('--nodes <n>', 'hosts to start', wholeNumber(1, MAX_NODES), DEFAULT_NODES)
      .option('--duration <time>', 'stop after 20, 20s, 5m … (default: at Ctrl-C)', parseDuration)
      .option('--kill <n>', 'hosts to kill once all run', wholeNumber(0, MAX_NODES), 0)
      .option(
        '--latency <delays>',
        'one-way delays between hosts: ms, lognormal:MEDIAN_MS, aws33 (default: none)',
        parseLatency
      ),
    node.settings
  )
  // Here a folder is kept only when asked for: the node's own home stays out of it.
  command.options.find(({ long }) => long === '--home')!.description =
    "keep the hosts' folders in here (default: temporary)"
  withExamples(command, 'demo', 'demo --nodes 512', 'demo --nodes 27 --kill 3 --duration 1m --json')
  return command.action((options: DemoOptions) => runDemo(context, options))
}

async function runDemo(context: Context, options: DemoOptions): Promise<void> {
  const { io, node } = context
  const homePath = options.home === undefined ? undefined : context.homePath(options)
  const config = await demoConfig(context, homePath, settingsIn(options, node.settings))
  const stop = new AbortController()
  const screen = new DemoScreen(io, options.json === true)
  const unhear = io.onInterrupt(() => {
    stop.abort()
    screen.write('torusmesh: stopping; Ctrl-C again ends at once\n')
  })
  const oneWayMs = await delaysOf(context, options)
  let summary: DemoSummary
  try {
    summary = await node.runDemo({
      nodes: options.nodes,
      ...(options.duration !== undefined && { durationS: options.duration / 1_000 }),
      kill: options.kill,
      ...(oneWayMs !== undefined && { oneWayMs }),
      ...(homePath !== undefined && { homePath }),
      config,
      log: screen,
      signal: stop.signal,
      onProgress: (phase, done, of) => screen.progress(phase, done, of),
      onReady: mesh => screen.ready(mesh)
    })
  } catch (error) {
    if (!stop.signal.aborted || screen.isReady) throw error
    throw new CliError('CANCELLED', 'stopped before the mesh was up; nothing is left running')
  } finally {
    screen.close()
    unhear()
  }
  if (options.json) printJson(io, summary)
  else print(io, summaryLines(summary, styleOf(io, io.stdout)))
  if (!summary.ledger.verified) context.exitCode = ExitCode.unverified
}

const MAX_LATENCY_MS = 1_000
/** Of lognormal delays; as in the simulator's broadcasts. */
const SIGMA_PERMILLE = 600

/**
 * Reads `50`, `lognormal:60`, `aws33`.
 *
 * @throws InvalidArgumentError
 */
function parseLatency(text: string): LatencySpec {
  if (text === 'aws33') return { model: 'aws33' }
  const [, model, digits] = /^(lognormal:)?(\d{1,5})$/.exec(text) ?? []
  const ms = Number(digits)
  if (digits === undefined || ms > MAX_LATENCY_MS) {
    throw new InvalidArgumentError(
      `give ms up to ${MAX_LATENCY_MS}, lognormal:MEDIAN_MS such as lognormal:60, or aws33`
    )
  }
  if (model === undefined) return { model: 'constant', oneWayMs: ms }
  return { model: 'lognormal', medianMs: ms, sigmaPermille: SIGMA_PERMILLE }
}

/** Delays of the simulator's broadcast scenario under its default seed. */
async function delaysOf(
  { sim }: Context,
  { nodes, latency }: DemoOptions
): Promise<Float32Array | undefined> {
  if (latency === undefined) return undefined
  const { pairDelaysMs } = await sim()
  const network = { latency, jitterSigmaPermille: 0 }
  return pairDelaysMs({ scenario: 'broadcast', network, seed: 1, nodes })
}

/** What suits many hosts on one machine better than a node's own defaults. */
const DEMO_FLAGS = {
  'listen.address': '/ip4/127.0.0.1/tcp/0',
  'api.port': '0',
  'log.level': 'warn'
} as const

/** The demo's settings: those above give way to whatever somebody set. */
async function demoConfig(
  { io, node }: Context,
  homePath: string | undefined,
  flags: Readonly<Record<string, string>>
): Promise<NodeConfig> {
  const { explain } = await node.loadConfig(homePath, { env: io.env, flags })
  const settled = explain().filter(({ source }) => source !== 'default' && source !== 'preset')
  const keys = new Set<string>(settled.map(({ key }) => key))
  const defaults = Object.entries(DEMO_FLAGS).filter(([key]) => !keys.has(key))
  const all = { ...Object.fromEntries(defaults), ...flags }
  return (await node.loadConfig(homePath, { env: io.env, flags: all })).config
}
