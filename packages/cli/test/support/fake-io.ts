import type { Io, Output } from '../../src/io.ts'

export const NOW_MS: number = Date.UTC(2026, 10, 21, 12, 0, 0)

class FakeOutput implements Output {
  isTTY = false
  columns = 100
  rows = 40
  text = ''

  write(text: string): void {
    this.text += text
  }
}

/** Streams, keys and a clock in the hands of a test. */
export class FakeIo implements Io {
  readonly stdout = new FakeOutput()
  readonly stderr = new FakeOutput()
  interactive = false
  env: Record<string, string | undefined> = { HOME: '/home/ada' }
  files: Record<string, string> = {}
  answers: string[] = []
  secrets: string[] = []
  readonly timers = new Map<() => void, number>()
  readonly keys = new Set<(key: string) => void>()
  readonly interrupts = new Set<() => void>()
  #nowMs = NOW_MS

  nowMs(): number {
    return this.#nowMs
  }

  every(everyMs: number, run: () => void): () => void {
    this.timers.set(run, everyMs)
    return () => this.timers.delete(run)
  }

  async ask(question: string): Promise<string> {
    this.stdout.write(question)
    return this.answers.shift() ?? ''
  }

  async askSecret(question: string): Promise<Uint8Array> {
    this.stderr.write(`${question}\n`)
    return Buffer.from(this.secrets.shift() ?? 'correct horse')
  }

  async readSecret(path: string): Promise<Uint8Array | undefined> {
    const text = this.files[path]
    return text === undefined ? undefined : Buffer.from(text)
  }

  onKey(run: (key: string) => void): () => void {
    this.keys.add(run)
    return () => this.keys.delete(run)
  }

  onInterrupt(run: () => void): () => void {
    this.interrupts.add(run)
    return () => this.interrupts.delete(run)
  }

  async readFile(path: string): Promise<string> {
    return this.files[path] ?? ''
  }

  /** Makes it a terminal with a person before it. */
  asTerminal(size: { columns?: number; rows?: number } = {}): this {
    for (const output of [this.stdout, this.stderr]) Object.assign(output, { isTTY: true, ...size })
    this.interactive = true
    return this
  }

  /** Lets time pass: each timer that is due fires once. */
  pass(ms: number): void {
    this.#nowMs += ms
    for (const [run, everyMs] of this.timers) if (everyMs <= ms) run()
  }

  press(key: string): void {
    for (const run of this.keys) run(key)
  }

  interrupt(): void {
    for (const run of this.interrupts) run()
  }
}

/** The picture a terminal shows after all that was written to it, styles left out. */
export function screenOf(written: string): string[] {
  const lines: string[] = ['']
  let row = 0
  let column = 0
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is a terminal
  for (const part of written.split(/(\u001b\[\d*[A-Za-z]|\n)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is a terminal
    const [, number, command] = /^\u001b\[(\d*)([A-Za-z])$/.exec(part) ?? []
    const line = lines[row]!
    if (command === 'F') {
      row -= Number(number || 1)
      column = 0
    } else if (command === 'K') lines[row] = line.slice(0, column)
    else if (command === 'J') lines.splice(row, lines.length, line.slice(0, column))
    else if (part === '\n') {
      lines[++row] ??= ''
      column = 0
    } else if (command === undefined) {
      lines[row] = line.slice(0, column) + part + line.slice(column + part.length)
      column += part.length
    }
    if (row < 0) throw new Error('the cursor left the screen')
  }
  return lines
}
