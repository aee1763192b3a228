import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from './errors.ts'
import { type ConfigInit, type ResolvedConfig, resolveConfig } from './resolve.ts'

/** Name of the configuration file in a home folder. */
export const CONFIG_FILE = 'config.toml'

const MAX_FILE_BYTES = 64 * 1024

/**
 * Resolves the configuration of a home folder; a missing `config.toml` is an empty one.
 *
 * @throws ConfigError
 */
export async function loadConfig(
  home: string,
  given: Pick<ConfigInit, 'env' | 'flags'>
): Promise<ResolvedConfig> {
  const path = join(home, CONFIG_FILE)
  const text = await readIfThere(path)
  return resolveConfig(text === undefined ? given : { ...given, file: { path, text } })
}

async function readIfThere(path: string): Promise<string | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new ConfigError([`${path}: can't be read (${code}); check its permissions`])
  }
  if (bytes.length > MAX_FILE_BYTES) {
    throw new ConfigError([
      `${path}: larger than ${MAX_FILE_BYTES} bytes; remove what isn't needed`
    ])
  }
  return bytes.toString('utf8')
}
