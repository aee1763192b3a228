import { randomInt } from 'node:crypto'
import { REPORT_JITTER_MAX_MS, SLOTS } from '@torusmesh/health'
import {
  type Ledger,
  type LedgerStore,
  nodeStarted,
  openLedger,
  type VerifierKey
} from '@torusmesh/ledger'
import { openLevelStore, systemScheduler } from '@torusmesh/ledger/level'
import {
  type Attestor,
  Enrolment,
  envName,
  Subject,
  subjectName,
  verdictOf
} from '@torusmesh/protocol'
import { BeatSocket } from './beat/beat-socket.ts'
import { Beats } from './beat/beats.ts'
import { parseTcpAddress } from './config/kinds.ts'
import { openCouncil } from './council/index.ts'
import { NodeError, systemCode } from './errors.ts'
import { Gossip, type GossipHandler } from './gossip/gossip.ts'
import { ledgerKeyOf } from './home-ledger.ts'
import { createHost, type Host } from './host/create-host.ts'
import { OwnRecord } from './identity/own-record.ts'
import { isWatchOnly } from './identity/voice.ts'
import { Inbound } from './inbound/inbound.ts'
import { InviteBook } from './join/invites.ts'
import { serveJoin } from './join/join-protocol.ts'
import { LinkService } from './link/link-service.ts'
import { createNodeMetrics, type LedgerMetrics, type NodeMetrics } from './metrics/index.ts'
import { MeshNode, type NodeParts } from './node.ts'
import type { OpenNodeInit } from './open-node-init.ts'
import { Admission, memberOf } from './overlay/admission.ts'
import { Directory, type Member } from './overlay/directory.ts'
import { askOver, serveFindCell } from './overlay/find-cell.ts'
import { Overlay } from './overlay/overlay.ts'
import { RecordFetcher } from './overlay/record-fetcher.ts'
import {
  admitPeer,
  admitRecord,
  fetchRecord,
  linkClosed,
  linkOpened,
  lookUp,
  receiveFrame
} from './peer-traffic.ts'
import { BallCast } from './runtime/ball-cast.ts'
import { CellSurvey } from './runtime/cell-survey.ts'
import type { Restrictions, RuntimeContext } from './runtime/context.ts'
import { Digests } from './runtime/digests.ts'
import { Journal } from './runtime/journal.ts'
import { knock } from './runtime/knock.ts'
import { Notices } from './runtime/notices.ts'
import { Refutations } from './runtime/refutations.ts'
import { Reporter } from './runtime/reporter.ts'
import { Speaker } from './runtime/speaker.ts'
import { Statements } from './runtime/statements.ts'
import { Tidings } from './runtime/tidings.ts'
import { UptimeWitnesses } from './runtime/uptime-witnesses.ts'
import { WatchList } from './runtime/watch-list.ts'
import { Watcher } from './runtime/watcher.ts'
import { SOFTWARE_DIGEST, SOFTWARE_VERSION, SPEC_VERSION } from './software.ts'

/** Taken from a peer's gossip score for each statement of its that no honest peer passes on. */
const PENALTY = -10
const MAX_PENALISED = 1_024

/**
 * Opens a node: ledger verified, listening, record signed. Nothing is dialled before `engage`.
 *
 * @throws {NodeError} when the port is taken or the home can't be used
 */
export async function openNode(init: OpenNodeInit): Promise<MeshNode> {
  const self = selfMember(init)
  await takeNextIncarnation(init)
  const metrics = createNodeMetrics({ processMetrics: init.processMetrics ?? false })
  const { verifier } = init.resources
  metrics.inbound.verifyQueued.sampleWith(set => set({}, verifier.waiting))
  const opened = await openNodeLedger(init, metrics.ledger)
  try {
    return await assemble(init, self, opened, metrics)
  } catch (error) {
    await opened.ledger.close()
    throw error
  }
}

function selfMember({ home, charter, signers, enrolment }: OpenNodeInit): Member {
  const { keys } = signers
  const founder = charter.founders.byKey.get(memberOf(keys, 0).key)
  if (founder !== undefined) return founder
  if (enrolment !== undefined) return memberOf(keys, Enrolment.decode(enrolment.enrolment).cell)
  throw new NodeError(
    'HOME_DAMAGED',
    `${home.path}: its key is neither in the genesis file nor enrolled; restore enrolment.json or join anew`
  )
}

/** Above every incarnation used before, even when the state file was lost: seconds since 1970. */
async function takeNextIncarnation({ home, state, clock }: OpenNodeInit): Promise<void> {
  state.incarnation = Math.max(state.incarnation + 1, Math.floor(clock.wallMs() / 1_000))
  await home.saveState(state)
}

