import type { SaidAnswer } from '@torusmesh/node'
import { Argument, Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { confirm } from '../council-words.ts'
import { CliError } from '../errors.ts'
import { connect, type RemoteOptions, remoteCommand } from '../remote.ts'
import { appealLines } from '../render/governance.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'
import { clean } from '../render/text.ts'

interface StepOptions extends RemoteOptions {
  readonly yes?: true
}

/** Submitted by who is affected, reviewed by another member, resolved by a third. */
export function appealCommand(context: Context): Command {
  const parent = new Command('appeal').description(
    'appeal an automated decision, and judge appeals'
  )
  parent.addCommand(listCommand(context), { isDefault: true })
  const submit = step('submit', 'appeal a decision that affects this node')
    .argument('<decision>', "digest of the decision's ledger event")
    .requiredOption('--grounds <text>', 'why')
    .requiredOption(
      '--at <ms>',
      'when it was decided, mesh ms',
      wholeNumber(0, Number.MAX_SAFE_INTEGER)
    )
    .option('--decider <name>', 'whose rule or agent decided', 'agent')
  withExamples(submit, 'appeal submit DIGEST --at 1800000000000 --grounds "…" --yes')
  type Submit = StepOptions & { grounds: string; at: number; decider: string }
  submit.action(async (decision: string, { grounds, at, decider, ...options }: Submit) => {
    await take(context, options, client =>
      client.submitAppeal({ decision, decider, atMs: at, grounds })
    )
  })
  const review = step('review', 'say what you found; you have no part in the matter')
    .argument('<id>', 'how the id of the appeal begins')
    .requiredOption('--text <text>', 'what you found')
  withExamples(review, 'appeal review a9f0 --text "…" --yes')
  review.action(async (word: string, { text, ...options }: StepOptions & { text: string }) => {
    await take(context, options, async client =>
      client.reviewAppeal(await find(client, word), text)
    )
  })
  const resolve = step('resolve', 'decide an appeal that another member reviewed')
    .argument('<id>', 'how the id of the appeal begins')
    .addArgument(new Argument('<outcome>', 'how it ends').choices(['upheld', 'reversed']))
    .requiredOption('--reason <text>', 'why')
  withExamples(resolve, 'appeal resolve a9f0 reversed --reason "…" --yes')
  type Resolve = StepOptions & { reason: string }
  resolve.action(
    async (word: string, outcome: 'upheld' | 'reversed', { reason, ...options }: Resolve) => {
      await take(context, options, async client =>
        client.resolveAppeal(await find(client, word), outcome, reason)
      )
    }
  )
  for (const command of [submit, review, resolve]) parent.addCommand(command)
  return parent
}

function step(name: string, summary: string): Command {
  return remoteCommand(name, summary).option('--yes', 'without being asked again, for scripts')
}

function listCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('list', 'appeals and where they stand')
  withExamples(command, 'appeal', 'appeal --json')
  return command.action(async (options: RemoteOptions) => {
    const client = await connect(context, options)
    const appeals = await client.appeals()
    if (options.json) printJson(io, { appeals })
    else print(io, appealLines(appeals, styleOf(io, io.stdout)))
  })
}

type Client = Awaited<ReturnType<typeof connect>>

async function find(client: Client, word: string): Promise<string> {
  const found = (await client.appeals()).filter(({ id }) => id.startsWith(word))
  if (found.length === 1) return found[0]!.id
  throw new CliError(
    'APPEAL_UNKNOWN',
    `no one appeal begins with ${clean(word)}; see torusmesh appeal`
  )
}

async function take(
  context: Context,
  options: StepOptions,
  say: (client: Client) => Promise<SaidAnswer>
): Promise<void> {
  await confirm(context, 'A step of an appeal', options)
  const said = await say(await connect(context, options))
  if (options.json) printJson(context.io, said)
  else print(context.io, ['Said; it counts once it is ordered.'])
}
