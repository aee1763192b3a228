import { availableParallelism } from 'node:os'
import { envName } from '@torusmesh/protocol'
import type { NodeConfig } from './config/index.ts'
import { NodeError } from './errors.ts'
import { Home } from './identity/home.ts'
import { type AskPassphrase, type OpenedSigners, openSigners } from './identity/open-signers.ts'
import type { Voice } from './identity/voice.ts'
import type { Logger } from './log/index.ts'
import type { MeshNode } from './node.ts'
import { openNode } from './open-node.ts'
import { OperatorService } from './operator/index.ts'
import { systemClock } from './runtime/clock.ts'
import { ResourceMeter } from './runtime/resources.ts'
import { type ServedApi, serveApi } from './serve-api.ts'
import { createCharter, createProcessResources } from './shared.ts'
import type { NodeView } from './view.ts'

const KEYS_IN_FILE =
  'the keys lie in keys.json, readable by all that runs as this user: `torusmesh vault init --import` moves them into a vault'

export interface RunNodeInit {
  readonly homePath: string
  readonly config: NodeConfig
  readonly logger: Logger
  /** Asked when the home has a vault and that is locked. Without an answer the node watches only. */
  readonly passphrase?: AskPassphrase
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
export async function runNode({
  homePath,
  config,
  logger,
  passphrase
}: RunNodeInit): Promise<RunningNode> {
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
  let opened: OpenedSigners | undefined
  const closeShared = async (): Promise<void> => {
    meter.stop()
    await opened?.close()
    await resources.close()
  }
  try {
    const { env } = charter
    opened = await openSigners({ home, env, pool: resources.pool, logger, passphrase })
    const { signers } = opened
    await meter.start()
    const node = await openNode({
      ...{ home, config, charter, resources, meter, logger },
      signers,
      state: await home.state(),
      enrolment: await home.enrolment(),
      clock: systemClock,
      addresses: new Map(),
      records: await home.records(),
      processMetrics: true
    })
    let operator: OperatorService | undefined
    let api: ServedApi
    try {
      const { ledger, context } = node.parts
      const { journal } = context
      operator = await OperatorService.start({
        ...{ homePath, journal, ledger, logger },
        config: config.operator,
        keys: signers.voice
      })
      api = await serveApi(node, { config, logger, operator })
    } catch (error) {
      await operator?.stop()
      await node.stop({ farewell: false })
      throw error
    }
    await home.saveApiAccess({ url: api.url, token: api.token, pid: process.pid })
    if (!opened.isVault) logger.warn(KEYS_IN_FILE)
    const disengage = engageWhenOpen(node, signers.voice, logger)
    return {
      apiUrl: api.url,
      view: api.view,
      async stop() {
        disengage()
        await api.close()
        await operator.stop()
        await node.stop({ farewell: signers.voice.isOpen })
        await closeShared()
      }
    }
  } catch (error) {
    await closeShared()
    throw error
  }
}

/**
 * Engages the node as soon as it can sign: without a record of its own no link begins.
 *
 * @returns gives up waiting
 */
function engageWhenOpen(node: MeshNode, voice: Voice, logger: Logger): () => void {
  if (voice.isOpen) {
    node.engage()
    return () => undefined
  }
  const stop = voice.onChange(isOpen => {
    if (!isOpen) return
    node.parts.ownRecord.renew().then(
      () => {
        stop()
        node.engage()
      },
      (err: unknown) => logger.warn({ err }, 'the own record could not be signed')
    )
  })
  return stop
}
