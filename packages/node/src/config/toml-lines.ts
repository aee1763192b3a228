const HEADER = /^\[\[?\s*([^[\]]+?)\s*\]/
const ASSIGNMENT = /^([^=#]+?)\s*=/

/**
 * The line, from 1, on which each dotted key of a TOML text is set; the parser doesn't tell.
 *
 * Good for messages only: text inside multi-line strings may be taken for a key.
 */
export function keyLines(toml: string): (key: string) => number | undefined {
  const lines = new Map<string, number>()
  let section = ''
  for (const [index, line] of toml.split('\n').entries()) {
    const header = HEADER.exec(line.trim())?.[1]
    const assigned = header === undefined ? ASSIGNMENT.exec(line.trim())?.[1] : undefined
    if (header !== undefined) section = plain(header)
    const key = assigned === undefined ? section : plain(`${section}.${assigned}`)
    if (!lines.has(key)) lines.set(key, index + 1)
  }
  return key => lines.get(key) ?? lines.get(key.split('.')[0]!)
}

function plain(key: string): string {
  return key
    .split('.')
    .map(part => part.trim().replace(/^["']|["']$/g, ''))
    .filter(part => part !== '')
    .join('.')
}
