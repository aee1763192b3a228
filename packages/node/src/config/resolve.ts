import { crossCheck } from './cross-check.ts'
import { ConfigError } from './errors.ts'
import { fromEnvironment, fromFile, fromFlags, type Given, type Source } from './given.ts'
import { SETTING_KEYS, SETTINGS } from './settings.ts'
import type { NodeConfig, SettingKey } from './types.ts'

/** The sources of a configuration, all of them optional. */
export interface ConfigInit {
  /** The configuration file, if there is one; `path` is used in messages only. */
  readonly file?: { readonly path: string; readonly text: string }
  /** Environment variables; only `TORUSMESH_*` are looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Text by dotted key, as a command line gives it: `{ 'api.port': '0' }`. */
  readonly flags?: Readonly<Record<string, string>>
}

/** Why a setting has its value. */
export interface Explanation {
  readonly key: SettingKey
  readonly value: string | number | boolean | readonly string[]
  readonly source: Source
  /** `config.toml:12`, `TORUSMESH_API_PORT`, `--api-port`, `preset local` or `default`. */
  readonly where: string
  readonly allowed: string
  readonly help: string
}

/** A configuration and where each of its values came from. */
export interface ResolvedConfig {
  /** Frozen, every value within its range, no two against each other. */
  readonly config: NodeConfig
  /** One entry a setting, in the order of the documentation. */
  explain(): readonly Explanation[]
}

/**
 * Resolves a node's configuration: defaults, then the preset, the file, the environment, flags.
 *
 * @throws ConfigError with every problem found, wrong values that a later source replaces included
 */
export function resolveConfig(init: ConfigInit): ResolvedConfig {
  const gathered = [
    ...(init.file === undefined ? [] : [fromFile(init.file.path, init.file.text)]),
    fromEnvironment(init.env ?? {}),
    fromFlags(init.flags ?? {})
  ]
  const given = gathered.flatMap(part => part.given)
  const problems = gathered.flatMap(part => part.problems).concat(given.flatMap(wrongValue))
  if (problems.length > 0) throw new ConfigError(problems)

  const preset = startValues('local').get('preset')!
  const chosen = given.findLast(({ key }) => key === 'preset')?.raw ?? preset.value
  const explanations = startValues(chosen as NodeConfig['preset'])
  for (const { key, raw, source, where } of given) {
    const value = SETTINGS[key].kind.read(raw)!
    explanations.set(key, { ...explanations.get(key)!, value, source, where })
  }
  const config = assemble(explanations)
  const conflicts = crossCheck(config)
  if (conflicts.length > 0) throw new ConfigError(conflicts)
  const explained = Object.freeze([...explanations.values()])
  return { config, explain: () => explained }
}

function startValues(preset: NodeConfig['preset']): Map<SettingKey, Explanation> {
  const explain = (key: SettingKey): [SettingKey, Explanation] => {
    const { help, kind, default: fallback, presets } = SETTINGS[key]
    const common = { key, help, allowed: kind.allowed }
    const value = presets?.[preset]
    return value === undefined
      ? [key, { ...common, value: fallback, source: 'default', where: 'default' }]
      : [key, { ...common, value, source: 'preset', where: `preset ${preset}` }]
  }
  return new Map(SETTING_KEYS.map(explain))
}

function wrongValue({ key, raw, where }: Given): string[] {
  const { kind } = SETTINGS[key]
  if (kind.read(raw) !== undefined) return []
  const shown = (JSON.stringify(raw) ?? String(raw)).slice(0, 80)
  return [`${where}: ${key} = ${shown} is not ${kind.allowed}; correct it or leave it out`]
}

function assemble(explanations: ReadonlyMap<SettingKey, Explanation>): NodeConfig {
  const config: Record<string, unknown> = {}
  for (const { key, value } of explanations.values()) {
    const [section, name] = key.split('.') as [string, string?]
    const held = Array.isArray(value) ? Object.freeze([...value]) : value
    if (name === undefined) config[section] = held
    else config[section] = { ...(config[section] as object), [name]: held }
  }
  for (const section of Object.values(config)) Object.freeze(section)
  return Object.freeze(config) as unknown as NodeConfig
}
