import {
  Phase,
  type Proposal,
  type ProposalInput,
  type ProposalOutput,
  ProposalType
} from '../governance/index.ts'
import { undo } from './effects.ts'
import type { CouncilEvent, ItemFault } from './events.ts'
import type { CouncilState } from './state.ts'

export type EventSink = (event: CouncilEvent) => void

/** Hands an input to the proposals, and takes in what they put out. */
export function tell(
  state: CouncilState,
  input: ProposalInput,
  out: EventSink
): ItemFault | undefined {
  const outputs: ProposalOutput[] = []
  const refusal = state.book.handle(input, state.nowMs, output => outputs.push(output))
  for (const output of outputs) note(state, output, out)
  // These two leave a trace, so they are ordered: a vote is void now, a proposal has failed.
  return refusal === 'equivocation' || refusal === 'simulation-mismatch' ? undefined : refusal
}

function note(state: CouncilState, output: ProposalOutput, out: EventSink): void {
  switch (output.kind) {
    case 'enact':
      return
    case 'revert':
      state.effects = undo(output.id, state.effects)
      return out({
        type: 'reverted',
        proposal: output.id,
        action: output.action,
        atMs: state.nowMs
      })
    case 'phase': {
      const proposal = state.book.get(output.id)
      if (proposal !== undefined && isCounted(proposal, output.phase)) {
        const { quorate } = proposal.result().certificate
        state.weights.note({ kind: 'decision', proposal: output.id, quorate })
      }
      return out({ type: 'proposal', output })
    }
    case 'extended':
    case 'equivocation':
      return out({ type: 'proposal', output })
    default:
      return output satisfies never
  }
}

function isCounted({ draft }: Proposal, phase: Phase): boolean {
  const isRatified = phase === Phase.executed && draft.type === ProposalType.emergency
  return phase === Phase.passed || phase === Phase.rejected || isRatified
}
