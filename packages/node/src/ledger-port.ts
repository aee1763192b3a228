import {
  describeEvent,
  encodeEvent,
  hashToBytes,
  type InclusionProof,
  type Ledger,
  LedgerError,
  type LedgerEvent,
  type LedgerStore,
  leafHash,
  parseTreeHead,
  type VerifierKey,
  verifyLedger
} from '@torusmesh/ledger'
import type * as api from './api/index.ts'

/** A ledger as the API and the command line read it. */
export function createLedgerPort(
  ledger: Pick<Ledger, 'read' | 'prove' | 'checkpoint' | 'signed'>,
  store: LedgerStore,
  key: VerifierKey
): api.LedgerPort {
  return {
    async events(range) {
      const events: api.LedgerEvent[] = []
      for await (const event of ledger.read(range)) events.push(shownEvent(event))
      return events
    },
    async proof(seq) {
      // An event of this second may not be under a checkpoint yet.
      if (seq >= (ledger.signed?.size ?? 0)) await ledger.checkpoint().catch(() => undefined)
      try {
        return shownProof(await ledger.prove(seq))
      } catch (error) {
        if (error instanceof LedgerError && error.code === 'LEDGER_UNPROVEN') return undefined
        throw error
      }
    },
    verify: onProgress => verifyTwice(store, key, onProgress)
  }
}

/** Tries until two in a row agree. */
const MAX_TRIES = 4

/**
 * Verifies a store that may be written to meanwhile: what was read before and after a write can
 * disagree. A fault is one that the next look finds in the same place.
 */
async function verifyTwice(
  store: LedgerStore,
  key: VerifierKey,
  onProgress: (progress: api.VerifyProgress) => void
): Promise<api.VerifyResult> {
  let result = await verifyStore(store, key, onProgress)
  for (let tries = 1; !result.ok && tries < MAX_TRIES; tries++) {
    const again = await verifyStore(store, key, onProgress)
    if (JSON.stringify(again.faults) === JSON.stringify(result.faults)) return again
    result = again
  }
  return result
}

/** Verifies everything that a store at rest holds. */
export async function verifyStore(
  store: LedgerStore,
  key: VerifierKey,
  onProgress: (progress: api.VerifyProgress) => void
): Promise<api.VerifyResult> {
  const report = await verifyLedger(store, {
    origin: key.name,
    keys: [key],
    onProgress: ({ events, total }) => onProgress({ verified: events, total })
  })
  return {
    ok: report.ok,
    verified: report.intact.size,
    checkpoints: report.checkpoints,
    root: toHex(report.intact.root),
    faults: report.faults.map(({ fault, seq, detail }) => ({ fault, seq, detail }))
  }
}

export function shownEvent(event: LedgerEvent): api.LedgerEvent {
  const bytes = encodeEvent(event)
  const { what, who, outcome } = describeEvent(event)
  return {
    seq: event.seq,
    timeMs: event.timeMs,
    type: what,
    actor: who,
    hash: toHex(hashToBytes(leafHash(Buffer.from(bytes)))),
    summary: outcome,
    bytes: Buffer.from(bytes).toString('base64')
  }
}

function shownProof({ seq, event, path, checkpoint }: InclusionProof): api.LedgerProof {
  const head = parseTreeHead(checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1))
  return {
    seq,
    leaf: toHex(hashToBytes(leafHash(Buffer.from(event, 'base64')))),
    size: head?.size ?? 0,
    root: head === undefined ? '' : toHex(hashToBytes(head.root)),
    path: path.map(hash => Buffer.from(hash, 'base64').toString('hex')),
    checkpoint
  }
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
