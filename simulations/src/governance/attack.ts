import type { Stage } from './stage.ts'

/** An attack on governance: tried with its guard, and without it to show that it tries hard enough. */
export interface Attack {
  /** Kebab-case; also the mark of its control. */
  readonly name: string
  /** What the attacker wants; what the guard is. */
  readonly about: string
  /** Whether the attacker gets it. */
  readonly run: (stage: Stage, isGuarded: boolean) => boolean
}
