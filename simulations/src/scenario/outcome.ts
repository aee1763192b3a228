/** Something that must never be, and was. */
export interface Violation {
  /** Name of the property, such as `no-false-removal`. */
  readonly property: string
  readonly atMs: number
  readonly node: number
  /** One line for people. */
  readonly what: string
}

/** One column of a table; all columns of a table have one length. */
export type Column = Int32Array | Float64Array | readonly string[]
/** Rows that a run recorded, by column: what becomes a Parquet file. */
export type Table = Readonly<Record<string, Column>>

/** What a run found: equal for equal specs, byte for byte. */
export interface RunSummary {
  readonly scenario: string
  readonly nodes: number
  readonly seed: number
  readonly auditHash: string
  readonly events: number
  /** Columns and wheels, without the runtime's own. */
  readonly bytesPerNode: number
  /** How many; the first {@link RunOutcome.violations} are kept. */
  readonly violations: number
  /** How often each interesting state was reached; a mark that stays 0 says the run proved little. */
  readonly sometimes: Readonly<Record<string, number>>
  /** Figures by name with the unit last, such as `detectionP99Ms`; `null` where nothing was measured. */
  readonly measures: Readonly<Record<string, number | null>>
}

/** How fast it went: differs from run to run. */
export interface RunTiming {
  readonly workers: number
  readonly wallMs: number
  readonly eventsPerSecond: number
  /** Virtual time over wall time. */
  readonly realTimeFactor: number
}

export interface RunOutcome {
  readonly summary: RunSummary
  readonly timing: RunTiming
  /** At most 100. */
  readonly violations: readonly Violation[]
  readonly tables: Readonly<Record<string, Table>>
}
