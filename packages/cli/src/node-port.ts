import type {
  ApiAccess,
  ApiClient,
  ApiClientInit,
  DemoInit,
  DemoSummary,
  HomeInit,
  HomeLedger,
  InitialisedHome,
  Joined,
  JoinMeshInit,
  NodeConfig,
  ResolvedConfig,
  RunningNode,
  SettingKey
} from '@torusmesh/node'
import type { Io } from './io.ts'

/** A setting as a flag of the command. */
export interface SettingFlag {
  readonly key: SettingKey
  /** `--overlay-max-links` */
  readonly flag: string
  readonly help: string
}

export interface FoundInit {
  readonly homePath: string
  readonly name: string
  readonly env: NodeConfig['env']
  readonly sides: readonly number[]
  readonly nowMs: number
}

/** Where log lines go, one a call. */
export interface LogLines {
  write(line: string): void
}

export interface RunInit {
  readonly homePath: string
  readonly config: NodeConfig
  readonly log: LogLines
}

export interface DemoRunInit extends Omit<DemoInit, 'logger'> {
  readonly log: LogLines
}

/** All that the command asks of a node: the one seam to `@torusmesh/node`. */
export interface NodePort {
  readonly settings: readonly SettingFlag[]
  resolveHome(init: HomeInit): string
  /** @param homePath - whose `config.toml` counts; none when left out */
  loadConfig(
    homePath: string | undefined,
    given: { env: Io['env']; flags: Readonly<Record<string, string>> }
  ): Promise<ResolvedConfig>
  /** Whether the folder holds a member of a mesh. */
  isHome(homePath: string): Promise<boolean>
  initHome(init: FoundInit): Promise<InitialisedHome>
  joinMesh(init: JoinMeshInit): Promise<Joined>
  runNode(init: RunInit): Promise<RunningNode>
  runDemo(init: DemoRunInit): Promise<DemoSummary>
  /** How to reach the node that runs in the folder, or the last one that did. */
  apiAccess(homePath: string): Promise<ApiAccess | undefined>
  createApiClient(init: ApiClientInit): Promise<ApiClient>
  /** The key that the home's ledger signs with, in C2SP's text form. */
  verifierKey(homePath: string): Promise<string>
  openHomeLedger(homePath: string): Promise<HomeLedger>
}
