import type { council } from '@torusmesh/consensus'
import type { Env, RejectCode, Subject } from '@torusmesh/protocol'
import type { Beats } from '../beat/beats.ts'
import type { Gossip } from '../gossip/gossip.ts'
import type { Inbound } from '../inbound/inbound.ts'
import type { LinkService } from '../link/link-service.ts'
import type { NodeMetrics } from '../metrics/index.ts'
import type { Directory } from '../overlay/directory.ts'
import type { Standing } from '../view.ts'
import type { BallCast } from './ball-cast.ts'
import type { Clock } from './clock.ts'
import type { Journal } from './journal.ts'
import type { Speaker } from './speaker.ts'
import type { WatchList } from './watch-list.ts'

/** What emergencies in effect keep this node from; they end by themselves. */
export interface Restrictions {
  /** Its statements count for nothing, and no link to it is opened; votes and objections stay its right. */
  isQuarantined(member: string): boolean
  isPaused(service: council.PausableService): boolean
}

/** What the parts of a running node share. */
export interface RuntimeContext {
  readonly network: string
  readonly env: Env
  readonly clock: Clock
  readonly directory: Directory
  readonly links: LinkService
  readonly beats: Beats
  readonly gossip: Gossip
  readonly inbound: Inbound
  readonly ballCast: BallCast
  readonly speaker: Speaker
  readonly journal: Journal
  readonly watchList: WatchList
  readonly metrics: NodeMetrics
  /** Runs `task` and reports its failure; nothing a peer sends may end the process. */
  readonly background: (what: string, task: () => Promise<void>) => void
  /** None where there is no council. */
  readonly restrictions?: Restrictions
  readonly onStanding: (key: string, standing: Standing) => void
  /** A statement of another member is durable in the ledger. */
  readonly onTaken: (envelope: Uint8Array) => void
  /** Counts a drop; what no honest peer passes on lowers the score of `from`. */
  readonly onReject: (code: RejectCode, from: string, subject?: Subject) => void
}

/** A part with something to do at intervals and at the end. */
export interface RuntimePart {
  start(): void
  stop(): void
}
