import type { Output } from '../io.ts'
import { cut } from './text.ts'

const CLEAR_LINE_END = '\u001b[K'
const CLEAR_BELOW = '\u001b[J'
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}F` : '')

/** The lines at the bottom of a terminal that are drawn over and over in place. */
export class LiveRegion {
  readonly #output: Output
  #drawn: readonly string[] = []

  constructor(output: Output) {
    this.#output = output
  }

  /** Replaces what was drawn; what the terminal has no room for is left out. */
  draw(lines: readonly string[]): void {
    const { columns, rows } = this.#output
    const fitting = lines.slice(0, Math.max(1, rows - 1)).map(line => cut(line, columns - 1))
    const text = fitting.map(line => `${line}${CLEAR_LINE_END}\n`).join('')
    this.#output.write(`${up(this.#drawn.length)}${text}${CLEAR_BELOW}`)
    this.#drawn = fitting
  }

  /** Writes text that stays, above the region. */
  above(text: string): void {
    const drawn = this.#drawn
    this.clear()
    this.#output.write(text.endsWith('\n') ? text : `${text}\n`)
    if (drawn.length > 0) this.draw(drawn)
  }

  clear(): void {
    if (this.#drawn.length === 0) return
    this.#output.write(`${up(this.#drawn.length)}${CLEAR_BELOW}`)
    this.#drawn = []
  }

  /** Leaves what was drawn where it is. */
  release(): void {
    this.#drawn = []
  }
}
