import type { WantedAction } from '@torusmesh/node'
import { Command } from 'commander'
import { parseDuration, wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { confirm, isDecided, waitFor } from '../council-words.ts'
import { CliError } from '../errors.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { proposalDetailLines } from '../render/governance.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

interface ProposeOptions extends RemoteOptions {
  readonly title?: string
  readonly why: string
  readonly rollback: string
  readonly yes?: true
  readonly wait?: true
}

const value = wholeNumber(0, Number.MAX_SAFE_INTEGER)
/** An emergency lasts a day at most. */
const LASTS_MS = 3_600_000

export function proposeCommand(context: Context): Command {
  const parent = new Command('propose').description(
    'propose a change; the node adds its simulation, the weights and the policy'
  )
  const add = (command: Command): void => {
    parent.addCommand(command)
  }
  add(
    kind('parameter', 'change a parameter of the network', 'propose parameter gossip.fanout 8')
      .argument('<name>', 'the parameter; torusmesh policy lists them')
      .argument('<value>', 'what it shall be', value)
      .action((parameter: string, to: number, options: ProposeOptions) =>
        propose(context, { kind: 'set-parameter', parameter, to }, `${parameter} to ${to}`, options)
      )
  )
  add(
    kind('validators', 'change who votes', 'propose validators --remove MEMBER')
      .option('--add <member...>', 'member ids')
      .option('--remove <member...>', 'member ids')
      .action((options: ProposeOptions & { add?: string[]; remove?: string[] }) => {
        const { add: come = [], remove = [] } = options
        const title = `validators: ${come.length} come, ${remove.length} go`
        return propose(context, { kind: 'set-validators', add: come, remove }, title, options)
      })
  )
  add(
    kind('upgrade', 'release a version', 'propose upgrade DIGEST')
      .argument('<manifest>', 'digest of the manifest')
      .action((manifest: string, options: ProposeOptions) =>
        propose(context, { kind: 'upgrade', manifest }, 'an upgrade', options)
      )
  )
  add(
    kind('policy', 'change the rules of governance', 'propose policy policy.json')
      .argument('<file>', 'JSON of the whole policy, as torusmesh policy --json prints it')
      .action(async (path: string, options: ProposeOptions) => {
        const policy = parsePolicy(path, await context.io.readFile(path))
        await propose(context, { kind: 'set-policy', policy }, 'a new policy', options)
      })
  )
  add(
    kind('spend', 'spend from an account', 'propose spend fund 5')
      .argument('<account>', 'name of the account')
      .argument('<amount>', 'how much', value)
      .action((account: string, amount: number, options: ProposeOptions) =>
        propose(context, { kind: 'spend', account, amount }, `${amount} from ${account}`, options)
      )
  )
  emergencies(context, add)
  return parent
}

/** They restrict, act on approvals alone and end by themselves. */
function emergencies(context: Context, add: (command: Command) => void): void {
  const lasting = (command: Command): Command =>
    command.option('--for <time>', 'mesh time it lasts, 24h at most', parseDuration, LASTS_MS)
  type Lasting = ProposeOptions & { readonly for: number }
  add(
    lasting(kind('pause', 'emergency: stop a service', 'propose pause join --for 2h'))
      .argument('<service>', 'join or relay')
      .action((service: string, options: Lasting) => {
        const action = { kind: 'pause', service, lastsMs: options.for } as const
        return propose(context, action, `pause ${service}`, options)
      })
  )
  add(
    lasting(kind('quarantine', 'emergency: shut a member out', 'propose quarantine MEMBER'))
      .argument('<member>', 'member id')
      .action((member: string, options: Lasting) => {
        const action = { kind: 'quarantine', member, lastsMs: options.for } as const
        return propose(context, action, `quarantine ${member.slice(0, 12)}`, options)
      })
  )
  add(
    lasting(
      kind('limit', 'emergency: lower a parameter', 'propose limit limits.message-bytes 65536')
    )
      .argument('<name>', 'the parameter')
      .argument('<value>', 'what it shall be', value)
      .action((parameter: string, to: number, options: Lasting) => {
        const action = { kind: 'lower-limit', parameter, to, lastsMs: options.for } as const
        return propose(context, action, `${parameter} down to ${to}`, options)
      })
  )
}

function kind(name: string, summary: string, example: string): Command {
  const command = remoteCommand(name, summary)
    .option('--title <text>', 'in a line (default: what it does)')
    .requiredOption('--why <text>', 'the impact, for those who vote')
    .requiredOption('--rollback <text>', 'how to go back')
    .option('--yes', 'without being asked again, for scripts')
    .option('--wait', 'until it is decided')
  return withExamples(command, `${example} --why "…" --rollback "…"`)
}

function parsePolicy(path: string, text: string): unknown {
  try {
    const read = JSON.parse(text)
    return read?.policy ?? read
  } catch {
    throw new CliError('FILE_UNREADABLE', `${path} is no JSON; begin with torusmesh policy --json`)
  }
}

async function propose(
  context: Context,
  action: WantedAction,
  title: string,
  options: ProposeOptions
): Promise<void> {
  const { io } = context
  const { why, rollback } = options
  await confirm(context, `A proposal (${options.title ?? title}) starts a cooldown, which`, options)
  const client = await connect(context, options)
  const wanted = { title: options.title ?? title, action, summary: why, rollback }
  const { id } = await client.propose(wanted)
  const proposal = await waitFor(context, client, id, each => !options.wait || isDecided(each))
  if (options.json) printJson(io, proposal)
  else {
    const style = styleOf(io, io.stdout)
    print(io, proposalDetailLines(proposal, await client.council(), style))
  }
}
