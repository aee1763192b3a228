import { governance } from '@torusmesh/consensus'
import { sha256 } from './sha256.ts'

type Unplaced<Event> = Event extends governance.WeightEvent ? Omit<Event, 'seq' | 'epoch'> : never
type WeightEvent = Unplaced<governance.WeightEvent>

/** Heartbeats of a simulated epoch: enough for a share of uptime, a sixth of the work of weighing. */
export const EPOCH_SLOTS = 4
const KINDS = ['attestation', 'signal', 'contribution'] as const
/** Every so many epochs a proposal is decided. */
const PROPOSAL_EPOCHS = 3

/** The default policy with coarser heartbeats. */
export const policy: governance.Policy = {
  ...governance.defaultPolicy,
  weight: { ...governance.defaultPolicy.weight, epochSlots: EPOCH_SLOTS }
}

/** The ledger as far as weight goes: who writes to it in an epoch. */
export interface Ledger {
  readonly epoch: number
  add(event: WeightEvent): void
}

/** What some members do in each epoch, instead of what the honest do. */
export interface Conduct {
  readonly members: readonly string[]
  act(ledger: Ledger): void
}

/** What a population is made of. */
export interface PopulationInit {
  readonly members: readonly string[]
  readonly neighboursOf: (member: string) => readonly string[]
  readonly epochs: number
  /** Of those who aren't honest. */
  readonly conduct?: Conduct
}

/**
 * Members over many epochs. The honest are up, vote, and vouch for their torus neighbours' work; all
 * were founders, certified at the highest tier. Others do what their conduct says.
 */
export class Population {
  readonly members: readonly string[]
  readonly events: governance.WeightEvent[] = []
  /** Weights at the end of each epoch. */
  readonly snapshots: governance.WeightSnapshot[] = []
  readonly #init: PopulationInit

  constructor(init: PopulationInit) {
    this.#init = init
    this.members = init.members
    for (let epoch = 1; epoch <= init.epochs; epoch++) this.#live(epoch)
  }

  get latest(): governance.WeightSnapshot {
    return this.snapshots.at(-1)!
  }

  /** Why a member weighs what it weighs at the end. */
  explain(member: string): governance.WeightExplanation {
    const { epoch } = this.latest
    return governance.explainWeight(
      member,
      this.events,
      epoch,
      policy,
      this.snapshots.at(-2),
      sha256
    )
  }

  #live(epoch: number): void {
    const { conduct, neighboursOf } = this.#init
    const others = new Set(conduct?.members)
    const add = (event: WeightEvent): void => {
      this.events.push({ ...event, seq: this.events.length, epoch } as governance.WeightEvent)
    }
    for (const member of this.members) {
      if (epoch === 1) add({ kind: 'membership', member, joined: true })
      if (others.has(member)) continue
      if (epoch === 1) add({ kind: 'certification', member, tier: 5, untilEpoch: 1_000 })
      liveDay(member, epoch, add)
      if (epoch > 1) continue
      // Once is enough: the cap for a pair is for the whole window.
      const points = policy.weight.pairMaxPoints
      for (const kind of KINDS) {
        for (const peer of neighboursOf(member)) {
          if (!others.has(peer)) add({ kind, member: peer, lender: member, points })
        }
      }
    }
    conduct?.act({ epoch, add })
    if (isDecisive(epoch)) add({ kind: 'decision', proposal: proposalOf(epoch), quorate: true })
    const previous = this.snapshots.at(-1)
    this.snapshots.push(governance.weigh(this.events, epoch, policy, previous, sha256))
  }
}

/** Heartbeats and a ballot: what costs a node next to nothing. */
export function liveDay(member: string, epoch: number, add: Ledger['add']): void {
  for (let slot = 0; slot < EPOCH_SLOTS; slot++) {
    add({ kind: 'heartbeat', member, slot: EPOCH_SLOTS * epoch + slot, includer: member })
  }
  if (isDecisive(epoch)) add({ kind: 'ballot', member, proposal: proposalOf(epoch) })
}

const isDecisive = (epoch: number): boolean => epoch % PROPOSAL_EPOCHS === 0
const proposalOf = (epoch: number): string => `past-${epoch}`