interface NodeLedger {
  readonly ledger: Ledger
  readonly store: LedgerStore
  readonly ledgerKey: VerifierKey
}

async function openNodeLedger(
  { home, config, signers, clock }: OpenNodeInit,
  metrics: LedgerMetrics
): Promise<NodeLedger> {
  const { groupCommitMs, checkpointEveryMs, cacheMb, writeBufferMb } = config.ledger
  const ledgerKey = ledgerKeyOf(signers)
  const sign = (message: Uint8Array): Promise<Uint8Array> => {
    metrics.signatures.inc({})
    return signers.signCheckpoint(message)
  }
  const store = await openLevelStore(home.ledgerPath, {
    cacheBytes: cacheMb * 1024 * 1024,
    writeBufferBytes: writeBufferMb * 1024 * 1024
  })
  try {
    const ledger = await openLedger({
      store,
      clock: clock.wallMs,
      scheduler: systemScheduler,
      origin: ledgerKey.name,
      cosigner: { ...ledgerKey, sign },
      groupCommit: { windowMs: groupCommitMs },
      checkpointEveryMs
    })
    return { ledger, store, ledgerKey }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** What one node's parts need before they know each other. */
interface Frame extends NodeLedger {
  readonly init: OpenNodeInit
  readonly self: Member
  readonly metrics: NodeMetrics
  readonly host: Host
  readonly beatSocket: BeatSocket | undefined
  readonly directory: Directory
  readonly admission: Admission
  readonly journal: Journal
  readonly identity: Attestor
  readonly ownRecord: OwnRecord
  readonly rejected: Map<string, number>
  readonly penalties: Map<string, number>
  readonly background: RuntimeContext['background']
}

async function assemble(
  init: OpenNodeInit,
  self: Member,
  opened: NodeLedger,
  metrics: NodeMetrics
): Promise<MeshNode> {
  const { charter, signers, state, clock, resources, logger } = init
  const penalties = new Map<string, number>()
  const host = await startHost(init, penalties)
  const directory = new Directory(charter.torus, charter.founders, self, init.addresses)
  const { verifier } = resources
  const { network, env } = charter
  const { wallMs } = clock
  const admission = new Admission({ network, env, directory, verifier, wallMs })
  for (const record of init.records) await admission.admit(record)
  const ownRecord = new OwnRecord({
    ...{ network, env, state, signers, directory, wallMs },
    home: init.home,
    enrolment: init.enrolment,
    addresses: () => host.getMultiaddrs().map(address => address.toString())
  })
  // With a locked vault the node watches only; its record is made when it is opened.
  if (signers.voice.isOpen) await ownRecord.renew()
  const background: RuntimeContext['background'] = (what, task) => {
    task().catch(error => {
      // A node that closes leaves things undone.
      if (host.status === 'started' && !isWatchOnly(error))
        logger.warn({ err: error }, `${what} failed`)
    })
  }
  const frame: Frame = {
    init,
    self,
    ...opened,
    metrics,
    host,
    beatSocket: await openBeatSocket(init, host),
    directory,
    admission,
    journal: new Journal(opened.ledger, self.id, metrics.ledger),
    identity: signers.identity,
    ownRecord,
    rejected: new Map(),
    penalties,
    background
  }
  if (!opened.ledger.readOnly) {
    await frame.journal.record(nodeStarted, { release: SOFTWARE_VERSION, env: envName(env) })
  }
  return await connectParts(frame)
}

async function startHost(init: OpenNodeInit, penalties: Map<string, number>): Promise<Host> {
  const { config, signers, charter } = init
  const host = await createHost({
    privateKey: signers.peer,
    listen: [config.listen.address],
    announce: config.listen.announce,
    maxLinks: config.overlay.maxLinks,
    dialTimeoutMs: config.overlay.dialTimeoutMs,
    allowedTopics: charter.topics,
    appScore: peer => penalties.get(peer) ?? 0,
    taps: init.taps ?? {},
    wire: init.wire
  })
  try {
    await host.start()
    return host
  } catch (error) {
    throw listenError(config.listen.address, error)
  }
}

/** Beside the host's TCP listener: where that can be reached, datagrams have the best chance. */
async function openBeatSocket(
  { config, logger }: OpenNodeInit,
  host: Host
): Promise<BeatSocket | undefined> {
  if (!config.health.datagrams) return undefined
  const listen = parseTcpAddress(config.listen.address)
  const [bound] = host.getMultiaddrs()
  const port = listen?.port || parseTcpAddress(String(bound))?.port
  try {
    return await BeatSocket.open({ host: listen?.host ?? '', port: port ?? 0 })
  } catch (error) {
    const code = systemCode(error)
    logger.debug({ address: config.listen.address, code }, 'no datagrams: beats stay on the links')
    return undefined
  }
}

function listenError(address: string, error: unknown): NodeError {
  const causes = error instanceof AggregateError ? error.errors : [error]
  // libp2p puts what the system said into its own message, without the error it came from.
  const named = (cause: unknown): string | undefined =>
    systemCode(cause) ?? /\b(EADDRINUSE|EACCES|EADDRNOTAVAIL)\b/.exec(String(cause))?.[1]
  const code = causes.map(named).find(found => found !== undefined)
  if (code === 'EADDRINUSE') {
    return new NodeError(
      'PORT_TAKEN',
      `${address} is in use: stop the other program, or set another listen.address (port 0 takes any)`,
      error
    )
  }
  if (code === 'EACCES') {
    return new NodeError(
      'LISTEN_FAILED',
      `no permission to listen on ${address}: choose a port above 1023 as listen.address`,
      error
    )
  }
  return new NodeError(
    'LISTEN_FAILED',
    `can't listen on ${address} (${code ?? String(error).split('\n', 1)[0]}): check listen.address`,
    error
  )
}

/** Makes the parts that need each other; later ones are reached through closures, once all exist. */
async function connectParts(frame: Frame): Promise<MeshNode> {
  const { init, host, directory, admission, journal, ownRecord, rejected, background } = frame
  const { charter, clock, config, resources, state, home } = init
  const links: LinkService = new LinkService(host, frame.self.key, clock.monotonicMs, {
    ownRecord: () => ownRecord.bytes,
    offer: () => context.beats.offer(),
    admit: (record, peer) => admitPeer(parts, record, peer),
    opened: (link, offers) => linkOpened(parts, link, offers),
    frame: (link, received) => receiveFrame(parts, statements, link, received),
    malformed: peer => context.onReject('malformed', peer),
    closed: link => linkClosed(parts, link)
  })
  const overlay: Overlay = new Overlay({
    ...{ host, directory, links },
    longLinks: charter.longLinks,
    maxLinks: config.overlay.maxLinks,
    dialsInParallel: config.overlay.dialsInParallel,
    dialTimeoutMs: config.overlay.dialTimeoutMs,
    gate: resources.gate,
    monotonicMs: clock.monotonicMs,
    jitter: () => randomInt(1_000),
    onUnreachable: member => background('look up', () => lookUp(parts, member))
  })
  const context = createContext(
    frame,
    links,
    (member, incarnation) => machines.watcher.heard(member, incarnation),
    (subject, cell, data, from) =>
      subject === Subject.vote || subject === Subject.governance
        ? council.gossiped(subject, data, from)
        : statements.gossiped(subject, cell, data, from),
    restrictionsOf(() => council),
    (sender, from) => background('fetch record', () => fetchRecord(parts, sender, from))
  )
  const machines: Machines = createMachines(frame, context, overlay)
  const statements = new Statements(context, machines)
  const invites = new InviteBook({
    ...{ home, state, journal },
    network: charter.network,
    env: charter.env,
    peer: frame.self.keys.peer,
    addresses: () => host.getMultiaddrs().map(address => address.toString()),
    wallMs: clock.wallMs
  })
  const ask = askOver(
    host,
    member => overlay.dial(member),
    member => overlay.wants(member)
  )
  const fetcher = new RecordFetcher({
    monotonicMs: clock.monotonicMs,
    fetch: async (member, from) => {
      for (const record of await ask(from, { member })) {
        await admitRecord(parts, record, from.peer)
      }
    }
  })
  const council = await openCouncil({
    ...{ context, host, overlay, self: frame.self, identity: frame.identity },
    founding: charter.council,
    ...{ signers: init.signers, ledger: frame.ledger, logger: init.logger }
  })
  const parts: NodeParts = {
    ...{ charter, home, state, host, context, directory, links, admission, overlay, invites },
    ...{ rejected, statements, ownRecord, ...machines, council },
    ...{ self: frame.self, voice: init.signers.voice },
    startedMs: clock.wallMs(),
    ...{ store: frame.store, ledgerKey: frame.ledgerKey, metrics: frame.metrics },
    ledger: frame.ledger,
    ...{ ask, fetcher }
  }
  await links.start()
  await serveFindCell(host, directory)
  await serveJoin({
    ...{ host, charter, directory, invites, journal },
    identity: frame.identity,
    verifier: resources.verifier,
    wallMs: clock.wallMs
  })
  return new MeshNode(parts)
}

/** Those of a council that isn't there yet. */
const restrictionsOf = (council: () => Restrictions): Restrictions => ({
  isQuarantined: member => council().isQuarantined(member),
  isPaused: service => council().isPaused(service)
})

function createContext(
  frame: Frame,
  links: LinkService,
  onBeat: (member: string, incarnation: number) => void,
  onGossip: GossipHandler,
  restrictions: Restrictions,
  onUnknownSender: (sender: Uint8Array, from: string) => void
): RuntimeContext {
  const { init, self, host, directory, journal, rejected, penalties, background, metrics } = frame
  const { charter, clock, signers, resources } = init
  const { network, env } = charter
  const onReject: RuntimeContext['onReject'] = (code, from, subject) => {
    rejected.set(code, (rejected.get(code) ?? 0) + 1)
    const kind = subject === undefined ? 'link' : subjectName(subject)
    metrics.inbound.rejectedMessages.inc({ subject: kind, reason: code })
    if (verdictOf(code) !== 'reject') return
    if (penalties.size < MAX_PENALISED || penalties.has(from)) {
      penalties.set(from, (penalties.get(from) ?? 0) + PENALTY)
    }
  }
  return {
    ...{
      network,
      env,
      clock,
      directory,
      links,
      journal,
      background,
      onReject,
      metrics,
      restrictions
    },
    beats: new Beats({
      ...{ socket: frame.beatSocket, monotonicMs: clock.monotonicMs, metrics: metrics.health },
      heard: onBeat
    }),
    gossip: new Gossip(host, network, metrics.gossip, onGossip),
    inbound: new Inbound({
      ...{ network, env, directory, onUnknownSender },
      isQuarantined: restrictions.isQuarantined,
      verifier: resources.verifier,
      wallMs: clock.wallMs,
      metrics: metrics.inbound,
      onReject: (code, subject, from) => onReject(code, from, subject)
    }),
    ballCast: new BallCast(directory, links),
    speaker: new Speaker({
      ...{ network, env, self, journal, wallMs: clock.wallMs },
      attestor: signers.report
    }),
    watchList: new WatchList(SLOTS),
    onStanding: init.onStanding ?? (() => undefined),
    onTaken: init.onTaken ?? (() => undefined)
  }
}

type Machines = Pick<
  NodeParts,
  'watcher' | 'reporter' | 'notices' | 'tidings' | 'digests' | 'uptime'
>

function createMachines(frame: Frame, context: RuntimeContext, overlay: Overlay): Machines {
  const { init, directory, ledger } = frame
  const { config, state, meter, clock, resources } = init
  const { epochMs } = config.health
  const tidings = new Tidings(context)
  const refutations = new Refutations(context, tidings)
  const watcher: Watcher = new Watcher(context, config.preset, state.incarnation, {
    onDown: (watched, incarnation) => notices.schedule(watched, incarnation),
    onRemind: watched => notices.remind(watched.member.key),
    onRefute: incarnation => refutations.refute(incarnation),
    relink: member => overlay.relink(member),
    knock: member => {
      const address = directory.addresses(member.key)[0] ?? ''
      return init.wire?.roundTrip(address, () => knock(address)) ?? knock(address)
    }
  })
  const reporter = new Reporter(context, {
    watcher,
    resources: () => meter.latest,
    services: () => [],
    ledgerHead: () => ledger.head(),
    software: SOFTWARE_DIGEST,
    specVersion: SPEC_VERSION,
    startedMs: clock.monotonicMs(),
    isWired: () => overlay.wired,
    jitterMs: () => randomInt(REPORT_JITTER_MAX_MS + 1)
  })
  const notices: Notices = new Notices(context, tidings, resources.verifier, {
    onSelfDown: incarnation => {
      refutations.declaredDown(incarnation, watcher.incarnation)
      watcher.accusedSelf(incarnation, 'quorum')
    },
    onSelfAccused: incarnation => {
      if (watcher.incarnation > incarnation) refutations.refuteNearby(watcher.incarnation)
      else watcher.accusedSelf(incarnation)
    },
    onProven: (accused, accusations) => {
      const watched = context.watchList.get(accused.key)
      if (watched === undefined) return
      for (const { accuser, accusation, envelope } of accusations) {
        watcher.accused(watched, accuser, accusation, envelope)
      }
    }
  })
  const survey = new CellSurvey({
    directory,
    watchList: context.watchList,
    status: () => reporter.status
  })
  const digests = new Digests(context, { renewMs: epochMs, survey })
  const uptime = new UptimeWitnesses(context, {
    ...{ epochMs, watcher },
    jitter: bound => randomInt(Math.max(1, Math.floor(bound)))
  })
  return { watcher, reporter, notices, tidings, digests, uptime }
}
