import type { ServiceSpec } from '../catalogue/types.ts'
import { OperatorError } from '../errors.ts'
import { redact } from '../refusals/key-material.ts'
import type { ActionKind } from '../remedy/actions.ts'
import type { RunCommand } from './command.ts'
import { type ContainerRuntime, type InstanceState, MISSING } from './types.ts'

const PROPERTIES = 'LoadState,ActiveState,ExecMainStatus,NRestarts'
const LOG_LINES = '100'

/** Services that systemd runs; the target is the unit. */
export class ProcessRuntime implements ContainerRuntime {
  readonly #run: RunCommand

  constructor(run: RunCommand) {
    this.#run = run
  }

  async look({ target }: ServiceSpec): Promise<InstanceState> {
    return unitState(await this.#run(['systemctl', 'show', '-p', PROPERTIES, '--', target]))
  }

  async act(kind: ActionKind, { name, target }: ServiceSpec): Promise<void> {
    if (kind !== 'start' && kind !== 'restart') {
      throw new OperatorError('ACTION_UNSUPPORTED', `configure hooks.${kind} of ${name}`)
    }
    await this.#run(['systemctl', kind, '--', target])
  }

  /** Nothing this runtime does changes how a unit is set up. */
  undo(kind: ActionKind, { name }: ServiceSpec): Promise<void> {
    const message = `${kind} of ${name} changed nothing to take back`
    return Promise.reject(new OperatorError('ACTION_UNSUPPORTED', message))
  }

  /** Processes use the machine's resolver: there is nothing of their own to ask. */
  resolves(): Promise<boolean> {
    return Promise.resolve(true)
  }

  async logs({ target }: ServiceSpec): Promise<string> {
    const argv = ['journalctl', '--no-pager', '-n', LOG_LINES, '-u', target]
    return redact(await this.#run(argv))
  }

  /** Units have no events here: the polls see them. */
  watch(): () => void {
    return () => undefined
  }
}

/** The state in the output of `systemctl show`. */
export function unitState(output: string): InstanceState {
  const lines = output.split('\n').map(line => line.split('='))
  const value = new Map(lines.map(([key = '', text = '']) => [key, text]))
  if (value.get('LoadState') === 'not-found') return MISSING
  const active = value.get('ActiveState')
  const up = active === 'active' || active === 'reloading'
  return {
    ...MISSING,
    status: up ? 'running' : active === 'activating' ? 'restarting' : 'exited',
    exitCode: Number.parseInt(value.get('ExecMainStatus') ?? '0', 10) || 0,
    restarts: Number.parseInt(value.get('NRestarts') ?? '0', 10) || 0
  }
}
