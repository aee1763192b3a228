import type {
  ApiAccess,
  ApiClient,
  ApiClientInit,
  AskPassphrase,
  CheckedFile,
  DemoInit,
  DemoSummary,
  HomeInit,
  HomeLedger,
  InitialisedHome,
  Joined,
  JoinMeshInit,
  NodeConfig,
  Proposed,
  ResolvedConfig,
  RuleView,
  RunningNode,
  SettingKey,
  VaultAdmin
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
  /** Of the vault that the keys go into; without one they lie in `keys.json`. */
  readonly passphrase?: Uint8Array | undefined
}

/** Where log lines go, one a call. */
export interface LogLines {
  write(line: string): void
}

export interface RunInit {
  readonly homePath: string
  readonly config: NodeConfig
  readonly log: LogLines
  /** Asked when the home's vault is locked; without an answer the node watches only. */
  readonly passphrase?: AskPassphrase
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
  /** Checks a vote's result or a decision with nothing but itself. */
  checkCouncilFile(text: string): Promise<CheckedFile>
  /** Where a home's keys are: in its vault, in `keys.json`, or nowhere yet. */
  keysIn(homePath: string): Promise<'vault' | 'file' | 'none'>
  /** What can be done with the home's vault. */
  vault(homePath: string): Promise<VaultAdmin>
  /** Proposes a catalogue of services from what runs on a container engine. */
  discoverServices(engineSocket: string): Promise<Proposed>
  /** Where a node's catalogue of services is. */
  cataloguePath(homePath: string, named: string): Promise<string>
  /** @returns whether it was written: not over another file, unless `replace` */
  writeCatalogue(path: string, yaml: string, how: { replace: boolean }): Promise<boolean>
  /** The rulebook of the agent. */
  rules(): Promise<RuleView[]>
}
