import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Column, RunSummary, Table } from '../scenario/outcome.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { SweepError } from './errors.ts'
import type { RunReply } from './executor.ts'

/*
 * A reply as bytes: length of the head (u32), the head as JSON, then the number columns one after the
 * other. Everything is little-endian, as are all machines Node runs on but one. Typed columns travel
 * as they are: no text of a million numbers is made or read.
 */

const LENGTH_BYTES = 4
const WIDTHS = { i32: 4, f64: 8 } as const
const MAX_ROWS: number = 2 ** 28

const text = Type.String({ maxLength: 500 })
const name = Type.String({ minLength: 1, maxLength: 100 })
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const exact = { additionalProperties: false } as const
const named = (value: TSchema, maxProperties: number): TSchema =>
  Type.Record(name, value, { maxProperties })

const SUMMARY = Type.Object(
  {
    scenario: name,
    nodes: count,
    seed: count,
    auditHash: name,
    events: count,
    bytesPerNode: Type.Number({ minimum: 0 }),
    violations: count,
    sometimes: named(count, 1_000),
    measures: named(Type.Union([Type.Number(), Type.Null()]), 1_000)
  },
  exact
)
const VIOLATION = Type.Object(
  { property: name, atMs: Type.Number(), node: Type.Integer(), what: text },
  exact
)
const COLUMN = Type.Union([
  Type.Object(
    { type: Type.Enum(['i32', 'f64']), rows: Type.Integer({ minimum: 0, maximum: MAX_ROWS }) },
    exact
  ),
  Type.Object({ type: Type.Literal('text'), values: Type.Array(Type.String()) }, exact)
])
const HEAD = Type.Union([
  Type.Object({ failure: Type.Object({ code: name, message: text }, exact) }, exact),
  Type.Object(
    {
      summary: SUMMARY,
      violations: Type.Array(VIOLATION, { maxItems: 100 }),
      tables: named(named(COLUMN, 256), 64)
    },
    exact
  )
])

type ColumnHead =
  | { readonly type: keyof typeof WIDTHS; readonly rows: number }
  | { readonly type: 'text'; readonly values: readonly string[] }
type Tables<C> = Readonly<Record<string, Readonly<Record<string, C>>>>
interface Head {
  readonly failure?: Extract<RunReply, { ok: false }>['failure']
  readonly summary: RunSummary
  readonly violations: Extract<RunReply, { ok: true }>['result']['violations']
  readonly tables: Tables<ColumnHead>
}

export function encodeReply(reply: RunReply): Uint8Array<ArrayBuffer> {
  if (!reply.ok) return joined({ failure: reply.failure }, [])
  const { summary, violations, tables } = reply.result
  const bodies: Uint8Array[] = []
  const heads = mapTables(tables, column => {
    if (!ArrayBuffer.isView(column)) return { type: 'text', values: column } as const
    bodies.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    return { type: column instanceof Int32Array ? 'i32' : 'f64', rows: column.length } as const
  })
  return joined({ summary, violations, tables: heads }, bodies)
}

/**
 * Reads what {@link encodeReply} wrote, wherever it comes from.
 *
 * @param spec - the run it must be the reply to
 * @throws SweepError `damaged-result`
 */
export function decodeReply(bytes: Uint8Array, spec: RunSpec): RunReply {
  const { head, bodyAt } = headOf(bytes)
  if (head.failure !== undefined) return { ok: false, failure: head.failure }
  const { summary, violations } = head
  if (
    summary.scenario !== spec.scenario ||
    summary.nodes !== spec.nodes ||
    summary.seed !== spec.seed
  ) {
    throw damaged('is another run’s')
  }
  let at = bodyAt
  const tables = mapTables(head.tables, (column): Column => {
    if (column.type === 'text') return column.values
    const end = at + column.rows * WIDTHS[column.type]
    if (end > bytes.length) throw damaged('is cut short')
    // A copy, also of a Buffer, whose slice is none: columns start at whole words.
    const { buffer } = new Uint8Array(bytes.subarray(at, end))
    at = end
    return column.type === 'i32' ? new Int32Array(buffer) : new Float64Array(buffer)
  })
  if (at !== bytes.length) throw damaged('is too long')
  for (const table of Object.values(tables)) checkRows(table)
  return { ok: true, result: { summary, violations, tables } }
}

function headOf(bytes: Uint8Array): { head: Head; bodyAt: number } {
  if (bytes.length < LENGTH_BYTES) throw damaged('is cut short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const bodyAt = LENGTH_BYTES + view.getUint32(0, true)
  if (bodyAt > bytes.length) throw damaged('is cut short')
  let head: unknown
  try {
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, bodyAt)))
  } catch {
    throw damaged('is no JSON')
  }
  if (!Value.Check(HEAD, head)) throw damaged('has wrong fields')
  return { head: head as Head, bodyAt }
}

function checkRows(table: Table): void {
  const lengths = new Set(Object.values(table).map(column => column.length))
  if (lengths.size > 1) throw damaged('has columns of unequal lengths')
}

function mapTables<A, B>(tables: Tables<A>, to: (column: A) => B): Tables<B> {
  const mapped = <T, U>(of: Readonly<Record<string, T>>, change: (value: T) => U) =>
    Object.fromEntries(Object.entries(of).map(([key, value]) => [key, change(value)]))
  return mapped(tables, table => mapped(table, to))
}

function joined(head: object, bodies: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(head))
  const length = new Uint8Array(LENGTH_BYTES)
  new DataView(length.buffer).setUint32(0, json.length, true)
  return concat([length, json, ...bodies])
}

/** Frames one after the other, each with its length before it. */
export function packFrames(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const lengths = frames.map(frame => {
    const length = new Uint8Array(LENGTH_BYTES)
    new DataView(length.buffer).setUint32(0, frame.length, true)
    return length
  })
  return concat(frames.flatMap((frame, i) => [lengths[i]!, frame]))
}

/** @throws SweepError `damaged-result` unless there are exactly `count` frames. */
export function unpackFrames(bytes: Uint8Array, count: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const frames: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    if (frames.length === count || at + LENGTH_BYTES > bytes.length) throw damaged('is too long')
    const from = at + LENGTH_BYTES
    at = from + view.getUint32(at, true)
    if (at > bytes.length) throw damaged('is cut short')
    frames.push(bytes.subarray(from, at))
  }
  if (frames.length < count) throw damaged('is cut short')
  return frames
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function damaged(how: string): SweepError {
  return new SweepError('damaged-result', `a result ${how}; delete it and run the sweep again`)
}
