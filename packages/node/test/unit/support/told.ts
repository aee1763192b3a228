import { Notices } from '../../../src/runtime/notices.ts'
import type { Reporter } from '../../../src/runtime/reporter.ts'
import { type StatementParts, Statements } from '../../../src/runtime/statements.ts'
import { Tidings } from '../../../src/runtime/tidings.ts'
import type { UptimeWitnesses } from '../../../src/runtime/uptime-witnesses.ts'
import type { Watcher } from '../../../src/runtime/watcher.ts'
import type { FakeContext } from './node-fakes.ts'
import { mockVerifier } from './world.ts'

export interface Told {
  readonly statements: Statements
  readonly notices: Notices
  readonly tidings: Tidings
  /** What reached the machines, in order, with how many events the ledger held by then. */
  readonly calls: { part: string; journalled: number }[]
}

/** The real way of statements into a node, up to the machines: those only write down that they were told. */
export function told({ context, journal }: FakeContext): Told {
  const calls: Told['calls'] = []
  const tells = (part: string) => (): void => {
    calls.push({ part, journalled: journal.length })
  }
  const tidings = new Tidings(context)
  const notices = new Notices(context, tidings, mockVerifier, {
    onSelfDown: tells('self down'),
    onSelfAccused: tells('self accused'),
    onProven: tells('proven')
  })
  const watcher = {
    ...{ accused: tells('accused'), accusedSelf: tells('accused self') },
    ...{ refuted: tells('refuted'), left: tells('left') }
  } as unknown as Watcher
  const parts: StatementParts = {
    ...{ watcher, notices, tidings },
    reporter: { received: tells('report') } as unknown as Reporter,
    uptime: { received: tells('uptime') } as unknown as UptimeWitnesses
  }
  return { statements: new Statements(context, parts), notices, tidings, calls }
}
