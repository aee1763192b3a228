import type { Appeal } from '../appeal/appeals.ts'
import type { Digest } from '../digest.ts'
import { ProposalType } from '../policy/policy.ts'
import { Phase } from '../proposal/phase.ts'
import type { Proposal } from '../proposal/proposal.ts'

/** The three streams of notifications; a reader can mute each. */
export type NoticeStream = 'operations' | 'upgrades' | 'governance'

/** What a notice is about; the names travel. */
export type NoticeCode =
  | 'opens-soon'
  | 'vote-now'
  | 'expire-soon'
  | 'object-until'
  | 'needs-certificate'
  | 'executable'
  | 'emergency-in-effect'
  | 'decision-reversed'
  | 'appeal-to-review'
  | 'appeal-to-resolve'

/** One thing to tell a member. `about` lists the proposals or appeals, soonest first. */
export interface Notice {
  readonly stream: NoticeStream
  readonly code: NoticeCode
  readonly about: readonly Digest[]
  /** When it is too late, if that is known: ms of the ledger's time. */
  readonly untilMs?: number
  readonly text: string
}

/** For whom, and from what. */
export interface NoticeInput {
  readonly member: string
  readonly proposals: readonly Proposal[]
  readonly appeals: readonly Appeal[]
}

/** "Soon" is within this time. */
export const SOON_MS = 86_400_000

const texts: Readonly<Record<NoticeCode, (n: string) => string>> = {
  'opens-soon': n => `${n} soon open${n.startsWith('1 ') ? 's' : ''} for votes`,
  'vote-now': n => `${n} wait${n.startsWith('1 ') ? 's' : ''} for your vote`,
  'expire-soon': n => `${n} expire${n.startsWith('1 ') ? 's' : ''} in 24 h without your vote`,
  'object-until': n => `${n} passed; a third of the power can still object`,
  'needs-certificate': n => `${n} lack${n.startsWith('1 ') ? 's' : ''} an action certificate`,
  executable: n => `${n} can be executed`,
  'emergency-in-effect': n => `${n} in effect as an emergency, until it ends by itself`,
  'decision-reversed': n => `${n} of yours reversed a decision`,
  'appeal-to-review': n => `${n} wait${n.startsWith('1 ') ? 's' : ''} for a reviewer`,
  'appeal-to-resolve': n => `${n} wait${n.startsWith('1 ') ? 's' : ''} for a resolution`
}

interface Item {
  readonly stream: NoticeStream
  readonly code: NoticeCode
  readonly id: Digest
  readonly untilMs?: number
}

/**
 * What to tell a member now: one notice a stream and kind, those with the nearest end first. A pure
 * view; sending each once is the caller's part. The agent reminds and records, it never votes.
 */
export function noticesFor({ member, proposals, appeals }: NoticeInput, now: number): Notice[] {
  const items = [
    ...proposals.flatMap(proposal => proposalItems(proposal, member, now)),
    ...appeals.flatMap(appeal => appealItems(appeal, member))
  ]
  const groups = Map.groupBy(items, ({ stream, code }) => `${stream} ${code}`)
  return [...groups.values()].map(toNotice).sort((a, b) => endOf(a) - endOf(b))
}

function proposalItems(proposal: Proposal, member: string, now: number): Item[] {
  const { id, phase, draft, closeMs, openMs, effectUntilMs } = proposal
  const stream = draft.type === ProposalType.upgrade ? 'upgrades' : 'governance'
  const items: Item[] = []
  if (effectUntilMs !== undefined) {
    const untilMs = effectUntilMs
    items.push({ stream: 'operations', code: 'emergency-in-effect', id, untilMs })
  }
  if (phase === Phase.draft && openMs - now <= SOON_MS) {
    items.push({ stream, code: 'opens-soon', id, untilMs: openMs })
  }
  if (phase === Phase.open && !proposal.hasVoted(member)) {
    const code = closeMs - now <= SOON_MS ? 'expire-soon' : 'vote-now'
    items.push({ stream, code, id, untilMs: closeMs })
  }
  const untilMs = proposal.dueMs ?? now
  if (phase === Phase.passed) items.push({ stream, code: 'object-until', id, untilMs })
  if (phase === Phase.timelock && !proposal.certified) {
    items.push({ stream, code: 'needs-certificate', id, untilMs })
  }
  if (phase === Phase.executable) items.push({ stream, code: 'executable', id, untilMs })
  return items
}

function appealItems({ id, stage, decision, resolution }: Appeal, member: string): Item[] {
  const party = member === decision.affected || member === decision.decider
  const stream = 'operations'
  if (stage === 'submitted') return party ? [] : [{ stream, code: 'appeal-to-review', id }]
  if (stage === 'reviewed') return party ? [] : [{ stream, code: 'appeal-to-resolve', id }]
  const won = member === decision.affected && resolution?.outcome === 'reversed'
  return won ? [{ stream, code: 'decision-reversed', id }] : []
}

function toNotice(items: readonly Item[]): Notice {
  const sorted = items.toSorted((a, b) => endOf(a) - endOf(b))
  const { stream, code, untilMs } = sorted[0]!
  const noun = code.startsWith('appeal') || code === 'decision-reversed' ? 'appeal' : 'proposal'
  const text = texts[code](`${items.length} ${noun}${items.length === 1 ? '' : 's'}`)
  const about = sorted.map(({ id }) => id)
  return { stream, code, about, ...(untilMs === undefined ? {} : { untilMs }), text }
}

function endOf({ untilMs }: { readonly untilMs?: number }): number {
  return untilMs ?? Number.MAX_SAFE_INTEGER
}
