import { bytesToHex, hexToBytes, memberId } from '@torusmesh/protocol'
import { type Action, type AppealOutput, levelOf, Phase, proposalId } from '../governance/index.ts'
import type { ItemFault } from './events.ts'
import { MEMBERS_MAX } from './limits.ts'
import { classFault } from './motion.ts'
import { commitTo, openRound, type RoundFault, type Rounds, revealIn } from './rounds.ts'
import type { Said } from './said.ts'
import { simulate } from './simulate.ts'
import type { CouncilState } from './state.ts'
import type { OpenedStatement } from './statement.ts'
import { type EventSink, tell } from './tell.ts'
import { pausableServices } from './terms.ts'

/** Level from which a member reviews and resolves appeals. */
const APPEALS_LEVEL = 2

/** What a member's ordered statement does. */
export function speak(
  state: CouncilState,
  opened: OpenedStatement,
  out: EventSink
): ItemFault | undefined {
  const { speaker, said } = opened
  switch (said.kind) {
    case 'propose':
      return file(state, opened, out)
    case 'ballot': {
      const { proposal, revision, choice } = said
      const ballot = { proposal, voter: speaker, revision, choice }
      const refused = tell(state, { kind: 'ballot', ballot }, out)
      if (refused === undefined) state.weights.note({ kind: 'ballot', member: speaker, proposal })
      return refused
    }
    case 'cancel':
      return tell(state, { kind: 'cancel', id: said.proposal, member: speaker }, out)
    case 'object':
      return tell(state, { kind: 'object', id: said.proposal, validator: speaker }, out)
    case 'heartbeat':
      return hear(state, speaker, said.slot, out)
    case 'commit': {
      const { proposal, commitment } = said
      const validator = state.validatorOf(speaker)
      return turn(state, commitTo(state.rounds, proposal, state.epoch, validator, commitment))
    }
    case 'reveal': {
      const { proposal, secret } = said
      const validator = state.validatorOf(speaker)
      return turn(state, revealIn(state.rounds, proposal, state.epoch, validator, secret))
    }
    case 'admit':
      return admit(state, speaker, said.key, out)
    case 'appeal':
      return appeal(state, speaker, said, out)
    default:
      return said satisfies never
  }
}

/** Whether anybody's presence counts now: outside of votes the mesh says nothing. */
export function isVoteOpen({ book }: CouncilState): boolean {
  return book.live().some(({ phase }) => phase === Phase.draft || phase === Phase.open)
}

function hear(
  state: CouncilState,
  member: string,
  slot: number,
  out: EventSink
): ItemFault | undefined {
  if (!isVoteOpen(state)) return 'not-open'
  const refused = tell(state, { kind: 'heartbeat', member, slot }, out)
  // Ordered by whoever led: the speaker stands for the includer, it makes no difference to a weight.
  if (refused === undefined) {
    state.weights.note({ kind: 'heartbeat', member, slot, includer: member })
  }
  return refused
}

function turn(state: CouncilState, rounds: Rounds | RoundFault): ItemFault | undefined {
  if (typeof rounds === 'string') return rounds
  state.rounds = rounds
  return undefined
}

function admit(
  state: CouncilState,
  speaker: string,
  key: string,
  out: EventSink
): ItemFault | undefined {
  if (state.validatorOf(speaker) === undefined) return 'not-validator'
  if (state.keys.size >= MEMBERS_MAX) return 'too-many-members'
  const publicKey = hexToBytes(key)
  const member = bytesToHex(memberId({ identity: publicKey }))
  if (state.keys.has(member)) return 'known-member'
  state.keys = new Map(state.keys).set(member, publicKey)
  state.weights.note({ kind: 'membership', member, joined: true })
  out({ type: 'admitted', member })
  return undefined
}

function appeal(
  state: CouncilState,
  speaker: string,
  { step }: Extract<Said, { kind: 'appeal' }>,
  out: EventSink
): ItemFault | undefined {
  const row = state.book.electorate?.snapshot.rowOf(speaker)
  const level = row === undefined ? 1 : levelOf(row, state.policy.weight)
  switch (step.kind) {
    case 'submit':
      if (step.decision.affected !== speaker) return 'not-speaker'
      break
    case 'review':
      if (step.reviewer !== speaker) return 'not-speaker'
      if (level < APPEALS_LEVEL) return 'level-too-low'
      break
    case 'resolve':
      if (step.resolver !== speaker) return 'not-speaker'
      if (level < APPEALS_LEVEL) return 'level-too-low'
      break
    default:
      return step satisfies never
  }
  const outputs: AppealOutput[] = []
  const refused = state.appeals.handle(step, state.nowMs, output => outputs.push(output))
  for (const output of outputs) out({ type: 'appeal', output })
  return refused
}

/** Files a proposal whose simulation is this node's own. */
function file(state: CouncilState, opened: OpenedStatement, out: EventSink): ItemFault | undefined {
  const { said, speaker } = opened
  if (said.kind !== 'propose') return 'bad-item'
  const { draft } = said
  const { action } = draft
  if (draft.proposer !== speaker) return 'not-speaker'
  if (action.kind === 'set-policy') {
    const fault = classFault(action.policy)
    if (fault !== undefined) return fault
  }
  if (action.kind === 'pause' && !isPausable(action.service)) return 'unknown-service'
  if (action.kind === 'quarantine' && !state.keys.has(action.member)) return 'unknown-member'
  const id = proposalId(draft, state.ports.sha256)
  const refused = tell(state, { kind: 'propose', draft }, out)
  if (refused !== undefined) return refused
  const { preState, postState } = simulate(state, id, action)
  const isRight = draft.simulation.preState === preState && draft.simulation.postState === postState
  if (!isRight) return 'simulation-mismatch'
  if (needsBeacon(action)) state.rounds = openRound(state.rounds, id, state.epoch)
  return undefined
}

const isPausable = (service: string): boolean => pausableServices.some(name => name === service)

/** Whose electorate, or whose next set, is drawn. */
function needsBeacon(action: Action): boolean {
  return action.kind === 'set-parameter' || action.kind === 'set-validators'
}
