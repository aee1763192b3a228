import { DELAY_DOUBLINGS_MAX } from './limits.ts'

/** How long a view runs: quiet (no timer), then Δ, 2Δ and 3Δ after it woke, then every Δ (R5). */
export const Phase = { quiet: 0, patience: 1, leader: 2, advance: 3, repeat: 4 } as const
export type Phase = (typeof Phase)[keyof typeof Phase]

/** The timers of the current view. They make a node give a view up; they never move it (R7). */
export class Pacemaker {
  phase: Phase = Phase.quiet
  /** When the next timer is due; `null` while quiet. */
  dueMs: number | null = null
  private readonly startMs: number
  private doublings = 0

  constructor(startMs: number) {
    this.startMs = startMs
  }

  /** Δ of the current view (R8). */
  get delayMs(): number {
    return this.startMs * 2 ** this.doublings
  }

  /** A new view, quiet until {@link wake}. */
  enter(isNullified: boolean): void {
    if (isNullified) this.doublings = Math.min(this.doublings + 1, DELAY_DOUBLINGS_MAX)
    this.sleep()
  }

  finalized(): void {
    this.doublings = 0
  }

  wake(nowMs: number): void {
    if (this.phase !== Phase.quiet) return
    this.phase = Phase.patience
    this.dueMs = nowMs + this.delayMs
  }

  sleep(): void {
    this.phase = Phase.quiet
    this.dueMs = null
  }

  /** The phase that ends now, or `null` if none is due. */
  expire(nowMs: number): Phase | null {
    if (this.dueMs === null || nowMs < this.dueMs) return null
    const ended = this.phase
    if (this.phase < Phase.repeat) this.phase = (this.phase + 1) as Phase
    this.dueMs = nowMs + this.delayMs
    return ended
  }
}
