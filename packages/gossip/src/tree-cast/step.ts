import { GossipError } from '../errors.ts'
import { TreeCastInput, TreeCastOutput, type TreeCastSink } from './codes.ts'
import { RANKS_ID, RANKS_MS } from './limits.ts'
import { settle } from './patience.ts'
import { SLOTS } from './plan.ts'
import { announced, timer } from './pull.ts'
import { isChild, measure, rank } from './ranks.ts'
import { close, find, open, Stage, type TreeCastStore } from './store.ts'

/**
 * Handles one input for one node. Deterministic: no clock, no randomness, no I/O.
 *
 * A message travels down a tree that every node derives from (own cell − source cell) and from what
 * its neighbours say of their links: a node takes messages from the fastest of its neighbours that
 * are closer to the source. Who isn't a child is told of the message, and pulls it when its own parent
 * is late, dead or missing: so whoever has a path of live neighbours to the source gets it.
 *
 * Bounded against hostile peers: a slot opens at most one entry in eight by announcements, is served
 * a message on demand once, and each of its announcements costs at most one request.
 *
 * @param row - which node of the store
 * @param slot - which link, 0 to the plan's `degree - 1`; ignored by inputs without one
 * @param a - see {@link TreeCastInput}; ids are signed 32-bit, not 0
 * @param now - injected time, integer ms, never going back
 * @throws {GossipError} `bad-slot`
 */
export function step(
  store: TreeCastStore,
  row: number,
  input: TreeCastInput,
  slot: number,
  a: number,
  b: number,
  now: number,
  out: TreeCastSink
): void {
  // A slot out of range would silently be another node's.
  if (!(slot >= 0 && slot < store.plan.degree)) {
    throw new GossipError('bad-slot', `give a slot from 0 to ${store.plan.degree - 1}`)
  }
  const at = now | 0
  switch (input) {
    case TreeCastInput.link:
      return link(store, row, slot, a, at, out)
    case TreeCastInput.unlink:
      return unlink(store, row, slot, out)
    case TreeCastInput.ranks: {
      const said = (row * SLOTS + slot) * 2
      store.peerRanks[said] = a
      store.peerRanks[said + 1] = b
      return
    }
    case TreeCastInput.publish:
      if (a !== 0 && find(store, row, a) < 0)
        forward(store, row, open(store, row, a, Stage.had), 0, at, out)
      return
    case TreeCastInput.payload:
      return receive(store, row, slot, a, b, at, out)
    case TreeCastInput.announced:
      return announced(store, row, slot, a, b, at, out)
    case TreeCastInput.wanted:
      return serve(store, row, slot, a, out)
    case TreeCastInput.timer:
      return a === RANKS_ID ? tellRanks(store, row, out) : timer(store, row, a, at, out)
    default:
      input satisfies never
  }
}

function link(
  store: TreeCastStore,
  row: number,
  slot: number,
  delayMs: number,
  at: number,
  out: TreeCastSink
): void {
  const bit = 1 << slot
  const fresh = (store.linked[row]! & bit) === 0
  store.linked[row]! |= bit
  if (fresh) store.delayMs[row * SLOTS + slot] = 0
  if (measure(store, row, slot, delayMs) || fresh) planRanks(store, row, out)
  if (fresh) catchUp(store, row, slot, at, out)
}

function unlink(store: TreeCastStore, row: number, slot: number, out: TreeCastSink): void {
  const bit = 1 << slot
  if ((store.linked[row]! & bit) === 0) return
  store.linked[row]! &= ~bit
  const said = (row * SLOTS + slot) * 2
  store.peerRanks[said] = 0
  store.peerRanks[said + 1] = 0
  if (rank(store, row)) planRanks(store, row, out)
}

/** Links come and go in bursts: their ranks are told once, a little later. */
function planRanks(store: TreeCastStore, row: number, out: TreeCastSink): void {
  if (store.untold[row] === 1) return
  store.untold[row] = 1
  out(TreeCastOutput.wake, row, 0, RANKS_ID, RANKS_MS)
}

function tellRanks(store: TreeCastStore, row: number, out: TreeCastSink): void {
  if (store.untold[row] === 0) return
  store.untold[row] = 0
  const word0 = store.ranks[row * 2]!
  const word1 = store.ranks[row * 2 + 1]!
  for (let left = store.linked[row]!; left !== 0; left &= left - 1) {
    out(TreeCastOutput.ranks, row, 31 - Math.clz32(left & -left), word0, word1)
  }
}

/** A new link is told of what it may have missed, and may ask for everything once more. */
function catchUp(
  store: TreeCastStore,
  row: number,
  slot: number,
  at: number,
  out: TreeCastSink
): void {
  const { messages, recentMs } = store.limits
  const keep = ~(1 << slot)
  const first = row * messages
  for (let entry = first; entry < first + messages; entry++) {
    store.holders[entry]! &= keep
    store.untried[entry]! &= keep
    store.served[entry]! &= keep
    if (store.stage[entry] === Stage.had && ((at - store.atMs[entry]!) | 0) <= recentMs) {
      out(TreeCastOutput.announce, row, slot, store.id[entry]!, 0)
    }
  }
}

function receive(
  store: TreeCastStore,
  row: number,
  slot: number,
  id: number,
  source: number,
  at: number,
  out: TreeCastSink
): void {
  const { torus } = store.plan.graph
  const own = store.cell[row]!
  let entry = find(store, row, id)
  if (entry >= 0 && store.stage[entry] === Stage.had) {
    store.holders[entry]! |= 1 << slot
    return settle(store, row, entry, slot)
  }
  // Nobody else speaks for this node's own cell: a message of before its restart, or a replay.
  if (id === 0 || !torus.isCell(source) || source === own) return
  if (entry < 0) entry = open(store, row, id, Stage.heard)
  store.holders[entry]! |= 1 << slot
  settle(store, row, entry, slot)
  close(store, row, entry)
  store.stage[entry] = Stage.had
  out(TreeCastOutput.deliver, row, slot, id, source)
  forward(store, row, entry, torus.offset(source, own), at, out)
}

/** Pushes a message to the children, tells all others who don't say they have it. */
function forward(
  store: TreeCastStore,
  row: number,
  entry: number,
  offset: number,
  at: number,
  out: TreeCastSink
): void {
  const id = store.id[entry]!
  const floods = store.plan.hops[offset]! < store.limits.floodHops
  store.atMs[entry] = at
  // Announcements leave first: they are short, and keep others from sending it here.
  let children = 0
  for (let left = store.linked[row]! & ~store.holders[entry]!; left !== 0; left &= left - 1) {
    const slot = 31 - Math.clz32(left & -left)
    if (floods || isChild(store, row, slot, offset)) children |= 1 << slot
    else out(TreeCastOutput.announce, row, slot, id, 0)
  }
  for (let left = children; left !== 0; left &= left - 1) {
    out(TreeCastOutput.push, row, 31 - Math.clz32(left & -left), id, 0)
  }
}

function serve(
  store: TreeCastStore,
  row: number,
  slot: number,
  id: number,
  out: TreeCastSink
): void {
  const entry = find(store, row, id)
  const bit = 1 << slot
  if (entry < 0 || store.stage[entry] !== Stage.had || (store.served[entry]! & bit) !== 0) return
  store.served[entry]! |= bit
  store.holders[entry]! &= ~bit
  out(TreeCastOutput.push, row, slot, id, 0)
}
