import type { NodeConfig } from './config/index.ts'
import type { GossipTaps } from './gossip/options.ts'
import type { Wire } from './host/delayed-transport.ts'
import type { EnrolmentProof, Home, NodeState } from './identity/home.ts'
import type { MemberSigners } from './identity/signers.ts'
import type { Logger } from './log/index.ts'
import type { Clock } from './runtime/clock.ts'
import type { ResourceMeter } from './runtime/resources.ts'
import type { Charter, ProcessResources } from './shared.ts'
import type { Standing } from './view.ts'

/** What a node is opened with. */
export interface OpenNodeInit {
  readonly home: Home
  readonly config: NodeConfig
  readonly charter: Charter
  readonly signers: MemberSigners
  readonly state: NodeState
  readonly enrolment: EnrolmentProof | undefined
  readonly resources: ProcessResources
  readonly meter: ResourceMeter
  readonly clock: Clock
  readonly logger: Logger
  /** Where members may be dialled before their records are known, by member key. */
  readonly addresses: ReadonlyMap<string, readonly string[]>
  /** Records of members known from before; verified again. */
  readonly records: readonly Uint8Array[]
  readonly onStanding?: (key: string, standing: Standing) => void
  /** Called with each statement of others that is durable in the ledger. */
  readonly onTaken?: (envelope: Uint8Array) => void
  readonly taps?: GossipTaps
  readonly wire?: Wire | undefined
  /** Adds the process's own metrics; for a process with one node. */
  readonly processMetrics?: boolean
}
