import { Kind as GossipKind } from '../gossip/carrier.ts'
import type { HealthResult } from '../health/result.ts'
import { eachRow, Said } from '../health/verdict-log.ts'
import { Kind, kindOf } from '../health/words.ts'
import type { TracedMessage } from './trace.ts'

/** Something a node concluded. */
export interface Conclusion {
  readonly atMs: number
  readonly node: number
  readonly about: number
  readonly text: string
}

/** How a scenario's messages and conclusions read in a diagram. */
export interface Describer {
  /** @returns `undefined` for what happens all the time and says nothing */
  message(message: TracedMessage): string | undefined
  conclusions(results: readonly unknown[]): Conclusion[]
}

const HEALTH_NAMES: Partial<Record<Kind, (a: number, b: number) => string>> = {
  [Kind.opened]: a => `opened, incarnation ${a}`,
  [Kind.closed]: () => 'closed',
  [Kind.knock]: () => 'dial',
  [Kind.answered]: () => 'answers',
  [Kind.refused]: () => 'refuses',
  [Kind.probe]: () => 'probe',
  [Kind.reply]: () => 'probe answered',
  [Kind.accusation]: (a, b) => `accuses ${a} (${b})`,
  [Kind.refutation]: (a, b) => `${a} lives (${b})`,
  [Kind.reminder]: (_, b) => `you are down (${b})`,
  [Kind.notice]: (a, b) => `proof: ${a} down (${b})`,
  [Kind.returned]: (a, b) => `${a} is back (${b})`
}

const VERDICTS: Readonly<Record<Said, (about: number, incarnation: number) => string>> = {
  [Said.accuse]: about => `accuses ${about}`,
  [Said.down]: about => `${about} is down`,
  [Said.clear]: about => `${about} is alive`,
  [Said.refute]: (_, incarnation) => `refutes (${incarnation})`,
  [Said.doubt]: () => 'doubts itself',
  [Said.notice]: about => `believes ${about} down`
}

const health: Describer = {
  message: ({ word, a, b }) => HEALTH_NAMES[kindOf(word)]?.(a, b >>> 0),
  conclusions(results) {
    const found: Conclusion[] = []
    for (const { log } of results as readonly HealthResult[]) {
      eachRow(log, (atMs, node, about, what, incarnation) => {
        found.push({ atMs, node, about, text: VERDICTS[what as Said](about, incarnation) })
      })
    }
    return found.sort((a, b) => a.atMs - b.atMs)
  }
}

const GOSSIP_NAMES: Partial<Record<GossipKind, (a: number) => string>> = {
  [GossipKind.payload]: id => `message ${id}`,
  [GossipKind.announce]: () => 'announces',
  [GossipKind.want]: () => 'asks',
  [GossipKind.graft]: () => 'graft',
  [GossipKind.prune]: () => 'prune'
}

const gossip: Describer = {
  message: ({ word, a }) => GOSSIP_NAMES[(word & 15) as GossipKind]?.(a),
  conclusions: () => []
}

const plain: Describer = { message: () => 'message', conclusions: () => [] }

/** By the scenario's name. */
export function describerOf(scenario: string): Describer {
  if (scenario === 'flood') return plain
  return scenario === 'broadcast' ? gossip : health
}
