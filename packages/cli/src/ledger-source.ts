import type {
  ApiClient,
  HomeLedger,
  LedgerEvent,
  LedgerProof,
  VerifyProgress,
  VerifyResult
} from '@torusmesh/node'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'

/** A ledger to read, wherever it is. */
export interface LedgerSource {
  /** Whether its node runs, so that there may be more in a moment. */
  readonly live: boolean
  size(): Promise<number>
  /** At most `limit` events, no more than 500, from sequence `from` on. */
  events(range: { from: number; limit: number }): Promise<LedgerEvent[]>
  /** @throws an error with code `LEDGER_SEQ_UNKNOWN` */
  proof(seq: number): Promise<LedgerProof>
  verify(onProgress: (progress: VerifyProgress) => void): Promise<VerifyResult>
  close(): Promise<void>
}

/** Where to look for a ledger: in a home, or at a node's API. */
export interface LedgerPlace {
  readonly home?: string
  readonly url?: string
}

/** The ledger of the node that runs in the home, or at `url`; the home's own folder if none runs. */
export async function openLedgerSource(
  context: Context,
  place: LedgerPlace
): Promise<LedgerSource> {
  const { node } = context
  if (place.url !== undefined) return atNode(await node.createApiClient({ url: place.url }))
  const homePath = context.homePath(place)
  const access = await node.apiAccess(homePath)
  if (access !== undefined) {
    const client = await node.createApiClient({ url: access.url, token: access.token })
    if (await answers(client)) return atNode(client)
  }
  return inFolder(await node.openHomeLedger(homePath))
}

/** Runs `use` on a ledger and closes it. */
export async function withLedger<T>(
  context: Context,
  place: LedgerPlace,
  use: (ledger: LedgerSource) => Promise<T>
): Promise<T> {
  const ledger = await openLedgerSource(context, place)
  try {
    return await use(ledger)
  } finally {
    await ledger.close()
  }
}

/** A node that was killed leaves its address behind. */
async function answers(client: ApiClient): Promise<boolean> {
  try {
    await client.readiness()
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'NODE_NOT_RUNNING') return false
    throw error
  }
}

function atNode(client: ApiClient): LedgerSource {
  return {
    live: true,
    size: async () => (await client.ledger()).size,
    events: async range => (await client.events(range)).events,
    proof: seq => client.proof(seq),
    verify: onProgress => client.verify(onProgress),
    close: async () => {}
  }
}

function inFolder(ledger: HomeLedger): LedgerSource {
  const size = async (): Promise<number> => ledger.view().size
  return {
    live: false,
    size,
    events: range => ledger.events(range),
    proof: async seq => {
      const proof = await ledger.proof(seq)
      if (proof !== undefined) return proof
      throw unknownSequence(seq, await size())
    },
    verify: onProgress => ledger.verify(onProgress),
    close: () => ledger.close()
  }
}

/** No event has this sequence. */
export function unknownSequence(seq: number, size: number): CliError {
  const next = size > 0 ? `ask for 0 to ${size - 1}` : 'it is empty'
  return new CliError('LEDGER_SEQ_UNKNOWN', `the ledger has no event ${seq}; ${next}`)
}
