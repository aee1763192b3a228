import { parse, TomlError, type TomlTable } from 'smol-toml'
import { ConfigError } from './errors.ts'
import { nearest } from './nearest.ts'
import { environmentName, flagName, SETTING_KEYS, SETTINGS } from './settings.ts'
import { keyLines } from './toml-lines.ts'
import type { SettingKey } from './types.ts'

/** Where a value came from; later ones win. */
export type Source = 'default' | 'preset' | 'file' | 'environment' | 'flag'

/** A value somebody gave for a setting, not yet checked. */
export interface Given {
  readonly key: SettingKey
  readonly raw: unknown
  readonly source: Source
  /** `config.toml:12`, `TORUSMESH_API_PORT` or `--api-port`. */
  readonly where: string
}

/** Values and the lines about what could not be understood. */
export interface Gathered {
  readonly given: readonly Given[]
  readonly problems: readonly string[]
}

/**
 * @param path - how to name the file in messages
 * @throws ConfigError when the text is not TOML
 */
export function fromFile(path: string, toml: string): Gathered {
  const lineOf = keyLines(toml)
  const at = (key: string): string => `${path}:${lineOf(key) ?? 1}`
  const given: Given[] = []
  const problems: string[] = []
  const take = (key: string, raw: unknown): void => {
    if (isKey(key)) given.push({ key, raw, source: 'file', where: at(key) })
    else problems.push(`${at(key)}: ${unknown(key)}`)
  }
  for (const [name, value] of Object.entries(parseToml(path, toml))) {
    if (!isTable(value) || isKey(name)) take(name, value)
    else if (Object.keys(value).length === 0 && !isSection(name)) take(name, value)
    else for (const [key, raw] of Object.entries(value)) take(`${name}.${key}`, raw)
  }
  return { given, problems }
}

/**
 * Values of `TORUSMESH_*` variables. Names that are no setting are passed over: an orchestrator
 * injects some of its own (`TORUSMESH_SERVICE_HOST`).
 */
export function fromEnvironment(env: Readonly<Record<string, string | undefined>>): Gathered {
  const given: Given[] = []
  for (const key of SETTING_KEYS) {
    const where = environmentName(key)
    const value = env[where]
    if (value === undefined || value === '') continue
    given.push({ key, raw: SETTINGS[key].kind.fromText(value), source: 'environment', where })
  }
  return { given, problems: [] }
}

/** @param flags - text by dotted key */
export function fromFlags(flags: Readonly<Record<string, string>>): Gathered {
  const given: Given[] = []
  const problems: string[] = []
  for (const [key, value] of Object.entries(flags)) {
    if (!isKey(key)) problems.push(unknown(key))
    else {
      const raw = SETTINGS[key].kind.fromText(value)
      given.push({ key, raw, source: 'flag', where: flagName(key) })
    }
  }
  return { given, problems }
}

function parseToml(path: string, toml: string): TomlTable {
  try {
    return parse(toml, { maxDepth: 8, unsafeKeyBehaviour: 'throw' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const reason = error.message.split('\n')[0]!.replace(/^Invalid TOML document: /, '')
    throw new ConfigError([`${path}:${error.line}: not valid TOML (${reason}); correct that line`])
  }
}

function unknown(key: string): string {
  const shown = JSON.stringify(key.slice(0, 64)).slice(1, -1)
  const near = nearest(key, SETTING_KEYS)
  if (near !== undefined) return `unknown key ${shown}; the nearest allowed key is ${near}`
  const section = key.split('.')[0]!
  const allowed = SETTING_KEYS.filter(known => known.startsWith(`${section}.`))
  return `unknown key ${shown}; allowed are ${(allowed.length > 0 ? allowed : SETTING_KEYS).join(', ')}`
}

function isKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}

function isSection(name: string): boolean {
  return SETTING_KEYS.some(key => key.startsWith(`${name}.`))
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
