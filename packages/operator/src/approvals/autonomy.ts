import type { Role } from '../decide/decide.ts'

const HOUR_MS = 3_600_000
export const MAX_GRANT_HOURS = 168
/** A session that says nothing for so long is over. */
export const SESSION_TIMEOUT_MS: number = 15 * 60_000

/** What changes how much the agent may do. Sessions are authenticated before they come here. */
export type AutonomyInput =
  | { readonly kind: 'session-opened' | 'session-active' | 'session-closed' }
  | { readonly kind: 'vault-unlocked' | 'vault-locked' }
  | { readonly kind: 'granted'; readonly hours: number }
  | { readonly kind: 'control-taken' | 'control-released' }

/**
 * Boots into watch-only; an operator's session that unlocks the vault makes it self-heal; it locks
 * when that session ends, unless a grant of some hours still runs. Deterministic, time is injected.
 */
export class Autonomy {
  #state: Role['autonomy'] = 'watch-only'
  #control: Role['control'] = 'agent'
  #unlocked = false
  #sessionUntilMs = 0
  #grantUntilMs = 0

  get state(): Role['autonomy'] {
    return this.#state
  }

  get control(): Role['control'] {
    return this.#control
  }

  /** When the running grant ends, 0 without one. */
  get grantUntilMs(): number {
    return this.#grantUntilMs
  }

  hasSession(now: number): boolean {
    return now < this.#sessionUntilMs
  }

  /** @returns why the input was refused, `undefined` if it was taken */
  handle(input: AutonomyInput, now: number): string | undefined {
    const refused = this.#take(input, now)
    this.tick(now)
    return refused
  }

  /** Goes on with what an earlier start was told; its sessions are over. */
  restore(
    { control, grantMs }: { readonly control: Role['control']; readonly grantMs: number },
    keysOpen: boolean,
    now: number
  ): void {
    this.#control = control
    this.#grantUntilMs = grantMs > 0 ? now + grantMs : 0
    this.#unlocked = keysOpen && grantMs > 0
    this.tick(now)
  }

  tick(now: number): void {
    const covered = this.hasSession(now) || now < this.#grantUntilMs
    if (now >= this.#grantUntilMs) this.#grantUntilMs = 0
    if (this.#unlocked && covered) this.#state = 'self-heal'
    else if (this.#state === 'self-heal') this.#lock()
  }

  #take(input: AutonomyInput, now: number): string | undefined {
    switch (input.kind) {
      case 'session-opened':
        this.#sessionUntilMs = now + SESSION_TIMEOUT_MS
        return undefined
      case 'session-active':
        if (!this.hasSession(now)) return 'open a session first'
        this.#sessionUntilMs = now + SESSION_TIMEOUT_MS
        return undefined
      case 'session-closed':
        this.#sessionUntilMs = 0
        return undefined
      case 'vault-unlocked':
        if (!this.hasSession(now)) return 'the vault unlocks in an operator session only'
        this.#unlocked = true
        return undefined
      case 'vault-locked':
        this.#unlocked = false
        return undefined
      case 'granted':
        if (!this.hasSession(now)) return 'a grant needs an operator session'
        if (!Number.isInteger(input.hours) || input.hours < 1 || input.hours > MAX_GRANT_HOURS) {
          return `grant 1 to ${MAX_GRANT_HOURS} hours`
        }
        this.#grantUntilMs = now + input.hours * HOUR_MS
        return undefined
      case 'control-taken':
        this.#control = 'operator'
        return undefined
      case 'control-released':
        this.#control = 'agent'
        return undefined
      default:
        return input satisfies never
    }
  }

  #lock(): void {
    this.#state = 'locked'
    this.#unlocked = false
    this.#grantUntilMs = 0
  }
}
