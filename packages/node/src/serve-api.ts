import { ApiError, createApi, newApiToken } from './api/index.ts'
import type { NodeConfig } from './config/index.ts'
import { createLedgerPort } from './ledger-port.ts'
import type { Logger } from './log/index.ts'
import type { MeshNode } from './node.ts'
import { createNodeEvents } from './node-events.ts'
import { createNodeView } from './node-view.ts'
import { type OperatorPort, OperatorService } from './operator/index.ts'
import type { NodeView } from './view.ts'

/** A node's HTTP API that listens. */
export interface ServedApi {
  readonly url: string
  /** What requests that change something have to show. */
  readonly token: string
  readonly view: NodeView
  close(): Promise<void>
}

/** Serves a node's API on loopback. */
export async function serveApi(
  node: MeshNode,
  {
    config,
    logger,
    operator = OperatorService.off('hosts of a demo have no agent')
  }: { readonly config: NodeConfig; readonly logger: Logger; readonly operator?: OperatorPort }
): Promise<ServedApi> {
  const { ledger, store, ledgerKey, invites, metrics } = node.parts
  const token = newApiToken()
  const view = createNodeView(node.parts, () => node.wired)
  const events = createNodeEvents(ledger, err => logger.error({ err }, 'event stream failed'))
  const api = createApi({
    ...{ view, metrics, events, token, logger, operator },
    ledger: createLedgerPort(ledger, store, ledgerKey),
    council: node.council,
    invites: {
      async create({ validForMs }) {
        if (!node.parts.council.isPaused('join')) return await invites.issue(validForMs)
        throw new ApiError(
          'API_CONFLICT',
          'an emergency keeps newcomers out',
          'wait until it ends; GET /v1/council says when'
        )
      }
    }
  })
  const close = async (): Promise<void> => {
    events.close()
    await api.close()
  }
  try {
    return { url: await api.listen(config.api), token, view, close }
  } catch (error) {
    await close()
    throw error
  }
}
