import { Command } from 'commander'
import { appealCommand } from './commands/appeal.ts'
import { approveCommand } from './commands/approve.ts'
import { completionCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { cancelCommand, objectCommand } from './commands/council-words.ts'
import { deferCommand } from './commands/defer.ts'
import { demoCommand } from './commands/demo.ts'
import { denyCommand } from './commands/deny.ts'
import {
  decisionsCommand,
  noticesCommand,
  policyCommand,
  weightCommand
} from './commands/governance-views.ts'
import { healthCommand } from './commands/health.ts'
import { initCommand } from './commands/init.ts'
import { inviteCommand } from './commands/invite.ts'
import { joinCommand } from './commands/join.ts'
import { ledgerCommand } from './commands/ledger.ts'
import { operatorCommand } from './commands/operator.ts'
import { peersCommand } from './commands/peers.ts'
import { proposalsCommand } from './commands/proposals.ts'
import { proposeCommand } from './commands/propose.ts'
import { simCommand } from './commands/sim.ts'
import { statusCommand } from './commands/status.ts'
import { upCommand } from './commands/up.ts'
import { vaultCommand } from './commands/vault.ts'
import { voteCommand } from './commands/vote.ts'
import type { Context } from './context.ts'
import { styleOf } from './render/style.ts'

/** The whole command line. Nothing runs before `parseAsync`. */
export function createProgram(context: Context, version: string): Command {
  const program = new Command('torusmesh')
    .description('A peer-to-peer mesh for people who run nodes.')
    .version(version, '--version', 'print the version')
    .addHelpText('after', AFTER_HELP)
  program.commandsGroup('Try it:')
  program.addCommand(demoCommand(context))
  program.commandsGroup('Run a node:')
  for (const create of [upCommand, initCommand, joinCommand, inviteCommand]) {
    program.addCommand(create(context))
  }
  program.commandsGroup('Keep its keys:')
  program.addCommand(vaultCommand(context))
  program.commandsGroup('Look at it:')
  for (const create of [statusCommand, peersCommand, healthCommand, ledgerCommand]) {
    program.addCommand(create(context))
  }
  program.commandsGroup('Keep services alive:')
  for (const create of [operatorCommand, approveCommand, denyCommand, deferCommand]) {
    program.addCommand(create(context))
  }
  program.commandsGroup('Decide together:')
  for (const create of [proposalsCommand, proposeCommand, voteCommand, objectCommand]) {
    program.addCommand(create(context))
  }
  for (const create of [cancelCommand, appealCommand, weightCommand, policyCommand]) {
    program.addCommand(create(context))
  }
  for (const create of [decisionsCommand, noticesCommand]) program.addCommand(create(context))
  program.commandsGroup('Simulate it:')
  program.addCommand(simCommand(context))
  program.commandsGroup('Set it up:')
  program.addCommand(configCommand(context))
  program.addCommand(completionCommand(context, () => program))
  program.helpCommand('help [command]', 'help for a command')
  attach(program, context)
  return program
}

const AFTER_HELP = `
Exit codes:
  0  done
  1  failed; standard error says why and what to do next
  2  wrong usage
  3  verification failed: a ledger, proof or run is not what it claims to be
  4  a simulation violated a property`

/** Ties a command and those below it to the injected streams. */
function attach(command: Command, context: Context): void {
  const { stdout, stderr } = context.io
  command
    .exitOverride()
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ styleTitle: text => styleOf(context.io, stdout).bold(text) })
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
      getOutHelpWidth: () => (stdout.isTTY ? stdout.columns : 80),
      getErrHelpWidth: () => (stderr.isTTY ? stderr.columns : 80),
      getOutHasColors: () => true,
      getErrHasColors: () => false,
      // Errors are reported in one place, in one form.
      outputError: () => {}
    })
  for (const child of command.commands) attach(child, context)
}
