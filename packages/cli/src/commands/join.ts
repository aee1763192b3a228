import type { Joined } from '@torusmesh/node'
import type { Command } from 'commander'
import { newCommand, settingsIn, withExamples, withSettings } from '../command.ts'
import type { Context } from '../context.ts'
import { cellLine } from '../founding.ts'
import { foundingPassphrase, type VaultOptions, withVault } from '../passphrase.ts'
import { print, printJson } from '../render/print.ts'
import { Progress } from '../render/progress.ts'
import { serve } from '../serve.ts'

interface JoinOptions extends VaultOptions {
  readonly enrolOnly?: true
}

type JoinStep = 'keys' | 'dialling' | 'enrolling'

const STEPS: Readonly<Record<JoinStep, string>> = {
  keys: 'making keys',
  dialling: 'calling the inviter',
  enrolling: 'enrolling'
}

export function joinCommand(context: Context): Command {
  const { io, node } = context
  const plain = newCommand('join', "enter a friend's mesh by invite, then run like up")
    .argument('<code>', 'the invite, tm1…')
    .option('--enrol-only', "enrol, but don't run the node")
  const command = withSettings(withVault(plain), node.settings)
  withExamples(command, 'join tm1…', 'join tm1… --preset wan', 'join tm1… --enrol-only --json')
  return command.action(async (code: string, options: JoinOptions) => {
    const homePath = context.homePath(options)
    const flags = settingsIn(options, node.settings)
    const load = () => node.loadConfig(homePath, { env: io.env, flags })
    const { config } = await load()
    const passphrase = await foundingPassphrase(context, homePath, options)
    const progress = new Progress(io)
    const onProgress = (step: JoinStep): void => progress.update(STEPS[step])
    const joined: Joined = await node
      .joinMesh({
        homePath,
        code,
        config,
        nowMs: io.nowMs(),
        onProgress,
        passphrase: passphrase?.slice()
      })
      .finally(() => progress.end())
    const line = cellLine({ ...joined, home: homePath })
    if (!options.enrolOnly) {
      io.stderr.write(`torusmesh: joined. ${line}\n`)
      // Enrolling may have written what the mesh demands.
      const { config } = await load()
      await serve(context, { homePath, config, passphrase: async () => passphrase }, options)
    } else if (options.json) printJson(io, { ...joined, home: homePath })
    else print(io, [line, 'Start it with `torusmesh up`.'])
  })
}
