import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** What may name a home folder, besides the platform. */
export interface HomeInit {
  /** `--home`. */
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The absolute path of a node's home folder: `--home`, else `TORUSMESH_HOME`, else `torusmesh` in
 * `$XDG_DATA_HOME`, else `~/.local/share/torusmesh`.
 */
export function resolveHome({ flag, env }: HomeInit): string {
  const named = flag || env['TORUSMESH_HOME']
  if (named) return resolve(named)
  const data = env['XDG_DATA_HOME'] ?? ''
  // The XDG base directory specification: relative paths are invalid and to be ignored.
  if (isAbsolute(data)) return join(data, 'torusmesh')
  return join(env['HOME'] || homedir(), '.local', 'share', 'torusmesh')
}
