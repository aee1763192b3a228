import type { Io } from '../io.ts'
import { escapeJson } from './text.ts'

/** Lines on standard output. */
export function print(io: Io, lines: readonly string[]): void {
  io.stdout.write(lines.map(line => `${line}\n`).join(''))
}

/** One JSON value on standard output, indented. */
export function printJson(io: Io, value: unknown): void {
  print(io, [escapeJson(JSON.stringify(value, null, 2))])
}

/** One JSON value on a line of its own, for values that come one by one. */
export function printJsonLine(io: Io, value: unknown): void {
  print(io, [escapeJson(JSON.stringify(value))])
}
