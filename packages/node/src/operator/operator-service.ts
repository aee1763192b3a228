import type { Ledger } from '@torusmesh/ledger'
import {
  type Catalogue,
  createOperator,
  createRulebook,
  DockerRuntime,
  EngineClient,
  type Notice,
  type Operator,
  OperatorError,
  ProcessRuntime,
  runCommand,
  runtimeByKind,
  type Signal,
  systemClock
} from '@torusmesh/operator'
import type { NodeConfig } from '../config/index.ts'
import type { Voice } from '../identity/voice.ts'
import type { Logger } from '../log/index.ts'
import type { Journal } from '../runtime/journal.ts'
import { cataloguePath, readCatalogue } from './catalogue-file.ts'
import { watchMachine } from './machine-signals.ts'
import { approvalView, incidentDetail, incidentView, ruleViews, serviceViews } from './present.ts'
import { readRows, recordRow } from './rows.ts'
import type {
  ApprovalView,
  DeliveryView,
  IncidentDetailView,
  IncidentView,
  OperatorPort,
  OperatorView,
  RuleView
} from './views.ts'

export interface OperatorServiceInit {
  readonly homePath: string
  readonly config: NodeConfig['operator']
  readonly journal: Journal
  readonly ledger: Ledger
  readonly logger: Logger
  /** Whether the node's keys can be used. */
  readonly keys: Pick<Voice, 'isOpen' | 'onChange'>
}

/** The agent that runs. */
interface Running {
  readonly operator: Operator
  readonly catalogue: Catalogue
  readonly keys: OperatorServiceInit['keys']
  stop(): Promise<void>
}

const RULES = createRulebook()

/**
 * The operator's agent inside a node: what it does goes to the node's ledger first, and it begins
 * where the ledger ends. Without a catalogue it says so, and the node runs all the same.
 */
export class OperatorService implements OperatorPort {
  readonly #running: Running | undefined
  readonly #state: Pick<OperatorView, 'state' | 'detail'>

  private constructor(running: Running | undefined, state: Pick<OperatorView, 'state' | 'detail'>) {
    this.#running = running
    this.#state = state
  }

  /** No agent on this host. */
  static off(detail = 'switched off: set operator.enabled = true'): OperatorService {
    return new OperatorService(undefined, { state: 'off', detail })
  }

  /** Starts the agent if there is a catalogue; never fails because of one. */
  static async start(init: OperatorServiceInit): Promise<OperatorService> {
    const { homePath, config, ledger, logger } = init
    if (!config.enabled) return OperatorService.off()
    const path = cataloguePath(homePath, config.catalogue)
    let catalogue: Catalogue | undefined
    try {
      catalogue = await readCatalogue(path)
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error
      logger.warn({ code: error.code }, `operator: ${error.message}`)
      return new OperatorService(undefined, { state: 'catalogue-refused', detail: error.message })
    }
    if (catalogue === undefined) {
      const detail = `no ${path}: write one with \`torusmesh operator discover\`, then restart`
      return new OperatorService(undefined, { state: 'no-catalogue', detail })
    }
    if (ledger.readOnly) {
      return OperatorService.off(
        'the ledger is read-only, so nothing may be done; see ledger verify'
      )
    }
    const running = await startAgent(init, catalogue)
    const services = catalogue.services.size
    logger.info({ services, path }, 'operator: watches the services of the catalogue')
    return new OperatorService(running, { state: 'running', detail: path })
  }

  async stop(): Promise<void> {
    await this.#running?.stop()
  }

  /** What a vault reports of keys and their use. */
  signal(signal: Signal): void {
    this.#running?.operator.signal(signal)
  }

