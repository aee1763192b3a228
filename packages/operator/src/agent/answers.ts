import type { Past } from '../incidents/past.ts'
import type { Action, ActionKind } from '../remedy/actions.ts'

/** What operators answered, for as long as it counts. */
export class Answers {
  readonly #forMs: number
  readonly #denied = new Map<string, { readonly action: Action; readonly untilMs: number }>()
  /** Given before the action could begin, by an earlier start or before its first look. */
  readonly #consents = new Map<string, { readonly approval: string; readonly untilMs: number }>()

  /** @param forMs - how long an answer counts */
  constructor(forMs: number) {
    this.#forMs = forMs
  }

  restore({ denied, consents }: Past, now: number): void {
    for (const { what, agoMs } of denied) this.deny(what, now - agoMs)
    for (const { what, agoMs, approval } of consents) this.consent(what, approval, now - agoMs)
  }

  deny(action: Action, now: number): void {
    this.#denied.set(keyOf(action), { action, untilMs: now + this.#forMs })
  }

  deniedTo(service: string, now: number): ActionKind[] {
    return [...this.#denied.values()]
      .filter(({ action, untilMs }) => action.service === service && now < untilMs)
      .map(({ action }) => action.kind)
  }

  consent(action: Action, approval: string, now: number): void {
    this.#consents.set(keyOf(action), { approval, untilMs: now + this.#forMs })
  }

  /** Consents count in the incident they were asked in, and end with it. */
  endIncident(incident: string): void {
    for (const [key, { approval }] of this.#consents) {
      if (approval.startsWith(`${incident}.`)) this.#consents.delete(key)
    }
  }

  /** The approval that consented to an action; it counts once. */
  takeConsent(action: Action, now: number): string | undefined {
    const given = this.#consents.get(keyOf(action))
    this.#consents.delete(keyOf(action))
    return given !== undefined && now < given.untilMs ? given.approval : undefined
  }
}

function keyOf({ service, kind }: Action): string {
  return `${service} ${kind}`
}
