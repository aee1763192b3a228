import { Mark, NO_ARTEFACT, Reason, type Statement, type Word } from '@torusmesh/upgrade'
import type { Dice } from '../consensus/cluster/dice.ts'
import { type Lie, NEW, type Plot } from './plot.ts'

/** What a liar says instead of one of its gate's words. */
export function twist(word: Word, lies: ReadonlySet<Lie>): Word[] {
  if (lies.has('mute')) return []
  if (lies.has('smear') && word.kind === 'probe') return [{ ...word, digest: NO_ARTEFACT }]
  if (!lies.has('equivocate')) return [word]
  switch (word.kind) {
    case 'verdict':
      return [word, { ...word, good: !word.good }]
    case 'probe':
      return [word, { ...word, digest: word.digest === NEW ? NO_ARTEFACT : NEW }]
    case 'mark':
      return [word, { kind: 'mark', mark: Mark.declined, digest: NO_ARTEFACT, reason: Reason.late }]
    default:
      return [word]
  }
}

/** What a liar says of itself, unasked. */
export function invent({ plan }: Plot, self: number, lies: ReadonlySet<Lie>, dice: Dice): Word[] {
  const words: Word[] = []
  const none = { reason: Reason.none, about: self } as const
  if (lies.has('hasten')) {
    for (let wave = 0; wave < plan.waves.length; wave++) {
      words.push({ kind: 'verdict', wave, good: true, ...none })
    }
    words.push({ kind: 'mark', mark: Mark.healthy, digest: NEW, reason: Reason.none })
    words.push({ kind: 'mark', mark: Mark.kept, digest: NO_ARTEFACT, reason: Reason.none })
    for (const [target, probers] of plan.probers.entries()) {
      if (probers.includes(self)) words.push({ kind: 'probe', target, digest: NEW })
    }
  }
  if (lies.has('smear')) {
    const wave = dice.below(plan.waves.length)
    words.push({ kind: 'verdict', wave, good: false, reason: Reason.worse, about: self })
  }
  return words
}

/** What a liar says in others' names; no signature of theirs is on it. */
export function forge({ plan }: Plot, dice: Dice, signature: Uint8Array): Statement[] {
  const statements: Statement[] = []
  const say = (author: number, word: Word): void => {
    statements.push({ ...word, plan: plan.id, author, signature })
  }
  const wave = dice.below(plan.waves.length)
  const isHalt = dice.chance(200)
  for (let author = 0; author < plan.positions.size; author++) {
    const none = { reason: Reason.none, about: author } as const
    say(author, { kind: 'verdict', wave, good: !isHalt, ...none })
    if (author === plan.coordinator) say(author, { kind: 'schedule', startMs: 1 })
    say(author, { kind: 'mark', mark: Mark.kept, digest: NO_ARTEFACT, reason: Reason.none })
  }
  return statements
}
