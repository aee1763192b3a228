import type { ServiceSpec } from '../catalogue/types.ts'
import type { ActionKind } from '../remedy/actions.ts'

export type InstanceStatus =
  | 'running'
  | 'exited'
  | 'paused'
  | 'restarting'
  | 'dead'
  | 'created'
  | 'missing'

/** What a runtime knows of one service. Values of environment variables never leave the runtime. */
export interface InstanceState {
  readonly status: InstanceStatus
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  readonly exitCode: number
  readonly oomKilled: boolean
  /** How often the engine restarted it by policy. */
  readonly restarts: number
  readonly imageId: string
  /** Whether the image it would start from is there. */
  readonly imagePresent: boolean
  /** 0 for no limit. */
  readonly memoryBytes: number
  readonly networks: readonly { readonly network: string; readonly aliases: readonly string[] }[]
  /** Declared networks that don't exist. */
  readonly missingNetworks: readonly string[]
  /** Names of environment variables whose value looks like a key. */
  readonly exposed: readonly string[]
}

/** Something changed; look again. */
export type OnChange = (target: string | undefined) => void

/**
 * Where services run. Failures are `OperatorError`s: `ENGINE_AWAY`, `ENGINE_DENIED`,
 * `ENGINE_TIMEOUT`, `ENGINE_REFUSED`, `ENGINE_MALFORMED`, `ACTION_UNSUPPORTED`, `ACTION_FAILED`.
 */
export interface ContainerRuntime {
  /** The state of a service; a service that isn't there is `missing`, not an error. */
  look(service: ServiceSpec): Promise<InstanceState>
  act(kind: ActionKind, service: ServiceSpec): Promise<void>
  /** Puts back what `act` changed; `before` is what {@link look} said before it. */
  undo(kind: ActionKind, service: ServiceSpec, before: InstanceState): Promise<void>
  /** Whether `host` resolves inside a service. */
  resolves(from: ServiceSpec, host: string): Promise<boolean>
  /** The last lines a service wrote, redacted and bounded. */
  logs(service: ServiceSpec): Promise<string>
  /** Calls back on changes until the returned function is called; reconnects by itself. */
  watch(onChange: OnChange): () => void
}

/** A service that isn't there. */
export const MISSING: InstanceState = {
  status: 'missing',
  health: 'none',
  exitCode: 0,
  oomKilled: false,
  restarts: 0,
  imageId: '',
  imagePresent: true,
  memoryBytes: 0,
  networks: [],
  missingNetworks: [],
  exposed: []
}
