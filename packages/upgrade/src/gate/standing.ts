import { Mark, type MemberIndex } from './codes.ts'
import { bitOf } from './rules.ts'
import { type GateState, Standing } from './state.ts'

const GONE: number =
  bitOf(Mark.declined) | bitOf(Mark.failed) | bitOf(Mark.returns) | bitOf(Mark.reverted)

/** Looks anew at one member of the open wave. */
export function restand(state: GateState, member: MemberIndex): void {
  if (state.plan.waveOf[member] !== state.wave) return
  const standing = standingOf(state, member)
  const before = state.standings[member]!
  if (standing === before) return
  state.standings[member] = standing
  state.tally[before]!--
  state.tally[standing]!++
  state.isDirty = true
}

/** Looks anew at all of them. */
export function restandAll(state: GateState): void {
  const wave = state.plan.members[state.wave] ?? []
  state.standings.fill(Standing.open)
  state.tally.fill(0)
  state.tally[Standing.open] = wave.length
  for (const member of wave) restand(state, member)
  state.isDirty = true
}

function standingOf(state: GateState, member: MemberIndex): Standing {
  const { book } = state
  const marks = book.marks[member]!
  if (book.isFaulty(member) || (marks & GONE) !== 0) return Standing.missing
  const said = book.markOf(member, Mark.healthy)
  if (said?.kind !== 'mark') return Standing.open
  if (!state.isVoted(said.digest)) return Standing.missing
  if (state.silentMs.has(member)) return Standing.open
  let agree = 0
  let differ = 0
  let probers = 0
  if (state.plan.probers[member]!.length === 0) return Standing.well
  for (const prober of state.plan.probers[member]!) {
    if (book.isFaulty(prober)) continue
    const probe = book.probeOf(member, prober)
    // A neighbour that looked counts though it is down now; one that can't look doesn't.
    if (probe?.kind !== 'probe') {
      if (!state.silentMs.has(prober)) probers++
      continue
    }
    probers++
    if (probe.digest === said.digest) agree++
    else differ++
  }
  switch (state.rules.opinionOf(agree, differ, probers)) {
    case 'well':
      return Standing.well
    case 'unwell':
      return Standing.missing
    case 'open':
      return Standing.open
  }
}
