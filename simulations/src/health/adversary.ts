import type { DetectorOutput } from '@torusmesh/health'
import type { Kind } from './words.ts'

/** What an adversary can do with the node it has: it holds this node's key and links, nobody else's. */
export interface Puppet {
  readonly nowMs: number
  readonly degree: number
  /** The node's global number. */
  readonly node: number
  /** Its own incarnation, as its beats carry it. */
  readonly incarnation: number
  /** The node the scenario's adversaries are after, or -1. */
  readonly target: number
  peer(link: number): number
  /** Whether the peer is one it watches, and may accuse. */
  watches(link: number): boolean
  /** Highest incarnation heard of the peer. */
  incarnationOf(link: number): number
  isAdversary(node: number): boolean
  beat(link: number, incarnation: number): void
  accuse(link: number, incarnation: number): void
  refute(incarnation: number): void
  /** A notice with the accusations of all adversaries among the peer's watchers: no other can be forged. */
  publish(link: number, incarnation: number): void
  /** Sends words it has received once more, over all links. */
  replay(word: number, a: number, b: number): void
  /** Words of its own that outlast the event, {@link MEMORY_WORDS} of them. */
  readonly memory: Int32Array
}

export const MEMORY_WORDS = 16

/** A Byzantine behaviour beside the machine, which goes on: it changes what gets out and adds to it. */
export interface Adversary {
  /** One line for people. */
  readonly about: string
  /** After each tick of the machine. */
  tick?(puppet: Puppet): void
  /** What of the machine's outputs gets out; all when left out. */
  lets?(puppet: Puppet, output: DetectorOutput, link: number): boolean
  /** Whether it answers and passes on what comes in; the machine hears it in any case. */
  serves?(puppet: Puppet, kind: Kind, a: number): boolean
  /** Statements and notices, as they come in for the first time. */
  overhears?(puppet: Puppet, word: number, a: number, b: number): void
}

/** Once a second of the four ticks in it. */
export function eachSecond(puppet: Puppet): boolean {
  return puppet.nowMs % 1_000 < 250
}
