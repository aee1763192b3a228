import type { RunProgress } from '@torusmesh/simulations'
import type { Io } from '../io.ts'
import { LiveRegion } from './live-region.ts'
import { count, span } from './text.ts'

const FRAME_MS = 100
const LINE_MS = 10_000
const BAR_CELLS = 24
/** Before this much has passed, a rate or a guess of the time left is worth nothing. */
const RATE_AFTER_MS = 1_000

/**
 * How far a run is, on standard error: on a terminal a line in place, else a line now and then.
 * Drawn as the run reports, for a run in this thread leaves timers no time.
 */
export class SimProgress {
  readonly #io: Io
  readonly #what: string
  readonly #region: LiveRegion
  #drawnMs: number

  constructor(io: Io, what: string) {
    this.#io = io
    this.#what = what
    this.#region = new LiveRegion(io.stderr)
    this.#drawnMs = io.nowMs()
    if (io.stderr.isTTY) this.#region.draw([what])
    else io.stderr.write(`torusmesh: simulating ${what}\n`)
  }

  update(progress: RunProgress): void {
    const { stderr } = this.#io
    const nowMs = this.#io.nowMs()
    if (nowMs - this.#drawnMs < (stderr.isTTY ? FRAME_MS : LINE_MS)) return
    this.#drawnMs = nowMs
    if (stderr.isTTY)
      this.#region.draw([`${this.#what} ${bar(progress)} ${progressText(progress)}`])
    else stderr.write(`torusmesh: ${progressText(progress)}\n`)
  }

  end(): void {
    this.#region.clear()
  }
}

function bar({ virtualMs, ofMs }: RunProgress): string {
  const full = Math.floor((BAR_CELLS * Math.min(virtualMs, ofMs)) / Math.max(1, ofMs))
  return '█'.repeat(full) + '░'.repeat(BAR_CELLS - full)
}

/** @returns e.g. `12 s of 30 s, 4,100,000 events/s, 8 s left` */
export function progressText({ virtualMs, ofMs, events, wallMs }: RunProgress): string {
  const done = `${span(virtualMs)} of ${span(ofMs)}`
  if (wallMs < RATE_AFTER_MS || virtualMs === 0) return done
  const rate = count(Math.round((events / wallMs) * 1_000))
  const leftMs = (wallMs / virtualMs) * (ofMs - virtualMs)
  return `${done}, ${rate} events/s${leftMs >= 1_000 ? `, ${span(leftMs)} left` : ''}`
}
