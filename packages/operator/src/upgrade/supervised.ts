import { Child, type Launch, type Start } from './child.ts'

const GRACE_MS = 5_000
const RESTARTS_MAX = 3
const BACK_OFF_MS = 200

/** Restarts are counted per start by hand; past this many the process stays down. */
export interface SupervisedInit {
  readonly launch: Launch
  /** 3 if left out. */
  readonly restarts?: number
  /** What a process gets to end by itself; 5 s if left out. */
  readonly graceMs?: number
  /** A new process is there: a first one, or one started anew. */
  readonly onStart?: (child: Child) => void
  /** It has died once more than it may. */
  readonly onDown?: (digest: string) => void
}

/** A process that is started anew when it dies, a bounded number of times. */
export class Supervised {
  readonly #init: SupervisedInit
  #child: Child | undefined
  #digest: string | undefined
  #deaths = 0
  #startedMs = 0

  constructor(init: SupervisedInit) {
    this.#init = init
  }

  /** Digest of what runs; `undefined` if nothing does. */
  get digest(): string | undefined {
    return this.#child?.isAlive === true ? this.#digest : undefined
  }

  /** How often it has died since it was started by hand. */
  get deaths(): number {
    return this.#deaths
  }

  /** How long this one process runs. */
  get uptimeMs(): number {
    return this.digest === undefined ? 0 : performance.now() - this.#startedMs
  }

  get child(): Child | undefined {
    return this.#child
  }

  /** Stops what runs and starts an artefact in its place. */
  async replace(digest: string, path: string, timeoutMs: number): Promise<Start> {
    await this.stop()
    this.#digest = digest
    this.#deaths = 0
    return await this.#spawn(path).start(timeoutMs)
  }

  /** It stays down until it is started again. */
  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    await child?.stop(this.#init.graceMs ?? GRACE_MS)
  }

  #spawn(path: string): Child {
    const { launch, onStart, restarts = RESTARTS_MAX, onDown } = this.#init
    const child = new Child(path, launch)
    this.#child = child
    this.#startedMs = performance.now()
    onStart?.(child)
    child.exit.then(() => {
      if (this.#child !== child) return
      this.#deaths++
      if (this.#deaths > restarts) return onDown?.(this.#digest!)
      setTimeout(() => {
        if (this.#child === child) this.#spawn(path)
      }, BACK_OFF_MS * this.#deaths)
    })
    return child
  }
}
