import { Kind } from '../certificate/statement.ts'
import { ConsensusError } from '../errors.ts'
import { need } from './catch-up.ts'
import type { Ending, Floor } from './chain.ts'
import { checkpointDigest } from './checkpoint.ts'
import type { Block } from './header.ts'
import { say } from './say.ts'
import type { EngineState } from './state.ts'

/** R6: decides a finalized block and its ancestors, oldest first, and lets go of all below. */
export function commit(state: EngineState): void {
  const { chain, target, pending, ports } = state
  if (target === null) return
  const path = chain.pathTo(target.digest)
  if ('conflict' in path) return state.fork(target)
  if ('missing' in path) return need(state, path.missing)
  const { blocks } = path
  const ending = endingOf(state, blocks)
  const { digest, header } = blocks.at(-1)!
  const highest = blocks.findLast(block => block.header.height !== null)?.header.height
  const floor: Floor = {
    view: target.view,
    digest,
    height: highest ?? chain.floor.height,
    stateRoot: header.stateRoot,
    certificate: target,
    ending: ending ?? chain.floor.ending
  }
  state.target = null
  chain.decide(blocks, floor)
  for (const view of state.slots.keys()) if (view < floor.view) state.slots.delete(view)
  state.pacemaker.finalized()
  state.out({ type: 'decide', blocks, certificate: target, floor })
  if (ending !== null) state.out({ type: 'ended', ending })
  pending.drop(blocks.flatMap(({ items }) => items))
  pending.retain(ports)
}

/** Signs the checkpoints this node stands for: the new set's at once, the old set's at the end. */
export function signCheckpoints(state: EngineState): void {
  const { ceremony, opening } = state
  const { ending } = state.chain.floor
  if (opening !== null) say(state, ceremony, Kind.opening, opening)
  if (ending === null || ceremony.said[Kind.closing] !== null) return
  say(state, ceremony, Kind.closing, checkpointDigest(ending.checkpoint))
}

function endingOf(state: EngineState, blocks: readonly Block[]): Ending | null {
  const at = blocks.findIndex(({ header }) => header.nextPlan !== null)
  if (at < 0) return null
  const { digest, header, items } = blocks[at]!
  const plan = state.ports.execute(blocks.slice(0, at), items)?.next
  if (!plan) {
    throw new ConsensusError('bad-port', 'a final block ends the epoch; execute must give its plan')
  }
  const { number } = state.epoch
  const { height, stateRoot, nextPlan } = header
  const checkpoint = { number, block: digest, height: height!, stateRoot, plan: nextPlan! }
  return { checkpoint, plan }
}
