import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto'
import {
  type Cosigner,
  createMemoryStore,
  encodeEvent,
  formatVerifierKey,
  openLedger,
  SignatureType
} from '@torusmesh/ledger'
import type { LedgerEvent, LedgerProof } from '@torusmesh/node'
import { NOW_MS } from './fake-io.ts'

/** A log of a few events under a signed checkpoint, in the API's shapes. */
export interface SignedLog {
  readonly events: LedgerEvent[]
  /** The signer's verifier key. */
  readonly key: string
  proof(seq: number): LedgerProof
}

const NAME = 'example.org/log'

/** @param seed - makes the signer's key */
export async function createSignedLog(size: number, seed: number): Promise<SignedLog> {
  const cosigner = cosignerOf(seed)
  const ledger = await openLedger({
    store: createMemoryStore(),
    clock: () => NOW_MS,
    scheduler: { setTimer: callback => setImmediate(callback), clearTimer: () => {} },
    origin: NAME,
    cosigner,
    checkpointEveryMs: 0
  })
  const actor = new Uint8Array(32).fill(7)
  for (let i = 0; i < size; i++) {
    await ledger.append({ type: 1, actor, policyVersion: 0, payload: Uint8Array.of(i) })
  }
  const { note, root } = await ledger.checkpoint()
  const events: LedgerEvent[] = []
  const paths: string[][] = []
  for await (const event of ledger.read()) {
    const bytes = Buffer.from(encodeEvent(event))
    const leaf = hash('sha256', Buffer.concat([Buffer.of(0), bytes]))
    events.push({
      seq: event.seq,
      timeMs: event.timeMs,
      type: 'report',
      actor: toHex(event.actor),
      hash: leaf,
      summary: `event ${event.seq}`,
      bytes: bytes.toString('base64')
    })
    const { path } = await ledger.prove(event.seq)
    paths.push(path.map(sibling => toHex(Buffer.from(sibling, 'base64'))))
  }
  await ledger.close()
  return {
    events,
    key: formatVerifierKey(NAME, SignatureType.mlDsa44Cosignature, cosigner.publicKey),
    proof: seq => ({
      seq,
      leaf: events[seq]!.hash,
      size,
      root: toHex(root),
      path: paths[seq]!,
      checkpoint: note
    })
  }
}

function cosignerOf(seed: number): Cosigner {
  const key = createPrivateKey({
    key: Buffer.alloc(32, seed),
    format: 'raw-seed',
    asymmetricKeyType: 'ml-dsa-44'
  })
  const publicKey = createPublicKey(key).export({ format: 'raw-public' })
  return { name: NAME, publicKey, sign: message => sign(null, message, key) }
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
