import { type Digest, Kind, maySay, NO_DIGEST, nothingSaid } from '../../src/index.ts'
import { epochOf, equals } from './keys.ts'

/** A block of the search: its name is its digest. */
interface SearchBlock {
  readonly digest: Digest
  readonly view: number
  readonly parent: SearchBlock | null
}

/** What certificates of a view can exist. */
interface Outcome {
  readonly notarized: readonly SearchBlock[]
  readonly isNullified: boolean
  readonly finalized: readonly SearchBlock[]
}

/** What one honest node says in one view. */
interface Word {
  readonly notarized: SearchBlock | null
  readonly isNullified: boolean
  readonly finalized: SearchBlock | null
}

export interface SearchResult {
  /** Ways that three honest nodes can vote in a view, all tried. */
  readonly assignments: number
  /** Two final blocks of which neither is the other's ancestor. */
  readonly conflict: readonly [Digest, Digest] | null
}

type Rule = typeof maySay

const EPOCH = epochOf(equals(4))
const HONEST = 3
/** Proposals on one parent, by view: a faulty leader makes two. */
const VARIANTS = [0, 2, 2, 2]

/**
 * Tries everything that four validators, one of them faulty, can do in three views. Votes are never
 * taken back, so what can happen in a view follows from the certificates that can exist below it:
 * every schedule ends in one of the assignments tried here. The faulty one leads every view, adds its
 * vote to any certificate, and shows certificates to whom it likes, or not.
 */
export function search(rule: Rule = maySay, views = 3): SearchResult {
  let assignments = 0
  let conflict: SearchResult['conflict'] = null
  const explore = (view: number, below: readonly Outcome[]): void => {
    if (view > views || conflict !== null) return
    const blocks = proposals(view, below)
    const seen = new Set<string>()
    const words = wordsOf(blocks, rule)
    for (const assignment of multisets(words, HONEST)) {
      assignments++
      const outcome = outcomeOf(blocks, assignment)
      if (outcome === null) continue
      const key = keyOf(outcome)
      if (seen.has(key)) continue
      seen.add(key)
      const outcomes = [...below, outcome]
      conflict = conflictIn(outcomes)
      if (conflict !== null) return
      const isLeft = outcome.isNullified || outcome.notarized.length > 0
      if (isLeft) explore(view + 1, outcomes)
    }
  }
  explore(1, [])
  return { assignments, conflict }
}

/** Every justified proposal: on a certified block, or the origin, with all views between given up. */
function proposals(view: number, below: readonly Outcome[]): SearchBlock[] {
  const blocks: SearchBlock[] = []
  const add = (parent: SearchBlock | null): void => {
    const skipped = below.slice(parent?.view ?? 0)
    if (!skipped.every(({ isNullified }) => isNullified)) return
    for (let variant = 0; variant < VARIANTS[view]!; variant++) {
      const digest = `${view}.${blocks.length}`
      blocks.push({ digest, view, parent })
    }
  }
  add(null)
  for (const { notarized } of below) for (const parent of notarized) add(parent)
  return blocks
}

/** Everything the rules let a node say in a view, in any order. */
function wordsOf(blocks: readonly SearchBlock[], rule: Rule): Word[] {
  const choices = [null, ...blocks]
  return choices.flatMap(notarized =>
    [false, true].flatMap(isNullified =>
      choices
        .map(finalized => ({ notarized, isNullified, finalized }))
        .filter(word => isSayable(word, rule))
    )
  )
}

function isSayable({ notarized, isNullified, finalized }: Word, rule: Rule): boolean {
  const parts: (readonly [Kind, Digest])[] = []
  if (notarized) parts.push([Kind.notarize, notarized.digest])
  if (isNullified) parts.push([Kind.nullify, NO_DIGEST])
  if (finalized) parts.push([Kind.finalize, finalized.digest])
  return permutations(parts).some(order => {
    const said = nothingSaid()
    return order.every(([kind, digest]) => {
      const may = rule(said, kind, digest)
      said[kind] = digest
      return may
    })
  })
}

/** The certificates that these words and the faulty one's make; `null` if one needed another. */
function outcomeOf(blocks: readonly SearchBlock[], words: readonly Word[]): Outcome | null {
  const isCertain = (says: (word: Word) => boolean): boolean =>
    EPOCH.isQuorum(words.filter(says).length + 1)
  const notarized = blocks.filter(block => isCertain(word => word.notarized === block))
  // R3: only what is notarized is finalized.
  if (words.some(({ finalized }) => finalized && !notarized.includes(finalized))) return null
  const finalized = blocks.filter(block => isCertain(word => word.finalized === block))
  return { notarized, isNullified: isCertain(word => word.isNullified), finalized }
}

function conflictIn(outcomes: readonly Outcome[]): SearchResult['conflict'] {
  const final = outcomes.flatMap(({ finalized }) => finalized)
  for (const [at, a] of final.entries()) {
    for (const b of final.slice(at + 1)) {
      if (!isBelow(a, b) && !isBelow(b, a)) return [a.digest, b.digest]
    }
  }
  return null
}

function isBelow(a: SearchBlock, b: SearchBlock): boolean {
  for (let at: SearchBlock | null = b; at !== null; at = at.parent) if (at === a) return true
  return false
}

function keyOf({ notarized, isNullified, finalized }: Outcome): string {
  const names = (blocks: readonly SearchBlock[]): string =>
    blocks.map(({ digest }) => digest).join()
  return `${names(notarized)}|${isNullified}|${names(finalized)}`
}

/** All ways to take `count` of the values; who of the alike nodes takes which doesn't matter. */
function* multisets<T>(values: readonly T[], count: number, from = 0): Generator<T[]> {
  if (count === 0) {
    yield []
    return
  }
  for (let at = from; at < values.length; at++) {
    for (const rest of multisets(values, count - 1, at)) yield [values[at]!, ...rest]
  }
}

function permutations<T>(values: readonly T[]): T[][] {
  if (values.length < 2) return [[...values]]
  return values.flatMap((value, at) =>
    permutations(values.toSpliced(at, 1)).map(rest => [value, ...rest])
  )
}
