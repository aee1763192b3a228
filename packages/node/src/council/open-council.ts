import type { Ledger } from '@torusmesh/ledger'
import type { Host } from '../host/create-host.ts'
import type { Overlay } from '../overlay/overlay.ts'
import { CouncilService, type CouncilServiceInit } from './service.ts'
import { CouncilStore } from './store.ts'
import { askCouncilOver, serveCouncil } from './sync.ts'

export interface OpenCouncilInit extends Omit<CouncilServiceInit, 'store' | 'ask'> {
  readonly host: Host
  readonly overlay: Overlay
  readonly ledger: Ledger
}

/** Takes a council up where the ledger ends, and answers who asks about it; it begins at `start`. */
export async function openCouncil({
  host,
  overlay,
  ledger,
  ...init
}: OpenCouncilInit): Promise<CouncilService> {
  const ask = askCouncilOver(
    host,
    member => overlay.dial(member),
    member => overlay.wants(member)
  )
  const store = await CouncilStore.open(ledger, init.self.id, init.context)
  const service = new CouncilService({ ...init, store, ask })
  const { directory } = init.context
  await serveCouncil(host, directory, (request, from) => service.respond(request, from))
  return service
}
