import type { Catalogue } from '../catalogue/types.ts'
import { aboutSymptom, type Symptom, type SymptomKind } from '../checks/symptoms.ts'

/** What is known of one service when a diagnosis is made. */
export interface ServiceView {
  /** Believed, worst first; without those of a service that still starts. */
  readonly symptoms: readonly Symptom[]
  /** Something is wrong or starting, but not yet for long enough to believe. */
  readonly unsettled: boolean
}

/** One cause and what it takes down with it. */
export interface Diagnosis {
  readonly root: string
  readonly kinds: readonly SymptomKind[]
  /** Services that fail because of it, nearest first. */
  readonly affected: readonly string[]
}

/** Whether symptoms keep a service from doing its work. */
export function isFailing(symptoms: readonly Symptom[]): boolean {
  return symptoms.some(({ kind }) => !isMild(kind))
}

/**
 * Names roots, not leaves: a service that fails while something it stands on fails is a leaf, unless
 * it has a symptom nothing upstream can explain. Roots come in the order they are to be healed in.
 * While something upstream is unsettled, nothing is said of the leaf yet.
 */
export function diagnose(
  catalogue: Catalogue,
  viewOf: (service: string) => ServiceView
): Diagnosis[] {
  const roots = new Map<string, { kinds: SymptomKind[]; affected: string[] }>()
  // For each service, the root that explains its failure; itself if it is one.
  const causeOf = new Map<string, string>()
  const clouded = new Set<string>()
  for (const { name, dependsOn } of catalogue.services.values()) {
    const { symptoms, unsettled } = viewOf(name)
    const upstream = dependsOn.map(up => causeOf.get(up)).find(cause => cause !== undefined)
    const cloudy = dependsOn.some(up => clouded.has(up))
    if (unsettled || cloudy) clouded.add(name)
    if (symptoms.length === 0) {
      // A service that looks well still hands its upstream's failure on.
      if (upstream !== undefined) causeOf.set(name, upstream)
      continue
    }
    const own = symptoms.some(({ kind }) => aboutSymptom(kind).own)
    if (!own && upstream !== undefined) {
      causeOf.set(name, upstream)
      roots.get(upstream)!.affected.push(name)
    } else if (own || !cloudy) {
      roots.set(name, { kinds: symptoms.map(({ kind }) => kind), affected: [] })
      if (isFailing(symptoms)) causeOf.set(name, name)
      else if (upstream !== undefined) causeOf.set(name, upstream)
    }
  }
  return [...roots].map(([root, found]) => ({ root, ...found }))
}

/** Symptoms with those that say most about the cause first. */
export function worstFirst(symptoms: readonly Symptom[]): Symptom[] {
  return symptoms.toSorted((a, b) => weight(b.kind) - weight(a.kind))
}

function weight(kind: SymptomKind): number {
  const { own, certain } = aboutSymptom(kind)
  return (isMild(kind) ? 0 : 4) + (own ? 2 : 0) + (certain ? 1 : 0)
}

function isMild(kind: SymptomKind): boolean {
  return aboutSymptom(kind).advisory === true
}
