import type { HomeVaultStatus } from '@torusmesh/node'
import type { Style } from './style.ts'
import { pairs, table } from './table.ts'
import { clean, count, utc } from './text.ts'

type Key = HomeVaultStatus['keys'][number]

/** A key for programs: bytes as hexadecimal digits. */
export function keyJson({ publicKey, ...key }: Key): object {
  return { ...key, publicKey: Buffer.from(publicKey).toString('hex') }
}

/** What `vault status --json` prints. */
export function vaultJson({ keys, link, alerts, ...status }: HomeVaultStatus): object {
  return {
    ...status,
    link: Buffer.from(link).toString('hex'),
    keys: keys.map(keyJson),
    alerts: alerts.map(({ sequence, event }) => ({ sequence, ...alertOf(event) }))
  }
}

type AuditEvent = HomeVaultStatus['alerts'][number]['event']

function alertOf(event: AuditEvent): object {
  if (event.type !== 'flag') return { type: event.type, timeMs: event.timeMs }
  const { flag, timeMs, client, key } = event
  return { type: flag, timeMs, client, key }
}

export function vaultLines(status: HomeVaultStatus, style: Style): string[] {
  const { mode, folder, keys, clients, alerts, sequence, isOffline } = status
  const paint = mode === 'unlocked' ? style.green : style.yellow
  return [
    ...pairs(
      [
        ['vault', { text: mode, paint }],
        ['folder', folder],
        ['journal', `${count(sequence)} entries`],
        ['network', isOffline ? 'none' : 'as the system has it'],
        ['clients', clients.map(clean).join(' ')]
      ],
      style.dim
    ),
    '',
    ...table(
      ['key', 'suite', '>generation', '>signatures', ''],
      keys.map(key => [key.id, key.suite, String(key.generation), count(key.used), noteOf(key)]),
      style.dim
    ),
    ...alerts.map(({ event }) =>
      style.red(
        `alert: ${event.type === 'flag' ? `${event.flag} ${clean(event.key)}` : event.type}, ${utc(event.timeMs)}`
      )
    ),
    ...(mode === 'locked' ? ['`torusmesh vault unlock` opens it.'] : []),
    ...(mode === 'failed' ? ['The disk refuses writes: check it; the vault tries again.'] : [])
  ]
}

function noteOf({ isRetired, isRotationDue }: Key): string {
  if (isRetired) return 'votes no more'
  return isRotationDue ? 'rotation is due' : ''
}
