import type { FaultClass } from '@torusmesh/ledger'
import type { LedgerEvent, VerifyResult } from '@torusmesh/node'
import type { Checked } from '../proof-file.ts'
import type { Style } from './style.ts'
import { pairs, table } from './table.ts'
import { clean, count, plural, shortHex, utc } from './text.ts'

/** Faults listed; JSON has all of them. */
const MAX_FAULTS = 10

/** What to do about each class of fault. */
const NEXT_STEPS: Readonly<Record<FaultClass, string>> = {
  'event-damaged': 'the disk or its file system lost data: check it, then restore a backup',
  'event-missing': 'the disk or its file system lost data: check it, then restore a backup',
  'event-reordered': 'somebody or something changed the files: keep a copy, then restore a backup',
  'event-duplicated': 'somebody or something changed the files: keep a copy, then restore a backup',
  'event-forged': 'somebody rewrote history: keep a copy as evidence, then restore a backup',
  'log-truncated': 'later events existed and are gone: restore a backup that has them',
  'index-damaged': 'the events are sound: keep a copy, then restore a backup or have it rebuilt',
  'checkpoint-invalid': 'the events may be sound, who vouched for them is not: restore a backup',
  'history-forked': 'two histories were signed: keep a copy as evidence, show it to the neighbours'
}

/** What `ledger verify` says. */
export function verificationLines(result: VerifyResult, style: Style): string[] {
  const { ok, verified, checkpoints, root, faults } = result
  const scope = `${plural(verified, 'event')}, ${plural(checkpoints, 'checkpoint')}`
  if (ok) return [`${scope}, root ${clean(root)}: ${style.green('verified')}`]
  const shown = faults.slice(0, MAX_FAULTS)
  const more = faults.length - shown.length
  return [
    `${scope}: ${style.red('NOT verified')}, ${plural(faults.length, 'fault')}`,
    ...shown.flatMap(({ fault, seq, detail }) => [
      `  event ${seq}: ${style.bold(clean(fault))} (${clean(detail)})`,
      `    ${nextStep(fault)}`
    ]),
    ...(more > 0 ? [`  and ${count(more)} more; --json has all`] : [])
  ]
}

function nextStep(fault: string): string {
  return Object.hasOwn(NEXT_STEPS, fault)
    ? NEXT_STEPS[fault as FaultClass]
    : 'keep a copy of the folder, then restore a backup'
}

/** Events as a table. */
export function eventLines(events: readonly LedgerEvent[], style: Style): string[] {
  if (events.length === 0) return ['no events']
  const rows = events.map(({ seq, timeMs, type, actor, summary }) => [
    String(seq),
    utc(timeMs),
    type,
    shortHex(actor),
    summary
  ])
  return table(['>event', 'time', 'type', 'by', 'what'], rows, style.dim)
}

/** One event where others may follow: widths are fixed. */
export function eventLine({ seq, timeMs, type, summary }: LedgerEvent, style: Style): string {
  return `${String(seq).padStart(8)}  ${style.dim(utc(timeMs))}  ${clean(type).padEnd(18)}  ${clean(summary)}`
}

export function eventDetailLines(event: LedgerEvent, style: Style): string[] {
  return pairs(
    [
      ['event', String(event.seq)],
      ['time', utc(event.timeMs)],
      ['type', event.type],
      ['by', event.actor],
      ['what', event.summary],
      ['hash', event.hash],
      ['bytes', event.bytes]
    ],
    style.dim
  )
}

/** What `ledger prove --check` says. */
export function checkedLines(checked: Checked, keyGiven: boolean, style: Style): string[] {
  if (!checked.ok) {
    const { fault } = checked
    return [`${style.red('NOT proven')}: ${fault}; ask for the proof again, or don't trust it`]
  }
  const { seq, timeMs, type, actor, summary, origin, size, root, signedMs, key } = checked
  const signed = signedMs === 0 ? '' : `, signed ${utc(signedMs)}`
  return [
    `${style.green('proven')}: event ${seq} is in the log`,
    ...pairs(
      [
        ['event', `${type}, ${utc(timeMs)}: ${summary}`],
        ['by', actor],
        ['log', `${origin}, ${plural(size, 'event')}${signed}`],
        ['root', root],
        ['key', key.split('+', 2).join('+')]
      ],
      style.dim
    ),
    ...(keyGiven
      ? []
      : ['The key came with the proof: compare it with what its owner prints by `ledger key`.'])
  ]
}
