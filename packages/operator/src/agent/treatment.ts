import type { SymptomKind } from '../checks/symptoms.ts'
import type { ActionKind } from '../remedy/actions.ts'

/** A cause, what it takes down, and everything done about it. */
export interface Incident {
  readonly id: string
  readonly root: string
  readonly openedMs: number
  /** The root and all services affected so far. */
  readonly services: Set<string>
  actions: number
  /** When an action last helped, and whether its effect downstream is still waited for. */
  healedMs: number
  following: boolean
  /** Since when all its services are well, `undefined` while one isn't. */
  quietMs: number | undefined
}

/** How far the healing of one service has come. */
export type Stage = 'waiting' | 'asking' | 'checking' | 'recording' | 'acting' | 'watching'

/** The healing of one service. */
export interface Treatment {
  readonly incident: Incident
  readonly service: string
  stage: Stage
  /** Id of the running action or question, empty before the first. */
  id: string
  action: ActionKind | undefined
  /** Approval that consented to the running action. */
  consent: string | undefined
  /** What the running action is to make go away. */
  targets: readonly SymptomKind[]
  /** Actions that were of no use here. */
  tried: ActionKind[]
  /** When the running action began. */
  startedMs: number
  /** `waiting`: decide again then. `watching`: the effect must show by then. */
  dueMs: number
  /** Nothing more is done before this: what helped may need a moment to show everywhere. */
  settleMs: number
  /** What the last decision rested on; another basis is decided anew. */
  basis: string
  failures: number
}

/** Not before something changes. */
export const NEVER: number = Number.MAX_SAFE_INTEGER

/** Whether an action of this treatment is under way. */
export function inFlight({ stage }: Treatment): boolean {
  return stage !== 'waiting' && stage !== 'asking'
}

export function startTreatment(incident: Incident, service: string, now: number): Treatment {
  return {
    incident,
    service,
    stage: 'waiting',
    id: '',
    action: undefined,
    consent: undefined,
    targets: [],
    tried: [],
    startedMs: now,
    dueMs: now,
    settleMs: now,
    basis: '',
    failures: 0
  }
}
