import { GossipError } from '../errors.ts'

/** Settings of a mesh; equal at all its nodes but for `messages`. */
export interface TreeCastLimits {
  /** Messages remembered, 8 to 4,096: more than are under way at a time, or a late copy is news again. */
  readonly messages: number
  /** Nodes less than so many hops from the source pass a message on over all their links. */
  readonly floodHops: number
  /** What a new link is told of: messages not older than this. */
  readonly recentMs: number
}

/**
 * The tree from the source on: its children are all its neighbours. Flooding a second hop costs 0.12
 * copies a node at 512 nodes and gains 6 ms at p99 with all nodes alive.
 */
export const treeCastLimits: TreeCastLimits = { messages: 256, floodHops: 1, recentMs: 30_000 }

/** A peer may open one entry of so many with announcements of what hasn't come. */
export const OPEN_SHARE = 8

/**
 * How long a node waits, after the first announcement of a message, for its parent to push it: by
 * size, as large messages queue at uplinks. Kept in sixteenths of a ms.
 */
export const PATIENCE_START: readonly number[] = [40 * 16, 60 * 16, 160 * 16, 600 * 16]
export const PATIENCE_LEAST: number = 2 * 16
export const PATIENCE_MOST = 0xffff
/** Sizes in bytes from which the next patience applies. */
const CLASS_FROM: readonly number[] = [8_192, 65_536, 524_288]

/**
 * Each message that was announced before it came shortens patience by 1/32; each pull that turns out
 * needless, as the push comes too, lengthens it by 6/32. It settles where one message in six is
 * pulled needlessly, whatever the delays of the network; where parents are dead, pulls are needed, and
 * patience runs down by itself.
 */
export const PATIENCE_SHIFT = 5
export const NEEDLESS_WEIGHT = 6

/** A delay taken for a link that isn't measured yet. */
export const UNMEASURED_MS = 50
/** What a peer may take for an answer beyond the way there and back, and its uplink's patience. */
export const ANSWER_MS = 20
/** Ranks are told at most this often, and so long after the first change. */
export const RANKS_MS = 500
/** The id of their delay: no message has it. */
export const RANKS_ID = 0
/** A link is ranked anew when its delay differs by more than one part in so many. */
export const RERANK_SHARE = 4

/** Class of a size, 0 to 3; what an announcement says of it is only a claim. */
export function sizeClass(sizeBytes: number): number {
  let kind = 0
  while (kind < CLASS_FROM.length && sizeBytes >= CLASS_FROM[kind]!) kind++
  return kind
}

/** @throws {GossipError} `bad-limits` */
export function checkLimits({ messages, floodHops, recentMs }: TreeCastLimits): void {
  const fits =
    Number.isInteger(messages) &&
    messages >= 8 &&
    messages <= 4_096 &&
    Number.isInteger(floodHops) &&
    floodHops >= 0 &&
    Number.isInteger(recentMs) &&
    recentMs >= 0
  if (fits) return
  throw new GossipError('bad-limits', 'give 8 to 4,096 messages, whole hops and ms from 0')
}
