import type { FaultSpec } from '../faults/spec.ts'
import type { NetworkSpec } from '../network/spec.ts'
import type { Parameter } from './spec.ts'

/** A part of a network; `null` takes a setting away that the scenario has by default. */
export type NetworkDocument = Partial<Pick<NetworkSpec, 'latency'>> & {
  readonly [Field in Exclude<keyof NetworkSpec, 'latency'>]?: NetworkSpec[Field] | null
}

/** A run as a file or a command line asks for it: what is left out is the scenario's default. */
export interface RunDocument {
  readonly scenario: string
  readonly nodes?: number
  readonly seed?: number
  /** Whole ms, or a whole number with its unit: `500ms`, `30s`, `5m`, `2h`, `1d`. */
  readonly duration?: number | string
  /**
   * Field by field over the scenario's own network; `latency`, `loss`, `bandwidth` each as a whole.
   * `null` is none: without bandwidth classes, loss and so on.
   */
  readonly network?: NetworkDocument
  /** Instead of the scenario's own. */
  readonly faults?: readonly FaultSpec[]
  readonly parameters?: Readonly<Record<string, Parameter>>
}

/** A scenario file: a run, and what a sweep varies of it. */
export interface ScenarioDocument extends RunDocument {
  readonly sweep?: {
    /** Values by path, such as `network.loss.permille: [0, 10]`. */
    readonly axes?: Readonly<Record<string, readonly unknown[]>>
    readonly seeds?: readonly number[] | { readonly from: number; readonly count: number }
  }
}

/** Where something is in a document, from the outside in. */
export type FieldPath = readonly (string | number)[]

/** One thing that is wrong with a document, and what would be right. */
export interface Problem {
  readonly path: FieldPath
  readonly what: string
}

/** Says where a field stands, such as `mesh.yaml:3:5`, or nothing where there is no file. */
export type Locate = (path: FieldPath) => string
