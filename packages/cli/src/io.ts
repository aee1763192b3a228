/** Where text goes: a terminal, a file or a pipe. */
export interface Output {
  readonly isTTY: boolean
  /** Size of the terminal; of no meaning without one. */
  readonly columns: number
  readonly rows: number
  write(text: string): void
}

/** Everything a command touches of the world, injected so that tests need no process. */
export interface Io {
  readonly stdout: Output
  readonly stderr: Output
  /** Whether a person can answer questions and press keys. */
  readonly interactive: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Wall clock, Unix milliseconds. */
  nowMs(): number
  /** Repeats something until stopped. */
  every(everyMs: number, run: () => void): () => void
  /** Asks for a line; rejects with `CANCELLED` when there will be none. */
  ask(question: string): Promise<string>
  /** Asks for a line that isn't shown, as UTF-8; whoever gets it zeroes it. */
  askSecret(question: string): Promise<Uint8Array>
  /**
   * Reads the first line of a file that its owner alone may read, at most 1 KiB; `undefined` if there
   * is none. Whoever gets it zeroes it.
   */
  readSecret(path: string): Promise<Uint8Array | undefined>
  /** Hears single keys until stopped; Ctrl-C stays an interrupt. */
  onKey(run: (key: string) => void): () => void
  /** Hears the first Ctrl-C (or SIGTERM); the second ends the process at once. */
  onInterrupt(run: () => void): () => void
  /** Reads a text file of at most 1 MiB. */
  readFile(path: string): Promise<string>
}

/** Resolves at the first interrupt. */
export function interrupted(io: Io): Promise<void> {
  return new Promise(resolve => {
    io.onInterrupt(resolve)
  })
}
