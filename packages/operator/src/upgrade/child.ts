import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

const POLL_MS = 50

/** How an artefact is started. */
export interface Launch {
  /** The words of the command for an artefact at a path. */
  command(path: string): readonly [file: string, ...args: string[]]
  /** All of its environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** Whether it is ready; a process that sends the message `ready` to its parent needs none. */
  isReady?(): Promise<boolean>
}

/** What became of a start. */
export type Start = 'ready' | 'exited' | 'late'

/** One run of an artefact. */
export class Child {
  readonly process: ChildProcess
  readonly #launch: Launch
  #hasSaidReady = false
  #exited = false
  readonly #exit: Promise<unknown>
  readonly #saidReady: Promise<unknown>

  constructor(path: string, launch: Launch) {
    this.#launch = launch
    const [file, ...args] = launch.command(path)
    const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const
    this.process = spawn(file, args, { cwd: launch.cwd, env: launch.env, stdio: [...stdio] })
    this.#saidReady = new Promise(resolve => {
      this.process.on('message', message => {
        if (message !== 'ready') return
        this.#hasSaidReady = true
        resolve(message)
      })
    })
    // A command that can't be run has an error and no exit.
    this.#exit = Promise.race([once(this.process, 'exit'), failed(this.process)]).then(() => {
      this.#exited = true
    })
  }

  get isAlive(): boolean {
    return !this.#exited
  }

  /** Ends when the process has. */
  get exit(): Promise<unknown> {
    return this.#exit
  }

  /** Waits until it is ready, has exited, or the time is over. */
  async start(timeoutMs: number): Promise<Start> {
    const endMs = performance.now() + timeoutMs
    while (this.isAlive) {
      if (await this.#isReady()) return 'ready'
      const leftMs = endMs - performance.now()
      if (leftMs <= 0) return 'late'
      const poll = new Promise(done => setTimeout(done, Math.min(POLL_MS, leftMs)))
      await Promise.race([this.#exit, this.#saidReady, poll])
    }
    return 'exited'
  }

  /** Asks it to end, and ends it when it doesn't. */
  async stop(graceMs: number): Promise<void> {
    if (!this.isAlive) return
    this.process.kill('SIGTERM')
    const kill = setTimeout(() => this.process.kill('SIGKILL'), graceMs)
    await this.#exit
    clearTimeout(kill)
  }

  async #isReady(): Promise<boolean> {
    if (this.#launch.isReady === undefined) return this.#hasSaidReady
    return await this.#launch.isReady().catch(() => false)
  }
}

function failed(child: ChildProcess): Promise<unknown> {
  return new Promise(resolve => child.once('error', resolve))
}
