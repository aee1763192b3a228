import type { ApprovalRequest } from '../approvals/queue.ts'
import type { ServiceSpec } from '../catalogue/types.ts'
import { aboutSymptom, SYMPTOMS, type Symptom, type SymptomKind } from '../checks/symptoms.ts'
import { type ActionKind, aboutAction } from '../remedy/actions.ts'
import type { Treatment } from './treatment.ts'

/** An action in words that follow "would". */
export function words(kind: ActionKind): string {
  return aboutAction(kind).says
}

/** How long a symptom lasts before people are told of it. */
export function tellAfterMs(kind: SymptomKind): number {
  return aboutSymptom(kind).tellMs ?? 0
}

/** `node has exited. WHAT` */
export function sentence(
  { name }: ServiceSpec,
  kinds: readonly SymptomKind[],
  what: string
): string {
  const first = kinds[0]
  return first === undefined ? `${name}: ${what}` : `${name} ${SYMPTOMS[first].says}. ${what}`
}

/** A question to the operator: what, why, what was seen, and what would be done. */
export function questionOf(
  { incident }: Treatment,
  service: ServiceSpec,
  kind: ActionKind,
  kinds: readonly SymptomKind[],
  seen: readonly Symptom[],
  number: number
): ApprovalRequest {
  return {
    id: `${incident.id}.${number}`,
    incident: incident.id,
    action: { kind, service: service.name },
    why: sentence(service, kinds, `Consent to ${words(kind)}?`),
    evidence: seen.map(found => `${found.kind}: ${found.detail}`),
    dryRun: [
      `would ${words(kind)}: ${service.name}`,
      service.hooks[kind] === undefined
        ? `no command is configured: do it by hand, or set hooks.${kind}`
        : `by the command configured as hooks.${kind}`,
      `undo: ${aboutAction(kind).inverse}`
    ]
  }
}