  state(): OperatorView {
    if (this.#running === undefined) return { ...this.#state, ...IDLE }
    const { operator, catalogue } = this.#running
    const { autonomy, control } = operator.role
    const { grantLeftMs } = operator
    const open = operator.incidents.list().filter(({ closedMs }) => closedMs === undefined)
    return {
      ...this.#state,
      autonomy,
      control,
      grantUntilMs: grantLeftMs > 0 ? systemClock.wallMs() + grantLeftMs : null,
      services: serviceViews(catalogue, operator.failing()),
      openIncidents: open.length,
      openApprovals: operator.approvals.length
    }
  }

  incidents(): IncidentView[] {
    return (this.#running?.operator.incidents.list() ?? []).map(incidentView).toReversed()
  }

  incident(id: string): IncidentDetailView | undefined {
    const bundle = this.#running?.operator.incidents.get(id)
    return bundle === undefined ? undefined : incidentDetail(bundle)
  }

  rules(): RuleView[] {
    return ruleViews(RULES)
  }

  approvals(): ApprovalView[] {
    return (this.#running?.operator.approvals ?? []).map(open => approvalView(open, wallAt))
  }

  deliver(id: string): DeliveryView {
    const { approval, token } = this.#agent().deliver(id)
    return { approval: approvalView(approval, wallAt), token }
  }

  answer(...[id, token, answer, deferMs]: Parameters<OperatorPort['answer']>): void {
    this.#agent().answer(id, token, answer, deferMs)
  }

  control(by: 'agent' | 'operator'): void {
    this.#agent().change({ kind: by === 'operator' ? 'control-taken' : 'control-released' })
  }

  grant(hours: number): void {
    const agent = this.#agent()
    if (this.#running?.keys.isOpen !== true) {
      const next = 'the vault is locked; unlock it first: torusmesh vault unlock'
      throw new OperatorError('GRANT_REFUSED', next)
    }
    for (const kind of ['session-opened', 'vault-unlocked'] as const) agent.change({ kind })
    try {
      agent.change({ kind: 'granted', hours })
    } finally {
      agent.change({ kind: 'session-closed' })
    }
  }

  #agent(): Operator {
    if (this.#running !== undefined) return this.#running.operator
    throw new OperatorError('AGENT_OFF', `the agent doesn't run: ${this.#state.detail}`)
  }
}

const IDLE = {
  autonomy: 'watch-only',
  control: 'agent',
  grantUntilMs: null,
  services: [],
  openIncidents: 0,
  openApprovals: 0
} as const satisfies Omit<OperatorView, 'state' | 'detail'>

async function startAgent(
  { config, journal, ledger, logger, keys }: OperatorServiceInit,
  catalogue: Catalogue
): Promise<Running> {
  const engine = new EngineClient({ socketPath: config.engineSocket })
  const operator = createOperator({
    runtime: runtimeByKind({
      container: new DockerRuntime(engine),
      process: new ProcessRuntime(runCommand)
    }),
    catalogue,
    rules: RULES,
    journal: { append: row => recordRow(journal, row) },
    clock: systemClock,
    notify: notice => tell(logger, notice),
    // The ledger only grows: no two starts have the same.
    prefix: `${config.prefix}${ledger.size.toString(36)}`,
    history: await readRows(ledger, systemClock.wallMs()),
    keysOpen: keys.isOpen
  })
  operator.start()
  const unheard = keys.onChange(isOpen => followKeys(operator, isOpen))
  const unwatch = watchMachine(signal => operator.signal(signal))
  return {
    operator,
    catalogue,
    keys,
    async stop() {
      unheard()
      unwatch()
      await operator.stop()
      engine.close()
    }
  }
}

/** Who opened the vault is its operator; only a grant of his lets the agent go on alone. */
function followKeys(operator: Operator, isOpen: boolean): void {
  if (!isOpen) return operator.change({ kind: 'vault-locked' })
  if (operator.grantLeftMs === 0) return
  for (const kind of ['session-opened', 'vault-unlocked', 'session-closed'] as const) {
    operator.change({ kind })
  }
}

function tell(logger: Logger, { kind, incident, service, text }: Notice): void {
  const about = { incident, service }
  if (kind === 'healed') logger.info(about, `operator: ${text}`)
  else logger.warn(about, `operator: ${text}`)
}

/** Unix milliseconds of a time on the agent's clock. */
function wallAt(atMs: number): number {
  return systemClock.wallMs() + atMs - systemClock.monotonicMs()
}
