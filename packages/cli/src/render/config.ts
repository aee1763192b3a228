import type { Explanation } from '@torusmesh/node'
import type { Style } from './style.ts'
import { pairs, table } from './table.ts'

/** Settings as TOML; strings, integers and lists of strings are written like in JSON. */
export function configLines(settings: readonly Explanation[]): string[] {
  const lines: string[] = []
  let section = ''
  for (const { key, value } of settings) {
    const [head, name] = key.split('.') as [string, string?]
    if (name !== undefined && head !== section) {
      section = head
      lines.push('', `[${section}]`)
    }
    lines.push(`${name ?? head} = ${JSON.stringify(value)}`)
  }
  return lines
}

/** @param inFull - with what each setting means and takes */
export function explanationLines(
  settings: readonly Explanation[],
  inFull: boolean,
  style: Style
): string[] {
  if (!inFull) {
    const rows = settings.map(({ key, value, where }) => [key, JSON.stringify(value), where])
    return table(['setting', 'value', 'from'], rows, style.dim)
  }
  return settings.flatMap(({ key, value, where, allowed, help }) =>
    pairs(
      [
        ['setting', { text: key, paint: style.bold }],
        ['value', JSON.stringify(value)],
        ['from', where],
        ['takes', allowed],
        ['means', help]
      ],
      style.dim
    )
  )
}
