import { TICKS_PER_MS } from '../engine/model.ts'
import type { Column, Table, Violation } from '../scenario/outcome.ts'
import type { Merged, RunSetup } from '../scenario/scenario.ts'
import { MARKS } from './carrier.ts'
import { DELAYS, type DeliveryResult, Total } from './deliveries.ts'
import { Schedule } from './schedule.ts'
import { settingsOf } from './settings.ts'

/** Violations are looked for no further than this. */
const VIOLATIONS_MAX = 1_000

/** One result of all shards', in their order. */
export function mergeDeliveries(setup: RunSetup, shards: readonly DeliveryResult[]): Merged {
  const settings = settingsOf(setup.spec)
  const schedule = new Schedule(settings, setup.topology.nodes, setup.spec.seed)
  const add = (pick: (shard: DeliveryResult) => Float64Array): Float64Array =>
    shards.map(pick).reduce((sum, column) => sum.map((value, i) => value + column[i]!))
  const totals = add(shard => shard.totals)
  const marks = add(shard => shard.marks)
  const histogram = add(shard => shard.histogram)
  const reached = add(shard => shard.reached)
  const sumMs = add(shard => shard.sumMs)
  const maxMs = shards
    .map(shard => shard.maxMs)
    .reduce((most, column) => most.map((value, i) => Math.max(value, column[i]!)))

  const { due, missed, violations } = lacking(setup, schedule, shards)
  const delivered = totals[Total.delivered]!
  const per = (total: number): number | null => (delivered > 0 ? total / delivered : null)
  if (totals[Total.again]! > 0) {
    violations.unshift({
      property: 'delivered-again',
      atMs: setup.spec.durationMs,
      node: 0,
      what: `${totals[Total.again]} messages were delivered a second time: raise messagesKept`
    })
  }
  return {
    sometimes: Object.fromEntries(MARKS.map((mark, i) => [mark, marks[i]!])),
    measures: {
      messages: due.reduce((sum, nodes) => sum + (nodes > 0 ? 1 : 0), 0),
      deliveries: delivered,
      deliveryP50Ms: quantile(histogram, delivered, 500),
      deliveryP99Ms: quantile(histogram, delivered, 990),
      deliveryMaxMs: delivered > 0 ? maxMs.reduce((most, ms) => Math.max(most, ms)) : null,
      reach: shareReached(due, missed),
      payloadCopiesPerNode: per(totals[Total.payloads]!),
      controlPerNode: per(totals[Total.controls]!),
      maintenancePerNode: totals[Total.maintenance]! / setup.topology.nodes,
      bytesPerNodeDelivered: per(totals[Total.payloadBytes]! + totals[Total.controlBytes]!)
    },
    violations,
    tables: {
      messages: messageTable(schedule, reached, sumMs, maxMs, due, missed),
      delays: delayTable(histogram)
    }
  }
}

/** Per message: who should have it (live all along, and linked with its source through such), who hasn't. */
function lacking(
  { spec, topology }: RunSetup,
  schedule: Schedule,
  shards: readonly DeliveryResult[]
): { due: Float64Array; missed: Float64Array; violations: Violation[] } {
  const { messages } = settingsOf(spec)
  const parts = components(setupDown(schedule, topology.nodes, shards, topology.shards), topology)
  const due = new Float64Array(messages)
  const missed = new Float64Array(messages)
  const violations: Violation[] = []
  const publishedBy = (id: number): boolean => shards.some(shard => shard.published[id - 1] === 1)
  for (let id = 1; id <= messages; id++) {
    const source = schedule.sourceOf(id)
    const part = parts[source]!
    if (part < 0 || !publishedBy(id)) continue
    for (const [s, { got, words }] of shards.entries()) {
      const first = topology.firstOf(s)
      for (let node = first; node < topology.firstOf(s + 1); node++) {
        if (node === source || parts[node] !== part) continue
        due[id - 1]!++
        const word = got[(node - first) * words + ((id - 1) >> 5)]!
        if ((word >>> ((id - 1) & 31)) & 1) continue
        missed[id - 1]!++
        if (violations.length >= VIOLATIONS_MAX) continue
        violations.push({
          property: 'not-delivered',
          atMs: spec.durationMs,
          node,
          what: `never got message ${id} of node ${source}, though live neighbours lead there`
        })
      }
    }
  }
  return { due, missed, violations }
}

function setupDown(
  schedule: Schedule,
  nodes: number,
  results: readonly DeliveryResult[],
  shards: number
): Uint8Array {
  const down = new Uint8Array(nodes)
  let first = 0
  for (let shard = 0; shard < shards; shard++) {
    down.set(results[shard]!.wasDown, first)
    first += results[shard]!.wasDown.length
  }
  for (let node = 0; node < nodes; node++) if (schedule.crashes(node)) down[node] = 1
  return down
}

/** Which part of the live mesh each node belongs to; -1 for those that were down. */
function components(down: Uint8Array, topology: RunSetup['topology']): Int32Array {
  const parts = new Int32Array(down.length).fill(-1)
  const queue = new Int32Array(down.length)
  for (let start = 0, part = 0; start < down.length; start++) {
    if (down[start] === 1 || parts[start] !== -1) continue
    parts[start] = part
    let length = 1
    queue[0] = start
    for (let at = 0; at < length; at++) {
      for (let link = 0; link < topology.degree; link++) {
        const peer = topology.peer(queue[at]!, link)
        if (peer < 0 || down[peer] === 1 || parts[peer] !== -1) continue
        parts[peer] = part
        queue[length++] = peer
      }
    }
    part++
  }
  return parts
}

function shareReached(due: Float64Array, missed: Float64Array): number | null {
  const nodes = due.reduce((sum, count) => sum + count, 0)
  return nodes > 0 ? 1 - missed.reduce((sum, count) => sum + count, 0) / nodes : null
}

/** Nearest rank, in the middle of its ms. */
function quantile(histogram: Float64Array, count: number, permille: number): number | null {
  if (count === 0) return null
  const rank = Math.ceil((count * permille) / 1_000)
  let seen = 0
  for (let ms = 0; ms < DELAYS; ms++) {
    seen += histogram[ms]!
    if (seen >= rank) return ms + 0.5
  }
  return DELAYS
}

function messageTable(
  schedule: Schedule,
  reached: Float64Array,
  sumMs: Float64Array,
  maxMs: Float64Array,
  due: Float64Array,
  missed: Float64Array
): Table {
  const ids = Int32Array.from(reached, (_, i) => i + 1)
  const columns: Record<string, Column> = {
    message: ids,
    source: ids.map(id => schedule.sourceOf(id)),
    publishedAtMs: Float64Array.from(ids, id => schedule.publishTick(id) / TICKS_PER_MS),
    delivered: Int32Array.from(reached),
    meanMs: sumMs.map((sum, i) => (reached[i]! > 0 ? sum / reached[i]! : 0)),
    maxMs,
    due: Int32Array.from(due),
    missed: Int32Array.from(missed)
  }
  return columns
}

/** Deliveries by whole ms, those that occurred. */
function delayTable(histogram: Float64Array): Table {
  const delays = Int32Array.from(histogram.keys()).filter(ms => histogram[ms]! > 0)
  return { delayMs: delays, count: Float64Array.from(delays, ms => histogram[ms]!) }
}
