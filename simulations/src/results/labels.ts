import { isPlainObject } from './json.ts'

/** A figure's name for people: `detectionP99Ms` is Detection p99, in ms. */
export interface Label {
  readonly text: string
  readonly unit: string | undefined
}

const UNITS: ReadonlyArray<readonly [suffix: RegExp, unit: string]> = [
  [/Ms$/, 'ms'],
  [/Us$/, 'µs'],
  [/Kbps$/, 'kbit/s'],
  [/Permille$/, '‰'],
  [/Percent$/, '%'],
  [/Ppm$/, 'ppm'],
  [/Bytes$/, 'bytes'],
  [/Hops$/, 'hops']
]
const MAX_LABEL_CHARS = 60

export function labelOf(name: string): Label {
  if (name === 'permille') return { text: '', unit: '‰' }
  const known = UNITS.find(([suffix]) => suffix.test(name))
  const bare =
    known === undefined || known[0].source === `${name}$` ? name : name.replace(known[0], '')
  const words = bare
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
  return { text: words.charAt(0).toUpperCase() + words.slice(1), unit: known?.[1] }
}

/** With its unit in brackets, as an axis or a table has it. */
export function titleOf(name: string): string {
  const { text, unit } = labelOf(name)
  return unit === undefined ? text : `${text} (${unit})`
}

/** Name of a swept field: its last words. */
export function fieldTitle(field: string): string {
  const parts = field.split('.').filter(part => !/^\d+$/.test(part))
  const last = parts.at(-1) ?? field
  const vague = ['count', 'permille', 'model', 'atMs', 'forMs', 'sharePermille'].includes(last)
  const name = vague && parts.length > 1 ? `${parts.at(-2)} ${last}` : last
  return titleOf(name.replaceAll(/ (\w)/g, (_, letter: string) => letter.toUpperCase()))
}

/** Fields of a block, the one that says what it is before the others. */
export function ledBy(lead: string, fields: object): [name: string, value: unknown][] {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return entries.sort(([a], [b]) => Number(b === lead) - Number(a === lead))
}

/** A swept value in a few words: blocks by their leaves. */
export function valueText(value: unknown): string {
  if (typeof value === 'number') return numberText(value)
  if (value === null || value === undefined) return 'none'
  const text = isPlainObject(value)
    ? ledBy('model', value)
        .map(([key, inner]) => (key === 'model' ? valueText(inner) : fieldText(key, inner)))
        .join(', ')
    : Array.isArray(value)
      ? value.map(valueText).join('; ')
      : String(value)
  return text.length > MAX_LABEL_CHARS ? `${text.slice(0, MAX_LABEL_CHARS - 1)}…` : text || 'none'
}

/** `at 10 000 ms`, `10 ‰`: a setting and its value. */
export function fieldText(name: string, value: unknown): string {
  const { text, unit } = labelOf(name)
  const amount = unit === undefined ? valueText(value) : `${valueText(value)} ${unit}`
  return text === '' ? amount : `${text.toLowerCase()} ${amount}`
}

/** `1 run`, `8 runs` */
export function counted(count: number, one: string): string {
  return `${numberText(count)} ${one}${count === 1 ? '' : 's'}`
}

/** `carrier, loss and nodes` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** Four significant digits; thousands apart by thin spaces, as journals set them. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 1e15 || (size > 0 && size < 1e-4)) {
    const [digits, power] = value.toExponential(2).split('e')
    return `${digits} × 10^${Number(power)}`.replace('-', '−')
  }
  const exact = Number.isInteger(value) || size >= 1_000
  const text = exact ? Math.round(value).toString() : String(Number(value.toPrecision(4)))
  const [whole, part] = text.replace('-', '').split('.')
  const grouped = whole!.length > 4 ? whole!.replaceAll(/\B(?=(\d{3})+$)/g, '\u2009') : whole!
  return `${value < 0 ? '−' : ''}${grouped}${part === undefined ? '' : `.${part}`}`
}

/** `1–20, 31`: a list of whole numbers by its ranges. */
export function rangesText(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const ranges: string[] = []
  for (let i = 0; i < sorted.length; ) {
    let end = i
    while (sorted[end + 1] === sorted[end]! + 1) end++
    ranges.push(end === i ? `${sorted[i]}` : `${sorted[i]}–${sorted[end]}`)
    i = end + 1
  }
  return ranges.length <= 12
    ? ranges.join(', ')
    : `${ranges.slice(0, 12).join(', ')}, … (${sorted.length} in all)`
}
