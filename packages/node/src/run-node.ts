import { availableParallelism } from 'node:os'
import { envName } from '@torusmesh/protocol'
import type { NodeConfig } from './config/index.ts'
import { NodeError } from './errors.ts'
import { Home } from './identity/home.ts'
import type { Logger } from './log/index.ts'
import { openNode } from './open-node.ts'
import { systemClock } from './runtime/clock.ts'
import { ResourceMeter } from './runtime/resources.ts'
import { type ServedApi, serveApi } from './serve-api.ts'
import { createCharter, createProcessResources } from './shared.ts'
import type { NodeView } from './view.ts'

export interface RunNodeInit {
  readonly homePath: string
  readonly config: NodeConfig
  readonly logger: Logger
}

/** A node with its HTTP API, as `torusmesh up` runs it. */
export interface RunningNode {
  /** Address of the status API, e.g. `http://127.0.0.1:4800`. */
  readonly apiUrl: string
  readonly view: NodeView
  /** Leaves the mesh, closes the API and the ledger. */
  stop(): Promise<void>
}

/**
 * Runs the node of a home folder.
 *
 * @throws {NodeError}, LedgerError, ApiListenError – each with a code and the next step
 */
export async function runNode({ homePath, config, logger }: RunNodeInit): Promise<RunningNode> {
  const home = new Home(homePath)
  const charter = createCharter(await home.genesis())
  if (envName(charter.env) !== config.env) {
    throw new NodeError(
      'WRONG_ENV',
      `the mesh of ${homePath} is of env ${envName(charter.env)}, the configuration says ${config.env}: set env = "${envName(charter.env)}"`
    )
  }
  const meter = new ResourceMeter(homePath)
  const resources = await createProcessResources(Math.min(2, availableParallelism()))
  const closeShared = async (): Promise<void> => {
    meter.stop()
    await resources.close()
  }
  try {
    await meter.start()
    const node = await openNode({
      ...{ home, config, charter, resources, meter, logger },
      secrets: await home.secrets(),
      state: await home.state(),
      enrolment: await home.enrolment(),
      clock: systemClock,
      addresses: new Map(),
      records: await home.records(),
      processMetrics: true
    })
    let api: ServedApi
    try {
      api = await serveApi(node, { config, logger })
    } catch (error) {
      await node.stop({ farewell: false })
      throw error
    }
    await home.saveApiAccess({ url: api.url, token: api.token, pid: process.pid })
    node.engage()
    return {
      apiUrl: api.url,
      view: api.view,
      async stop() {
        await api.close()
        await node.stop()
        await closeShared()
      }
    }
  } catch (error) {
    await closeShared()
    throw error
  }
}
