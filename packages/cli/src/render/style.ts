import type { Io, Output } from '../io.ts'

/** Ways to stress text; they say nothing that the text doesn't say. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
}

export type Paint = (text: string) => string

const sgr =
  (start: number, end: number): Paint =>
  text =>
    `\u001b[${start}m${text}\u001b[${end}m`
const asIs: Paint = text => text

const COLOURED: Style = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39)
}
const PLAIN: Style = { bold: asIs, dim: asIs, red: asIs, green: asIs, yellow: asIs }

/** Colours on a terminal unless `NO_COLOR` is set (no-color.org). */
export function styleOf({ env }: Pick<Io, 'env'>, output: Output): Style {
  return output.isTTY && !env['NO_COLOR'] ? COLOURED : PLAIN
}
