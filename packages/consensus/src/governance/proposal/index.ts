export { type Action, type Draft, type RestrictiveAction, subjectOf } from './action.ts'
export { ProposalBook, type ProposalBookInit, type ProposalInput, proposalId } from './book.ts'
export {
  type Execution,
  Phase,
  type ProposalOutput,
  type ProposalSink,
  type VerifiedAction
} from './phase.ts'
export { type Electorate, Proposal } from './proposal.ts'
