import { type Env, Env as Envs, type LinkFrame, type RejectCode } from '@torusmesh/protocol'
import { Beats } from '../../../src/beat/beats.ts'
import type { Gossip } from '../../../src/gossip/gossip.ts'
import { Inbound } from '../../../src/inbound/inbound.ts'
import { type Frame, openFrame } from '../../../src/link/frame.ts'
import { FrameReader } from '../../../src/link/frames.ts'
import { encodeFrame, type Link } from '../../../src/link/link.ts'
import type { LinkService } from '../../../src/link/link-service.ts'
import { createNodeMetrics } from '../../../src/metrics/index.ts'
import type { Member } from '../../../src/overlay/directory.ts'
import { BallCast } from '../../../src/runtime/ball-cast.ts'
import type { RuntimeContext } from '../../../src/runtime/context.ts'
import type { Journal } from '../../../src/runtime/journal.ts'
import { Speaker } from '../../../src/runtime/speaker.ts'
import { WatchList } from '../../../src/runtime/watch-list.ts'
import type { Standing } from '../../../src/view.ts'
import { mockVerifier, NETWORK, NOW_MS, type World } from './world.ts'

/** A link that keeps what was sent over it, decoded again from its bytes. */
export interface FakeLink {
  readonly link: Link
  readonly sent: Frame[]
}

export function fakeLink(member: Member): FakeLink {
  const sent: Frame[] = []
  const reader = new FrameReader(bytes => {
    const opened = openFrame(bytes)
    if (!opened.ok) throw new Error(`a node sent a ${opened.code} frame`)
    sent.push(opened.value)
  })
  const sendEncoded = (framed: Uint8Array): boolean => reader.push(framed)
  const send = (frame: LinkFrame.$Properties): boolean => sendEncoded(encodeFrame(frame))
  return { link: { member, send, sendEncoded, close() {} } as unknown as Link, sent }
}

export const fakeLinks = (links: readonly FakeLink[]): LinkService =>
  ({ links: new Map(links.map(({ link }) => [link.member.key, link])) }) as unknown as LinkService

/** What a node wrote into its ledger, told its peers and thought of others. */
export interface Witnessed {
  readonly journal: { type: string; actor: Uint8Array | undefined; value: unknown }[]
  readonly published: { cell: number | undefined; envelope: Uint8Array }[]
  readonly standings: { key: string; standing: Standing }[]
  readonly taken: Uint8Array[]
  readonly rejected: { code: RejectCode; from: string }[]
  readonly unknown: string[]
  readonly failures: unknown[]
  /** Resolves when nothing runs in the background any more. */
  idle(): Promise<void>
}

export interface FakeContext extends Witnessed {
  readonly context: RuntimeContext
  readonly clock: { wallNowMs: number; monotonicNowMs: number }
}

export interface ContextInit {
  readonly world: World
  readonly links?: readonly FakeLink[]
  readonly env?: Env
}

/** A node's parts around real gates and tables; only network, ledger and clocks are made up. */
export function fakeContext({ world, links = [], env = Envs.dev }: ContextInit): FakeContext {
  const { directory, actors } = world
  const clock = { wallNowMs: NOW_MS, monotonicNowMs: 0 }
  const running = new Set<Promise<void>>()
  const witnessed: Witnessed = {
    ...{
      journal: [],
      published: [],
      standings: [],
      taken: [],
      rejected: [],
      unknown: [],
      failures: []
    },
    async idle() {
      while (running.size > 0) await Promise.all(running)
    }
  }
  const journal = {
    async record(type: { name: string }, value: unknown, actor?: Uint8Array) {
      return witnessed.journal.push({ type: type.name, actor, value })
    }
  } as unknown as Journal
  const gossip = {
    async publish(_subject: number, cell: number | undefined, envelope: Uint8Array) {
      return witnessed.published.push({ cell, envelope })
    }
  } as unknown as Gossip
  const linkService = fakeLinks(links)
  const wallMs = (): number => clock.wallNowMs
  const own = actors.find(({ member }) => member.key === directory.self.key)!
  const onReject = (code: RejectCode, from: string): void => {
    witnessed.rejected.push({ code, from })
  }
  const where = { network: NETWORK, env, directory }
  const metrics = createNodeMetrics()
  const context: RuntimeContext = {
    ...where,
    clock: { wallMs, monotonicMs: () => clock.monotonicNowMs },
    links: linkService,
    beats: new Beats({
      ...{ socket: undefined, monotonicMs: () => clock.monotonicNowMs },
      ...{ metrics: metrics.health, heard: () => undefined }
    }),
    gossip,
    inbound: new Inbound({
      ...where,
      ...{ verifier: mockVerifier, wallMs, metrics: metrics.inbound },
      onReject: (code, _subject, from) => onReject(code, from),
      onUnknownSender: (_sender, from) => witnessed.unknown.push(from)
    }),
    ballCast: new BallCast(directory, linkService),
    speaker: new Speaker({
      ...{ network: NETWORK, env, self: directory.self, attestor: own.attestor, journal, wallMs }
    }),
    ...{ journal, metrics },
    watchList: new WatchList(16),
    background(_what, task) {
      const run = task()
        .catch(error => void witnessed.failures.push(error))
        .finally(() => running.delete(run))
      running.add(run)
    },
    onStanding: (key, standing) => witnessed.standings.push({ key, standing }),
    onTaken: envelope => witnessed.taken.push(envelope),
    onReject
  }
  return { ...witnessed, context, clock }
}
