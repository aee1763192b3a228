/** Commands that run hosts; the others end before memory matters. */
const HOSTING: ReadonlySet<string | undefined> = new Set(['demo', 'up'])

/**
 * Half of V8's young generation, MiB a thread: of its own accord it takes 64. A mesh of 512 hosts is as
 * fast with 16 as with 32.
 */
const SEMI_SPACE_FLAG = '--max-semi-space-size'
const SEMI_SPACE_MB = 16
/** glibc keeps a heap for every thread that allocates, and gives little back: 150 MB at 512 hosts. */
const ARENAS_VARIABLE = 'MALLOC_ARENA_MAX'
const ARENAS = '2'

/** What of a process decides whether and how it starts anew. */
export interface RestartInput {
  /** Node, its script, and the script's own arguments. */
  readonly argv: readonly string[]
  readonly execPath: string
  readonly execArgv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: string
}

/** @returns the program's arguments and environment for a start with less memory; `undefined`: stay */
export function leanRestart(
  input: RestartInput
): { readonly argv: string[]; readonly env: Record<string, string> } | undefined {
  const { argv, execPath, execArgv, env, platform } = input
  if (platform !== 'linux' || !HOSTING.has(argv[2]) || env[ARENAS_VARIABLE] !== undefined) {
    return undefined
  }
  const given = execArgv.some(flag => flag.startsWith(SEMI_SPACE_FLAG))
  const flags = given ? execArgv : [`${SEMI_SPACE_FLAG}=${SEMI_SPACE_MB}`, ...execArgv]
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined
  )
  return {
    argv: [execPath, ...flags, ...argv.slice(1)],
    env: { ...Object.fromEntries(kept), [ARENAS_VARIABLE]: ARENAS }
  }
}
