import { type TUnsafe, Type } from 'typebox'
import type { DigestView, HealthView, ReportView } from '../../view.ts'
import { count, flag, hex32, StandingSchema, text, timeMs } from './common.ts'
import { exactly } from './exactly.ts'

export const ReportSchema: TUnsafe<ReportView> = exactly<ReportView>()(
  Type.Object({
    member: hex32('member id'),
    cell: count('cell id'),
    state: StandingSchema,
    status: Type.Enum(['healthy', 'degraded']),
    incarnation: count('incarnation of the report'),
    uptimeMs: count('time since the reporter started, ms'),
    receivedMs: timeMs('when it arrived'),
    ledger: Type.Object({
      size: count('events in the reporter’s ledger'),
      root: text('its root, hexadecimal')
    }),
    services: Type.Array(
      Type.Object({
        name: text('service'),
        state: Type.Enum(['up', 'degraded', 'down'])
      })
    ),
    resources: Type.Object({
      cpuPermille: count('of one core'),
      rssMb: count('resident memory, MiB'),
      diskFreeMb: count('free disk, MiB'),
      loopLagMs: count('event-loop delay, 99th percentile, ms')
    })
  })
)

export const DigestSchema: TUnsafe<DigestView> = exactly<DigestView>()(
  Type.Object({
    cell: count('cell id'),
    epoch: count('epoch'),
    members: count('members of the cell'),
    alive: count('alive'),
    degraded: count('alive with a service not up'),
    down: count('down'),
    steward: text('member id of who signed it'),
    witness: text('member id of who cross-signed it')
  })
)

export const HealthSchema: TUnsafe<HealthView> = exactly<HealthView>()(
  Type.Object({
    doubtsSelf: flag('too many neighbours fell silent at once'),
    reports: Type.Array(ReportSchema),
    digests: Type.Array(DigestSchema, { description: 'cells that are not all well first' }),
    uptime: Type.Array(
      Type.Object({
        member: hex32('member id'),
        epoch: count('epoch'),
        heardS: count('seconds it was heard'),
        watchedS: count('seconds it was watched'),
        witnesses: count('neighbours that signed a figure')
      }),
      { description: 'newest epoch first' }
    ),
    reportsSent: count('reports sent'),
    reportsReceived: count('verified reports received'),
    rejected: Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'messages dropped before they could have an effect, by reason'
    })
  })
)

/** Whether a node serves, and what it waits for until then. */
export interface Readiness {
  ready: boolean
  waitingFor: string[]
}

export const ReadinessSchema: TUnsafe<Readiness> = exactly<Readiness>()(
  Type.Object({
    ready: flag('serves'),
    waitingFor: Type.Array(Type.String(), { description: 'empty once ready' })
  })
)
