import type { Io } from '../io.ts'
import { LiveRegion } from './live-region.ts'
import { count, span } from './text.ts'

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const FRAME_MS = 100
const BAR_CELLS = 24
/** Before this much has passed, a guess of the time left is worth nothing. */
const ETA_AFTER_MS = 1_000

/**
 * How far something is, on standard error: on a terminal a line in place, else a line per phase.
 */
export class Progress {
  readonly #io: Io
  readonly #region: LiveRegion
  #what = ''
  #done = 0
  #of = 0
  #startedMs = 0
  #frame = 0
  #stop: (() => void) | undefined

  constructor(io: Io) {
    this.#io = io
    this.#region = new LiveRegion(io.stderr)
  }

  /**
   * @param what - the phase, e.g. `making keys`; another one starts anew
   * @param of - 0 when it isn't known how much there is to do
   */
  update(what: string, done = 0, of = 0): void {
    if (what !== this.#what) this.#begin(what)
    this.#done = done
    this.#of = of
  }

  /** Writes something that stays. */
  above(text: string): void {
    this.#region.above(text)
  }

  end(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#region.clear()
    this.#what = ''
  }

  #begin(what: string): void {
    const { stderr } = this.#io
    this.#what = what
    this.#startedMs = this.#io.nowMs()
    if (stderr.isTTY) this.#stop ??= this.#io.every(FRAME_MS, () => this.#draw())
    else stderr.write(`torusmesh: ${what}\n`)
  }

  #draw(): void {
    const spinner = FRAMES[this.#frame++ % FRAMES.length]!
    const elapsedMs = this.#io.nowMs() - this.#startedMs
    this.#region.draw([progressLine(spinner, this.#what, this.#done, this.#of, elapsedMs)])
  }
}

/** @returns e.g. `⠋ making keys ████░░░░ 48/512, 12 s left` */
export function progressLine(
  spinner: string,
  what: string,
  done: number,
  of: number,
  elapsedMs: number
): string {
  if (of === 0) return `${spinner} ${what}`
  const full = Math.floor((BAR_CELLS * Math.min(done, of)) / of)
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CELLS - full)
  const leftMs = elapsedMs >= ETA_AFTER_MS && done > 0 ? (elapsedMs / done) * (of - done) : 0
  const left = leftMs >= 1_000 ? `, ${span(leftMs)} left` : ''
  return `${spinner} ${what} ${bar} ${count(done)}/${count(of)}${left}`
}
