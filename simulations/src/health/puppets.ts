import type { DetectorOutput } from '@torusmesh/health'
import type { Conditions } from '../faults/condition.ts'
import type { FaultEvent } from '../faults/event.ts'
import { adversaries } from './adversaries/index.ts'
import { type Adversary, MEMORY_WORDS, type Puppet } from './adversary.ts'
import type { Links } from './links.ts'
import type { Notices } from './notices.ts'
import { Kind, wordOf } from './words.ts'

/** In the order in which `turn` counts them. */
const BEHAVIOURS: readonly Adversary[] = Object.values(adversaries)

/** What a puppet needs of the shard's model. */
export interface PuppetHost {
  readonly nowMs: number
  readonly first: number
  readonly links: Links
  readonly notices: Notices | undefined
  selfOf(local: number): number
  setSelf(local: number, incarnation: number): void
  incarnationOf(local: number, link: number): number
  spreadAccusation(local: number, link: number, incarnation: number): void
  spreadRefutation(local: number, incarnation: number): void
  onLie(): void
  onWithheld(): void
}

/** The nodes of a shard that adversaries have: one view at a time. */
export class Puppets implements Puppet {
  readonly memories: Int32Array
  readonly #host: PuppetHost
  readonly #byzantine: ReadonlySet<number>
  readonly target: number
  readonly #conditions: Conditions
  #local = 0

  constructor(
    host: PuppetHost,
    nodes: number,
    schedule: readonly FaultEvent[],
    target: number,
    conditions: Conditions
  ) {
    this.#conditions = conditions
    this.#host = host
    this.#byzantine = new Set(schedule.flatMap(event => (event.kind === 'turn' ? event.node : [])))
    this.memories = new Int32Array(this.#byzantine.size > 0 ? nodes * MEMORY_WORDS : 0)
    this.target = target
  }

  tick(local: number): void {
    this.#adversary(local)?.tick?.(this)
  }

  /** Whether an output of the machine gets out. */
  lets(local: number, output: DetectorOutput, link: number): boolean {
    return this.#unless(this.#adversary(local)?.lets?.(this, output, link) === false)
  }

  /** Whether a node answers and passes on what comes in. */
  serves(local: number, kind: Kind, a: number): boolean {
    return this.#unless(this.#adversary(local)?.serves?.(this, kind, a) === false)
  }

  overhears(local: number, word: number, a: number, b: number): void {
    this.#adversary(local)?.overhears?.(this, word, a, b)
  }

  #unless(withheld: boolean): boolean {
    if (withheld) this.#host.onWithheld()
    return !withheld
  }

  /** What a node has turned into; from then on the view is of this node. */
  #adversary(local: number): Adversary | undefined {
    const behaviour = this.#conditions.behaviourOf(local)
    if (behaviour === 0) return undefined
    this.#local = local
    return BEHAVIOURS[behaviour - 1]
  }

  get nowMs(): number {
    return this.#host.nowMs
  }

  get degree(): number {
    return this.#host.links.degree
  }

  get node(): number {
    return this.#host.first + this.#local
  }

  get incarnation(): number {
    return this.#host.selfOf(this.#local)
  }

  get memory(): Int32Array {
    return this.memories.subarray(this.#local * MEMORY_WORDS, (this.#local + 1) * MEMORY_WORDS)
  }

  peer(link: number): number {
    return this.#host.links.peer(this.#local, link)
  }

  watches(link: number): boolean {
    return this.#host.links.watches(this.#local, link)
  }

  incarnationOf(link: number): number {
    return this.#host.incarnationOf(this.#local, link)
  }

  isAdversary(node: number): boolean {
    return this.#byzantine.has(node)
  }

  beat(link: number, incarnation: number): void {
    this.#host.links.send(this.#local, link, wordOf(Kind.beat, 0), incarnation, 0)
  }

  accuse(link: number, incarnation: number): void {
    this.#host.onLie()
    this.#host.spreadAccusation(this.#local, link, incarnation)
  }

  refute(incarnation: number): void {
    this.#host.onLie()
    this.#host.setSelf(this.#local, incarnation)
    this.#host.spreadRefutation(this.#local, incarnation)
    this.#host.notices?.sayReturned(this.#local, incarnation)
  }

  publish(link: number, incarnation: number): void {
    const { links, notices } = this.#host
    const subject = links.peer(this.#local, link)
    let accusers = 0
    for (let at = 0; at < links.degree; at++) {
      if (this.#byzantine.has(links.peerOfAny(subject, at))) accusers |= 1 << at
    }
    this.#host.onLie()
    notices?.spread(this.#local, subject, incarnation, accusers & links.watchersOf(subject))
  }

  replay(word: number, a: number, b: number): void {
    this.#host.onLie()
    for (let link = 0; link < this.degree; link++)
      this.#host.links.send(this.#local, link, word, a, b)
  }
}
