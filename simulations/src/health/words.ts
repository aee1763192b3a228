/** What an event tells a node; it says in its comment what `a` and `b` are. */
export const Kind = {
  /** A node wakes to its detector's tick. */
  tick: 0,
  /** a: the sender's incarnation; detail: {@link Recurs}. */
  beat: 1,
  /** A restarted peer links up: a beat that wants one back. a: incarnation. */
  opened: 2,
  /** The kernel closed the connection. */
  closed: 3,
  /** A dial without a word; detail 1: it redials a closed connection. */
  knock: 4,
  answered: 5,
  refused: 6,
  /** An indirect probe on its way, {@link packProbe}; a: who asks. */
  probe: 7,
  /** Its answer on the way back; b: incarnation. */
  reply: 8,
  /** a: the accused; b: its incarnation; detail: {@link packStatement}. */
  accusation: 9,
  /** a: who refutes; b: its new incarnation; detail: {@link packStatement}. */
  refutation: 10,
  /** The receiver counts as down; b: under this incarnation. */
  reminder: 11,
  /** A proof for the whole mesh that a is down under incarnation b; detail: {@link packNotice}. */
  notice: 12,
  /** a tells the whole mesh that it lives, under incarnation b; detail: {@link packNotice}. */
  returned: 13,
  /** A list of what the sender keeps of whom, see `Tidings`; detail 1: it answers another one. */
  tidings: 14,
  /** This watcher's turn to publish: a: slot; b: incarnation; detail: how often it has waited. */
  publish: 15,
  /** The next report of the peer in slot a: its watchers are counted anew. */
  report: 16,
  /** A starved node loses its CPU; detail: which starvation. */
  stall: 17,
  /** A fault is about to befall the node. */
  rouse: 18,
  /** A list of tidings is due; a: to whom; detail: in which life. */
  tell: 19,
  /** What repeats over a link from another shard ends; a: when its last beat arrives. */
  ended: 20
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Whether more beats follow one, see `Backlog`: none that it says, from now on, or as before. */
export const Recurs = { not: 0, begins: 1, goesOn: 2 } as const

const LINK_SHIFT = 5
const DETAIL_SHIFT = 9

/** Links and slots are four bits of a word; a notice holds one bit for each watcher. */
export const LINKS_MAX = 14

/** The receiver's link to the sender goes in by {@link fromLink}. */
export function wordOf(kind: Kind, detail: number): number {
  return kind | (detail << DETAIL_SHIFT)
}

export function fromLink(word: number, link: number): number {
  return word | (link << LINK_SHIFT)
}

export function kindOf(word: number): Kind {
  return (word & 31) as Kind
}

export function linkOf(word: number): number {
  return (word >>> LINK_SHIFT) & 15
}

export function detailOf(word: number): number {
  return (word >>> DETAIL_SHIFT) & 0x3f_ffff
}

/** What makes two words one statement: everything but the link it came by and the hops left. */
export function statementOf(word: number): number {
  return word & ~(15 << LINK_SHIFT) & ~(15 << DETAIL_SHIFT)
}

/**
 * @param hops - left, 0 to 15
 * @param sequence - tells an author's statements of one content apart, modulo 256
 * @param accuser - the accused one's link to the accuser
 */
export function packStatement(hops: number, sequence: number, accuser: number): number {
  return hops | ((sequence & 255) << 4) | (accuser << 12)
}

export const hopsOf = (detail: number): number => detail & 15
export const accuserOf = (detail: number): number => (detail >>> 12) & 15

/**
 * @param hops - left, 0 to 255; 0 when it was sent over a link to one who lacked it
 * @param accusers - one bit for each link of the accused
 */
export function packNotice(hops: number, accusers: number): number {
  return hops | (accusers << 8)
}

export const noticeHopsOf = (detail: number): number => detail & 255
export const accusersOf = (detail: number): number => detail >>> 8

/**
 * Where an indirect probe goes: from the asker over its link `first`, and on towards the peer in the
 * asker's `slot`. `leg` is how many legs it has gone, or still has to.
 */
export function packProbe(leg: number, slot: number, first: number): number {
  return leg | (slot << 2) | (first << 6)
}

export const legOf = (detail: number): number => detail & 3
export const slotOfProbe = (detail: number): number => (detail >>> 2) & 15
export const firstOf = (detail: number): number => (detail >>> 6) & 15
