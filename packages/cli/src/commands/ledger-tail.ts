import type { LedgerEvent } from '@torusmesh/node'
import type { Command } from 'commander'
import { wholeNumber } from '../arguments.ts'
import { withExamples } from '../command.ts'
import type { Context } from '../context.ts'
import { interrupted } from '../io.ts'
import { type LedgerSource, withLedger } from '../ledger-source.ts'
import { type RemoteOptions, remoteCommand } from '../remote.ts'
import { eventLine } from '../render/ledger.ts'
import { print, printJsonLine } from '../render/print.ts'
import { styleOf } from '../render/style.ts'

const POLL_MS = 1_000
const MAX_EVENTS = 500

interface TailOptions extends RemoteOptions {
  readonly limit: number
  readonly follow?: true
}

export function ledgerTailCommand(context: Context): Command {
  const { io } = context
  const command = remoteCommand('tail', 'the last events; JSON is one object a line')
    .option('--limit <n>', 'events to begin with', wholeNumber(1, MAX_EVENTS), 10)
    .option('-f, --follow', 'go on with new events until Ctrl-C')
  withExamples(command, 'ledger tail', 'ledger tail --follow --json')
  return command.action((options: TailOptions) =>
    withLedger(context, options, async ledger => {
      const style = styleOf(io, io.stdout)
      const show = (event: LedgerEvent): void => {
        if (options.json) printJsonLine(io, event)
        else print(io, [eventLine(event, style)])
      }
      const from = Math.max(0, (await ledger.size()) - options.limit)
      const next = await showFrom(ledger, from, show)
      if (options.follow && ledger.live) await follow(context, ledger, next, show)
    })
  )
}

/** @returns the sequence after the last event shown */
async function showFrom(
  ledger: LedgerSource,
  from: number,
  show: (event: LedgerEvent) => void
): Promise<number> {
  const events = await ledger.events({ from, limit: MAX_EVENTS })
  for (const event of events) show(event)
  return from + events.length
}

/** Polls: the ledger is on this machine, and no event is left out as a stream may. */
async function follow(
  { io }: Context,
  ledger: LedgerSource,
  from: number,
  show: (event: LedgerEvent) => void
): Promise<void> {
  let next = from
  let polling = false
  await new Promise<void>((resolve, reject) => {
    const poll = async (): Promise<void> => {
      if (polling) return
      polling = true
      next = await showFrom(ledger, next, show)
      polling = false
    }
    const stop = io.every(POLL_MS, () => {
      poll().catch(error => {
        stop()
        reject(error)
      })
    })
    interrupted(io).then(() => {
      stop()
      resolve()
    })
  })
}
