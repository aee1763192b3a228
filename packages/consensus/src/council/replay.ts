import type { CertificateClaim } from '../certificate/certificate.ts'
import type { Epoch } from '../certificate/epoch.ts'
import type { Ending, Floor } from '../engine/chain.ts'
import type { Block } from '../engine/header.ts'
import { ConsensusError } from '../errors.ts'
import type { Batch } from './codes.ts'
import type { DecisionCertificate } from './decision.ts'
import type { CouncilEvent } from './events.ts'
import type { CouncilState } from './state.ts'

/**
 * Where the engine stands after a batch of the ledger, which has been applied to the state.
 *
 * @throws ConsensusError `bad-record` for a batch of another epoch
 */
export function floorAfter(batch: Batch, from: Floor, state: CouncilState): Floor {
  const { blocks, certificate, epochId } = batch
  const tip = blocks.at(-1)
  if (epochId !== state.epoch.id || tip === undefined) {
    throw new ConsensusError('bad-record', 'a batch is of another epoch; verify the ledger')
  }
  const height = blocks.findLast(({ header }) => header.height !== null)?.header.height
  return {
    view: certificate.view,
    digest: tip.digest,
    height: height ?? from.height,
    stateRoot: tip.header.stateRoot,
    certificate,
    ending: from.ending ?? endingOf(blocks, state)
  }
}

function endingOf(blocks: readonly Block[], { epoch, next }: CouncilState): Ending | null {
  const last = blocks.find(({ header }) => header.nextPlan !== null)
  if (last === undefined || next === null) return null
  const { height, stateRoot, nextPlan } = last.header
  const { number } = epoch
  const checkpoint = { number, block: last.digest, height: height!, stateRoot, plan: nextPlan! }
  return { checkpoint, plan: next }
}

/** What a final block did. */
export interface Decided {
  readonly event: CouncilEvent
  readonly block: Block
}

/** What shows the decisions among the events of final blocks. */
export function shownBy(
  epoch: Epoch,
  blocks: readonly Block[],
  finality: CertificateClaim,
  decided: readonly Decided[]
): DecisionCertificate[] {
  return decided.flatMap(({ event, block }) => {
    if (event.type !== 'decided') return []
    const { decision, approvedIn } = event
    const headers = blocks.slice(blocks.indexOf(block)).map(({ header }) => header)
    const height = block.header.height!
    return [{ decision, approvedIn, epoch, block: block.digest, height, headers, finality }]
  })
}
