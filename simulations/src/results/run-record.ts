import { Type } from 'typebox'
import type { RunSummary, Violation } from '../scenario/outcome.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { checked } from './check.ts'
import { MAX_COLUMNS, MAX_MEASURES, MAX_ROWS, MAX_TABLES } from './limits.ts'

export type ColumnType = 'int32' | 'double' | 'string'

/** A table that lies beside `summary.json` as `<name>.parquet`. */
export interface TableFacts {
  readonly rows: number
  readonly columns: Readonly<Record<string, ColumnType>>
  /** Of the file, in hex. */
  readonly sha256: string
}

/** `summary.json` of a run: equal for equal runs, byte for byte. */
export interface RunRecord {
  /** Names spec, code and data; given by the sweep. */
  readonly id: string
  readonly spec: RunSpec
  readonly summary: RunSummary
  readonly violations: readonly Violation[]
  readonly tables: Readonly<Record<string, TableFacts>>
}

/** Names of tables, measures and marks: they become names of files, columns and figures. */
export const NAME = '^[A-Za-z][A-Za-z0-9_-]{0,79}$'
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Line = Type.String({ maxLength: 2_000 })
const named = <T extends Parameters<typeof Type.Record>[1]>(
  value: T,
  max: number
): ReturnType<typeof Type.Record<ReturnType<typeof Type.String>, T>> =>
  Type.Record(Type.String({ pattern: NAME }), value, {
    additionalProperties: false,
    maxProperties: max
  })

const RecordSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9a-f]{1,128}$' }),
    spec: Type.Unsafe<RunSpec>(
      Type.Object({
        scenario: Line,
        nodes: Count,
        seed: Type.Integer({ minimum: 0, maximum: 0xffff_ffff }),
        durationMs: Count,
        network: Type.Object({}),
        faults: Type.Array(Type.Object({}), { maxItems: 10_000 }),
        parameters: Type.Record(
          Type.String({ maxLength: 100 }),
          Type.Union([Type.Number(), Line, Type.Boolean()])
        )
      })
    ),
    summary: Type.Object({
      scenario: Line,
      nodes: Count,
      seed: Count,
      auditHash: Type.String({ pattern: '^[0-9a-f]{1,128}$' }),
      events: Count,
      bytesPerNode: Type.Number({ minimum: 0 }),
      violations: Count,
      sometimes: named(Count, MAX_MEASURES),
      measures: named(Type.Union([Type.Number(), Type.Null()]), MAX_MEASURES)
    }),
    violations: Type.Array(
      Type.Object({ property: Line, atMs: Type.Number(), node: Type.Integer(), what: Line }),
      { maxItems: 100 }
    ),
    tables: named(
      Type.Object({
        rows: Type.Integer({ minimum: 0, maximum: MAX_ROWS }),
        columns: named(
          Type.Unsafe<ColumnType>({ enum: ['int32', 'double', 'string'] }),
          MAX_COLUMNS
        ),
        sha256: Type.String({ pattern: '^[0-9a-f]{64}$' })
      }),
      MAX_TABLES
    )
  },
  { additionalProperties: false }
)

export function checkRecord(value: unknown, path: string): RunRecord {
  return checked(RecordSchema, value, path) as RunRecord
}
