import type { Command } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** A command by its path, `ledger verify`, with the words that may follow. */
interface Completion {
  readonly path: readonly string[]
  readonly commands: readonly Command[]
  readonly flags: readonly { readonly flag: string; readonly help: string }[]
}

/** A script that completes the words of `program`. */
export function completionScript(shell: Shell, program: Command): string {
  const completions = completionsOf(program, [])
  switch (shell) {
    case 'bash':
      return bashScript(completions)
    case 'zsh':
      return `autoload -U +X bashcompinit && bashcompinit\n${bashScript(completions)}`
    case 'fish':
      return fishScript(completions)
    default:
      return shell satisfies never
  }
}

function completionsOf(command: Command, path: readonly string[]): Completion[] {
  const flags = command.options.flatMap(({ long, description }) =>
    long ? [{ flag: long, help: description }] : []
  )
  return [
    { path, commands: command.commands, flags },
    ...command.commands.flatMap(child => completionsOf(child, [...path, child.name()]))
  ]
}

function bashScript(completions: readonly Completion[]): string {
  const paths = completions.filter(({ path }) => path.length > 0)
  const cases = completions.map(({ path, commands, flags }) => {
    const words = [
      ...commands.map(child => child.name()),
      ...flags.map(({ flag }) => flag),
      '--help'
    ]
    return `    '${path.join(' ')}') words='${words.join(' ')}' ;;\n`
  })
  return `_torusmesh() {
  local path='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${paths.map(({ path }) => `'${path.join(' ')}'`).join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('')}  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _torusmesh torusmesh
`
}

function fishScript(completions: readonly Completion[]): string {
  const lines = completions.flatMap(({ path, commands, flags }) => {
    const names = commands.map(child => child.name())
    const seen = path.map(word => `__fish_seen_subcommand_from ${word}`)
    const here = names.length > 0 ? [`not __fish_seen_subcommand_from ${names.join(' ')}`] : []
    const when = `complete -c torusmesh -n '${[...seen, ...here].join('; and ')}'`
    return [
      ...commands.map(child => `${when} -f -a ${child.name()} -d ${quote(child.description())}`),
      ...flags.map(({ flag, help }) => `${when} -l ${flag.slice(2)} -d ${quote(help)}`)
    ]
  })
  return `${lines.join('\n')}\n`
}

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`
}
