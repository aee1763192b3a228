import type { ActionKind } from '../remedy/actions.ts'

/** A value a JSON answer must hold at a dotted path: `result.isSyncing` is `false`. */
export interface JsonCondition {
  readonly path: string
  readonly op: 'is' | 'at-least' | 'at-most'
  readonly value: string | number | boolean
}

interface Named {
  readonly name: string
}

/** Asked over HTTP; redirects are not followed. */
export interface HttpCheck extends Named {
  readonly type: 'http'
  readonly url: string
  readonly status: number
  readonly timeoutMs: number
  readonly slowMs?: number
  readonly condition?: JsonCondition
}

/** A connection opened and closed. */
export interface TcpCheck extends Named {
  readonly type: 'tcp'
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
}

/** A JSON-RPC 2.0 call over HTTP POST. */
export interface JsonRpcCheck extends Named {
  readonly type: 'json-rpc'
  readonly url: string
  readonly method: string
  readonly timeoutMs: number
  readonly condition?: JsonCondition
  /** What an answer against the condition means. */
  readonly means?: 'condition' | 'pool-full' | 'balance-low' | 'key-aged'
  /** A height that must grow: where it is, and how long it may stand still. */
  readonly height?: { readonly path: string; readonly stallMs: number }
}

/** A process of this machine by its command's name. */
export interface ProcessCheck extends Named {
  readonly type: 'process'
  readonly command: string
  /** Share of the descriptor limit in use that is too much, percent. */
  readonly descriptorsPercent: number
}

/** Use of the file system that holds `path`, percent of blocks and of inodes. */
export interface DiskCheck extends Named {
  readonly type: 'disk'
  readonly path: string
  readonly lowPercent: number
  readonly fullPercent: number
}

/** This machine's clock beside the HTTP `Date` of a server that is known to be right. */
export interface ClockCheck extends Named {
  readonly type: 'clock'
  readonly url: string
  readonly maxSkewMs: number
  readonly timeoutMs: number
}

/** The certificate a TLS server shows. */
export interface CertificateCheck extends Named {
  readonly type: 'certificate'
  readonly host: string
  readonly port: number
  readonly warnDays: number
  readonly timeoutMs: number
}

/** A file: its digest as declared, and, for keys, closed to others. */
export interface FileCheck extends Named {
  readonly type: 'file'
  readonly path: string
  readonly sha256?: string
  readonly json?: boolean
  readonly secret?: boolean
}

/** Whether another service resolves a name, asked inside it. */
export interface NameCheck extends Named {
  readonly type: 'name'
  readonly from: string
  readonly host: string
}

/** Checks that ask something; container, network-alias and secret-exposure need no asking. */
export type CheckSpec =
  | HttpCheck
  | TcpCheck
  | JsonRpcCheck
  | ProcessCheck
  | DiskCheck
  | ClockCheck
  | CertificateCheck
  | FileCheck
  | NameCheck

/** A network a container belongs on, and the names it has there. */
export interface NetworkPlace {
  readonly network: string
  readonly aliases: readonly string[]
}

/** One service the agent keeps alive. */
export interface ServiceSpec {
  readonly name: string
  /** Who runs it; a `host` is this machine itself and is never restarted. */
  readonly runtime: 'container' | 'process' | 'host'
  /** The container's or unit's name. */
  readonly target: string
  readonly dependsOn: readonly string[]
  readonly networks: readonly NetworkPlace[]
  readonly checks: readonly CheckSpec[]
  /** Id of the image it must run, `sha256:…`. */
  readonly imageId?: string
  /** Memory limit never gone past. */
  readonly memoryCapBytes?: number
  /** How long it may take to become healthy after a start. */
  readonly startMs: number
  /** How long it may take to recover by itself once what it stands on is back. */
  readonly graceMs: number
  /** Commands, as argument lists, for actions the runtime can't do. */
  readonly hooks: Readonly<Partial<Record<ActionKind, readonly string[]>>>
}

/** The services of one machine by name, in an order where dependencies come first. */
export interface Catalogue {
  readonly services: ReadonlyMap<string, ServiceSpec>
  /** Services right behind each: those that depend on it. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
}
