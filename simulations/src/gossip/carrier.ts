/** Most links of a node: masks have a bit each. */
export const LINKS_MAX = 16

/**
 * Words of events: a kind in the low four bits, the receiver's link in the next four. From `announce`
 * on they are a carrier's own, sent by {@link World.control} or {@link World.timer}.
 */
export const Kind = {
  publish: 0,
  /** `b` is 1 if it was asked for. */
  payload: 1,
  /** The uplink is free. */
  uplink: 2,
  /** A payload has passed the downlink. */
  received: 3,
  linkUp: 4,
  linkDown: 5,
  timer: 6,
  announce: 7,
  want: 8,
  dontWant: 9,
  ranks: 10,
  graft: 11,
  prune: 12
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** States worth reaching. */
export const MARKS = [
  'pulled',
  'repaired-after-crash',
  'unanswered-pull',
  'copy-cancelled-in-queue',
  'idontwant-saved-a-copy',
  'iwant-served',
  'grafted',
  'pruned',
  'link-dropped',
  'queue-full',
  'sent-again'
] as const
export type Mark = (typeof MARKS)[number]

/** What a carrier can do. Nodes are local numbers. */
export interface World {
  readonly nowMs: number
  readonly nowTicks: number
  /** First sight of a message. */
  deliver(local: number, id: number, link: number): void
  /** Queues a payload at the uplink; `asked` marks one that answers a request. */
  payload(local: number, link: number, id: number, asked: boolean): void
  /** Sends a frame ahead of all payloads that wait; `ids`: how many ids it carries. */
  control(local: number, link: number, kind: Kind, a: number, b: number, ids: number): void
  timer(local: number, delayTicks: number, kind: Kind, a: number, b: number): void
  mark(mark: Mark): void
}

/** A way to spread messages: all nodes of a shard, state in columns. Ids are 1 and up. */
export interface Carrier {
  /** A link's one-way delay as a node would measure it; at the start, and when it comes back. */
  linkUp(local: number, link: number, delayMs: number): void
  linkDown(local: number, link: number): void
  /** A node starts, or starts anew; it `remembers` what it has on its disk: messages seen. */
  boot(local: number, remembers: boolean): void
  publish(local: number, id: number): void
  payload(local: number, link: number, id: number): void
  control(local: number, link: number, kind: Kind, a: number, b: number): void
  timer(local: number, a: number, b: number): void
  /** Whether a payload that waits at the uplink is still worth sending. */
  needs(local: number, link: number, id: number): boolean
  columns(): readonly ArrayBufferView[]
}
