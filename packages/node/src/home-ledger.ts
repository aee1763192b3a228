import { formatVerifierKey, openLedger, SignatureType, type VerifierKey } from '@torusmesh/ledger'
import { openLevelStore, systemScheduler } from '@torusmesh/ledger/level'
import { checkpointSigner } from '@torusmesh/protocol/native'
import type { LedgerPort } from './api/index.ts'
import { Home } from './identity/home.ts'
import { ledgerName, type MemberKeys } from './identity/keys.ts'
import { watchOnly } from './identity/voice.ts'
import { createLedgerPort } from './ledger-port.ts'
import { ledgerView } from './node-view.ts'
import type { LedgerView } from './view.ts'

/** A home's ledger, opened without its node. */
export interface HomeLedger extends LedgerPort {
  view(): LedgerView
  close(): Promise<void>
}

/** The key that a member's ledger is signed with. */
export function ledgerKeyOf({ keys, checkpoint }: MemberKeys): VerifierKey {
  return { name: ledgerName(keys), publicKey: checkpoint }
}

/** The key of a home's ledger in C2SP's text form, `name+id+base64`: for those who check proofs. */
export async function verifierKey(homePath: string): Promise<string> {
  const { name, publicKey } = ledgerKeyOf(await new Home(homePath).memberKeys())
  return formatVerifierKey(name, SignatureType.mlDsa44Cosignature, publicKey)
}

/**
 * Opens the ledger of a home whose node doesn't run.
 *
 * @throws LedgerError `LEDGER_LOCKED` when it does; NodeError when there is no node in the folder
 */
export async function openHomeLedger(homePath: string): Promise<HomeLedger> {
  const home = new Home(homePath)
  const key = ledgerKeyOf(await home.memberKeys())
  const store = await openLevelStore(home.ledgerPath)
  try {
    const ledger = await openLedger({
      store,
      clock: Date.now,
      scheduler: systemScheduler,
      origin: key.name,
      cosigner: { ...key, sign: await offlineSigner(home) },
      checkpointEveryMs: 0
    })
    return {
      ...createLedgerPort(ledger, store, key),
      view: () => ledgerView(ledger),
      close: () => ledger.close()
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A key in a vault signs for the running node alone: what has no checkpoint yet waits for it. */
async function offlineSigner(home: Home): Promise<(message: Uint8Array) => Promise<Uint8Array>> {
  if (await home.hasVault()) return () => Promise.reject(watchOnly())
  return checkpointSigner((await home.secrets()).checkpoint)
}
