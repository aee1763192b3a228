import { Argument, Command } from 'commander'
import { completionScript, SHELLS, type Shell } from '../completion-script.ts'
import type { Context } from '../context.ts'

/** @param program - called once all commands are there */
export function completionCommand({ io }: Context, program: () => Command): Command {
  return new Command('completion')
    .description('a script that completes commands and options in your shell')
    .addArgument(new Argument('<shell>', 'which one').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(torusmesh completion bash)
  $ torusmesh completion zsh >> ~/.zshrc
  $ torusmesh completion fish > ~/.config/fish/completions/torusmesh.fish`
    )
    .action((shell: Shell) => {
      io.stdout.write(completionScript(shell, program()))
    })
}
