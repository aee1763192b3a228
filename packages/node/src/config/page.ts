import { environmentName, flagName, SETTING_KEYS, SETTINGS } from './settings.ts'
import type { SettingKey } from './types.ts'

/** docs/config.md: every setting with its range, defaults and names. */
export function configPage(): string {
  const sections = Map.groupBy(SETTING_KEYS, key => (key.includes('.') ? key.split('.')[0]! : ''))
  const parts = [...sections].map(([section, keys]) => {
    const title = section === '' ? '## Top level' : `## [${section}]`
    return [title, '', HEADER, RULER, ...keys.map(row)].join('\n')
  })
  return `${INTRODUCTION}\n${parts.join('\n\n')}\n`
}

const HEADER = '| key | allowed | default | environment | meaning |'
const RULER = '| --- | --- | --- | --- | --- |'

function row(key: SettingKey): string {
  const { kind, help } = SETTINGS[key]
  const cells = [`\`${key}\``, kind.allowed, defaults(key), `\`${environmentName(key)}\``, help]
  return `| ${cells.join(' | ')} |`
}

function defaults(key: SettingKey): string {
  const { default: fallback, presets = {} } = SETTINGS[key]
  const show = (value: unknown): string => `\`${JSON.stringify(value)}\``
  const others = Object.entries(presets).map(([preset, value]) => `${preset}: ${show(value)}`)
  return [show(fallback), ...others].join('<br>')
}

const INTRODUCTION = `# Configuration

A node reads \`config.toml\` in its home folder: \`--home\`, else \`TORUSMESH_HOME\`, else
\`$XDG_DATA_HOME/torusmesh\`, else \`~/.local/share/torusmesh\`. Nothing needs to be set.

A value comes from the last of these that names it: the default, the preset, the file, the
environment, a flag (\`${flagName('api.port')} 0\` sets \`api.port\`). \`torusmesh config explain\` shows
which one it was. Unknown keys and values out of range are errors (\`CONFIG_INVALID\`) that name the
file, the line and the nearest allowed key; environment variables that are no setting are ignored.

\`\`\`toml
env = "beta"
preset = "wan"

[listen]
announce = ["/dns4/node.example.org/tcp/4801"]

[overlay]
maxLinks = 24
\`\`\`
`
