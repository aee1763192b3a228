import type { LedgerPage } from '@torusmesh/node'
import type { Command } from 'commander'
import { sequence, wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { type LedgerSource, unknownSequence, withLedger } from '../ledger-source.ts'
import { type RemoteOptions, remoteCommand } from '../remote.ts'
import { eventDetailLines, eventLines } from '../render/ledger.ts'
import { print, printJson } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

const DEFAULT_LIMIT = 20
const MAX_LIMIT = 500

interface ShowOptions extends RemoteOptions {
  readonly from?: number
  readonly limit: number
}

export function ledgerShowCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('show', 'one event in full, or a list of events')
    .argument('[seq]', 'sequence number of an event', sequence)
    .option('--from <seq>', 'first event of the list (default: the last ones)', sequence)
    .option('--limit <n>', 'events in the list', wholeNumber(1, MAX_LIMIT), DEFAULT_LIMIT)
  withExamples(command, 'ledger show', 'ledger show 17', 'ledger show --from 0 --limit 100 --json')
  return command.action((seq: number | undefined, options: ShowOptions) =>
    withLedger(context, options, async ledger => {
      const style = styleOf(io, io.stdout)
      if (seq === undefined) {
        const page = await pageOf(ledger, options)
        if (options.json) printJson(io, page)
        else print(io, eventLines(page.events, style))
        return
      }
      const [event] = await ledger.events({ from: seq, limit: 1 })
      if (event?.seq !== seq) throw unknownSequence(seq, await ledger.size())
      if (options.json) printJson(io, event)
      else print(io, eventDetailLines(event, style))
    })
  )
}

async function pageOf(ledger: LedgerSource, { from, limit }: ShowOptions): Promise<LedgerPage> {
  const size = await ledger.size()
  const events = await ledger.events({ from: from ?? Math.max(0, size - limit), limit })
  const end = (events.at(-1)?.seq ?? size) + 1
  return { size, events, next: end < size ? end : null }
}
