import { NodeError } from '../errors.ts'

/**
 * Whether a member's keys can sign now. Keys in a vault can't while it is locked: then the node
 * watches only, and says nothing that needs a signature.
 */
export class Voice {
  #isOpen: boolean
  readonly #listeners = new Set<(isOpen: boolean) => void>()

  constructor(isOpen: boolean) {
    this.#isOpen = isOpen
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  set(isOpen: boolean): void {
    if (isOpen === this.#isOpen) return
    this.#isOpen = isOpen
    for (const listener of [...this.#listeners]) listener(isOpen)
  }

  /** Calls back at every change, until the function returned is called. */
  onChange(listener: (isOpen: boolean) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** What a statement meets that can't be signed now; it is no failure, and not worth a log line. */
export function watchOnly(cause?: unknown): NodeError {
  return new NodeError(
    'WATCH_ONLY',
    'the vault is locked, so nothing is said: open it with `torusmesh vault unlock`',
    cause
  )
}

export function isWatchOnly(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof NodeError && at.code === 'WATCH_ONLY') return true
  }
  return false
}
