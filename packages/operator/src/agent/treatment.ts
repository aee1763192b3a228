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
  /** Stays open for a while once all are well: something was done, or an earlier start opened it. */
  lingers: boolean
  /** When an action last helped, and whether its effect downstream is still waited for. */
  healedMs: number
  following: boolean
  /** Since when all its services are well, `undefined` while one isn't. */
  quietMs: number | undefined
}

export function startIncident(
  known: Pick<Incident, 'id' | 'root' | 'services' | 'actions' | 'lingers'>,
  openedMs: number
): Incident {
  const healedMs = Number.MIN_SAFE_INTEGER
  return { ...known, openedMs, following: false, healedMs, quietMs: undefined }
}

/** How far the healing of one service has come. */
export type Stage =
  | 'waiting'
  | 'asking'
  | 'checking'
  | 'recording'
  | 'acting'
  | 'watching'
  | 'recording-undo'
  | 'undoing'

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
  readonly openedMs: number
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

/** Decided again then, unless something changes before. */
export function wait(treatment: Treatment, dueMs: number): void {
  treatment.stage = 'waiting'
  treatment.dueMs = dueMs
}

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
    openedMs: now,
    startedMs: now,
    dueMs: now,
    settleMs: now,
    basis: '',
    failures: 0
  }
}
