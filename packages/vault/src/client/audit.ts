import { AUDIT_PAGE_MAX, AUDIT_WAIT_MAX_MS } from '../limits.ts'
import type { AuditPage } from '../types.ts'
import type { VaultClient } from './client.ts'

/**
 * Every signature, change and flag, page by page, for the ledger. Asking for the next page says that
 * the one before is kept: write it down first. Ends by leaving the loop.
 *
 * @param after - sequence of the last record that is in the ledger; 0 for none
 */
export async function* auditStream(
  client: VaultClient,
  after: number,
  waitMs: number = AUDIT_WAIT_MAX_MS / 2
): AsyncGenerator<AuditPage> {
  let position = after
  while (true) {
    const page = await client.ask('audit', { after: position, max: AUDIT_PAGE_MAX, waitMs })
    if (page.records.length === 0) continue
    yield page
    position = page.records.at(-1)!.sequence
  }
}
