import { Kind } from '../certificate/statement.ts'
import { isSigned, type Vote } from '../certificate/vote.ts'
import { ConsensusError } from '../errors.ts'
import { adopt, check, count, learn } from './certify.ts'
import type { Block } from './header.ts'
import type { Message } from './message.ts'
import { type EngineState, isCeremony } from './state.ts'

/**
 * Takes up where the records end. A fold that doesn't depend on their order: records are a set, one
 * for each epoch, view and kind.
 *
 * @throws ConsensusError `foreign-record`, `bad-record`: such a store isn't this node's.
 */
export function recover(state: EngineState, records: readonly Message[]): void {
  recoverFloor(state)
  for (const record of records) recoverRecord(state, record)
  // The count of nullified views in a row isn't kept: timeouts start anew.
  state.pacemaker.finalized()
  state.isRecovering = false
}

function recoverFloor(state: EngineState): void {
  const { certificate } = state.chain.floor
  if (certificate === null) return
  const checked = check(state, certificate)
  if (!checked.ok) throw badRecord(`its floor has a ${checked.fault}`)
  state.slot(Kind.finalize, certificate.view).keep(checked.value)
}

function recoverRecord(state: EngineState, record: Message): void {
  switch (record.type) {
    case 'vote':
      return recoverVote(state, record.vote, record)
    case 'proposal':
      return recoverProposal(state, record.block, record.signature, record)
    case 'certificate': {
      const checked = check(state, record.claim)
      if (checked.ok) return learn(state, checked.value)
      throw checked.fault === 'foreign-epoch'
        ? foreignRecord()
        : badRecord(`a certificate has a ${checked.fault}`)
    }
    case 'blocks':
      if (record.epochId !== state.epoch.id) throw foreignRecord()
      for (const block of record.blocks) adopt(state, block)
      return
    default:
      throw badRecord(`${record.type} is no record`)
  }
}

function recoverVote(state: EngineState, vote: Vote, message: Message): void {
  const { epochId, kind, view, digest } = vote
  if (epochId !== state.epoch.id) throw foreignRecord()
  if (!isCeremony(kind) && view < state.chain.floor.view) return
  if (!isMine(state, vote)) throw badRecord('a vote is not its own')
  const slot = state.slot(kind, view)
  if (slot.said[kind] === digest) return
  if (slot.said[kind] !== null) throw badRecord('two votes contradict each other')
  slot.said[kind] = digest
  slot.words.set(kind, { message, isDurable: true })
  // I spoke in this view: it has to be brought to its end (R9).
  slot.isSeen = true
  count(state, slot, vote)
}

function recoverProposal(
  state: EngineState,
  block: Block,
  signature: Uint8Array,
  message: Message
): void {
  const { epochId, view } = block.header
  const { digest } = block
  if (epochId !== state.epoch.id) throw foreignRecord()
  if (view <= state.chain.floor.view) return
  const validator = state.epoch.leader(view)
  const vote = { kind: Kind.propose, epochId, view, digest, validator, signature }
  if (!isMine(state, vote)) throw badRecord('a proposal is not its own')
  const slot = state.slot(Kind.propose, view)
  if (slot.said[Kind.propose] === digest) return
  if (slot.said[Kind.propose] !== null) throw badRecord('two proposals contradict each other')
  slot.said[Kind.propose] = digest
  slot.draft = block
  slot.words.set(Kind.propose, { message, isDurable: true })
  slot.proposed = { block, isJustified: true }
  slot.count(vote, 0)
  adopt(state, block)
}

function isMine(state: EngineState, vote: Vote): boolean {
  const isNamed = state.self === null || vote.validator === state.self
  return isNamed && isSigned(state.epoch, vote, state.ports.verify)
}

function foreignRecord(): ConsensusError {
  return new ConsensusError('foreign-record', 'a record is of another epoch; open its own store')
}

function badRecord(problem: string): ConsensusError {
  return new ConsensusError(
    'bad-record',
    `the store is damaged, ${problem}; start as an observer until the next epoch`
  )
}
