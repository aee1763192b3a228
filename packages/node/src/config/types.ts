import type { EnvName } from '@torusmesh/protocol'

/** Starting values for one machine, one data centre, or the internet. */
export type Preset = 'local' | 'rack' | 'wan'

/** Urgency of log messages, least first; `silent` writes none. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** One JSON object a line, or one readable line. */
export type LogFormat = 'json' | 'pretty'

/** Everything a node can be told, resolved, checked and frozen. What each key means: `SETTINGS`. */
export interface NodeConfig {
  readonly env: EnvName
  readonly preset: Preset
  readonly listen: { readonly address: string; readonly announce: readonly string[] }
  readonly api: { readonly host: string; readonly port: number }
  readonly overlay: {
    readonly maxLinks: number
    readonly dialsInParallel: number
    readonly dialTimeoutMs: number
  }
  readonly health: { readonly epochMs: number; readonly datagrams: boolean }
  readonly ledger: {
    readonly groupCommitMs: number
    readonly checkpointEveryMs: number
    readonly cacheMb: number
    readonly writeBufferMb: number
  }
  readonly operator: {
    readonly enabled: boolean
    readonly engineSocket: string
    readonly catalogue: string
    readonly prefix: string
  }
  readonly log: { readonly level: LogLevel; readonly format: LogFormat }
}

/** A setting's name as people write it: `overlay.maxLinks`. */
export type SettingKey = {
  [S in keyof NodeConfig]: NodeConfig[S] extends string ? S : `${S}.${keyof NodeConfig[S] & string}`
}[keyof NodeConfig]

/** The type of a setting's value. */
export type SettingValue<K extends SettingKey> = K extends `${infer S}.${infer N}`
  ? S extends keyof NodeConfig
    ? N extends keyof NodeConfig[S]
      ? NodeConfig[S][N]
      : never
    : never
  : K extends keyof NodeConfig
    ? NodeConfig[K]
    : never
