import type { governance } from '@torusmesh/consensus'
import { draw } from '../engine/random.ts'
import type { Topology } from '../topology/topology.ts'
import { Chamber } from './chamber.ts'
import { Population, policy } from './population.ts'

const ATTACKER_STREAM = 0x676f_7601

/** What every stage of a run is built from. */
export interface StageInit {
  readonly topology: Topology
  readonly seed: number
  readonly epochs: number
  readonly attackersPermille: number
}

/** The mesh an attack is tried on: members on a torus, some of them the attacker's. */
export class Stage {
  readonly members: readonly string[]
  readonly attackers: readonly string[]
  readonly honest: readonly string[]
  readonly epochs: number
  readonly #topology: Topology
  #population: Population | undefined

  constructor({ topology, seed, epochs, attackersPermille }: StageInit) {
    this.#topology = topology
    this.epochs = epochs
    this.members = Array.from({ length: topology.nodes }, (_, node) => nameOf(node))
    const order = [...this.members.keys()].sort(
      (a, b) => draw(seed, ATTACKER_STREAM, a, 0) - draw(seed, ATTACKER_STREAM, b, 0) || a - b
    )
    const count = Math.ceil((topology.nodes * attackersPermille) / 1_000)
    this.attackers = order.slice(0, count).map(nameOf)
    this.honest = order.slice(count).map(nameOf)
  }

  /** All members having worked for all epochs, whoever they belong to. */
  get population(): Population {
    this.#population ??= new Population({
      members: this.members,
      neighboursOf: this.neighboursOf,
      epochs: this.epochs
    })
    return this.#population
  }

  /** A chamber of that population. */
  chamber(own: governance.Policy = policy): Chamber {
    return new Chamber({ snapshot: this.population.latest, policy: own })
  }

  readonly neighboursOf = (member: string): string[] => {
    const node = Number(member.slice(1))
    const { degree } = this.#topology
    const peers = Array.from({ length: degree }, (_, link) => this.#topology.peer(node, link))
    return [...new Set(peers)].filter(peer => peer >= 0 && peer !== node).map(nameOf)
  }

  /** The first of `members` who together hold at least `permille` of a snapshot's weight. */
  bloc(
    members: readonly string[],
    snapshot: governance.WeightSnapshot,
    permille: number
  ): string[] {
    const bloc: string[] = []
    let weight = 0
    for (const member of members) {
      if (1_000 * weight >= permille * snapshot.total) break
      weight += snapshot.rowOf(member)?.total ?? 0
      bloc.push(member)
    }
    return bloc
  }
}

/** Members sort by name as nodes do by number. */
const nameOf = (node: number): string => `m${String(node).padStart(5, '0')}`
