import { type CellDigest, DigestMap } from '@torusmesh/health'
import { statementReceived } from '@torusmesh/ledger'
import {
  bytesToHex,
  DigestStatement,
  type Digests as DigestsMessage,
  Envelope,
  equalBytes,
  Statement,
  Subject,
  WitnessedDigest
} from '@torusmesh/protocol'
import type { SubjectChecks, VerifiedStatement } from '../inbound/inbound.ts'
import type { Link } from '../link/link.ts'
import { roleOf } from '../overlay/positions.ts'
import type { DigestView } from '../view.ts'
import type { CellSurvey } from './cell-survey.ts'
import type { RuntimeContext, RuntimePart } from './context.ts'
import { type DigestPayload, openDigestPayload } from './payloads.ts'

/** How often the cells in this node's charge are looked at, and changes go to its neighbours. */
const REVIEW_MS = 1_000
/**
 * A change stands so long before it is summed up: what dies together is told of together, and not while
 * the notices of it are still under way.
 */
const SETTLE_MS = 3_000
/** A digest that found no witness is sealed anew after this time: its neighbours' view may lag. */
const RETRY_MS = 5_000
/** What a digest calls an epoch: a cell that changes is summed up anew at most once in this time. */
const EPOCH_MS = 10_000
/** Regular digests of all cells together: one in this time, whatever the size of the mesh. */
const SPACING_MS = 10_000

export interface DigestsInit {
  /** A cell where nothing changes is summed up again after this time. */
  readonly renewMs: number
  readonly survey: CellSurvey
}

/** Both statements of a witnessed digest, verified. */
interface Proven {
  readonly digest: CellDigest
  readonly statements: readonly VerifiedStatement<DigestPayload>[]
}

/**
 * The network-wide view: the steward of a cell seals its digest, a member of a neighbour cell signs
 * the same as its witness, and the pair travels along the torus by anti-entropy.
 */
export class Digests implements RuntimePart {
  readonly #context: RuntimeContext
  readonly #init: DigestsInit
  readonly #map: DigestMap
  /** Up to which version of the map each neighbour was told. */
  readonly #told = new Map<string, number>()
  /** The version that every neighbour has been told of. */
  #allTold = -1
  /** Digests of this node's own that wait for a witness, by cell. */
  readonly #waiting = new Map<number, { sealedMs: number; asked: number }>()
  /** Since when cells differ from what is known of them. */
  readonly #changedMs = new Map<number, number>()
  readonly #startedMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(context: RuntimeContext, init: DigestsInit) {
    this.#context = context
    this.#init = init
    this.#map = new DigestMap(context.directory.torus.cells)
    this.#startedMs = context.clock.monotonicMs()
  }

  start(): void {
    this.#timer = setInterval(() => this.#review(), REVIEW_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Cells that are not all well first. */
  shown(): DigestView[] {
    return [...this.#map.values()]
      .map(({ digest, sealed }) => ({ digest, pair: WitnessedDigest.decode(sealed) }))
      .sort((a, b) => sick(b.digest) - sick(a.digest) || a.digest.cell - b.digest.cell)
      .map(({ digest: { cell, epoch, members, alive, degraded, down }, pair }) => ({
        ...{ cell, epoch, members, alive, degraded, down },
        steward: this.#signer(pair.steward),
        witness: this.#signer(pair.witness)
      }))
  }

  linkOpened(link: Link): void {
    this.#told.set(link.member.key, 0)
    this.#allTold = -1
  }

  linkClosed(link: Link): void {
    this.#told.delete(link.member.key)
  }

  received(link: Link, { digests }: DigestsMessage): void {
    this.#context.background('digests', async () => {
      for (const { steward, witness } of digests ?? []) {
        if (steward == null) continue
        if (witness == null || witness.length === 0) await this.#witness(link, steward)
        else await this.#merge(link, { steward, witness })
      }
    })
  }

  #epoch(): number {
    return Math.floor(this.#context.clock.wallMs() / EPOCH_MS)
  }

  #review(): void {
    const epoch = this.#epoch()
    for (const cell of this.#init.survey.cellsInCharge()) this.#reviewCell(cell, epoch)
    if (this.#allTold === this.#map.version) return
    const version = this.#map.version
    const links = this.#neighbourLinks()
    for (const link of links) this.#tell(link)
    if (links.every(link => this.#told.get(link.member.key) === version)) this.#allTold = version
  }

  /** Seals a digest when the cell differs from what is known of it, and regularly when it doesn't. */
  #reviewCell(cell: number, epoch: number): void {
    const nowMs = this.#context.clock.monotonicMs()
    const digest = this.#init.survey.summarise(cell, epoch)
    const waiting = this.#waiting.get(cell)
    if (waiting !== undefined && nowMs - waiting.sealedMs < RETRY_MS) return
    const known = this.#map.get(cell)?.digest
    if (known !== undefined && known.epoch >= epoch) return
    // Who lags comes and goes; who is gone can't wait for its turn.
    const changed =
      digest.down !== (known?.down ?? 0) ||
      (known !== undefined && digest.members !== known.members)
    const settled = changed && this.#hasSettled(cell, nowMs)
    if (!changed) this.#changedMs.delete(cell)
    const ageMs = known === undefined ? Number.POSITIVE_INFINITY : (epoch - known.epoch) * EPOCH_MS
    // Cells take turns with their first and their regular digests.
    const roundMs = this.#context.directory.torus.cells * SPACING_MS
    const due =
      ageMs >= Math.max(this.#init.renewMs, roundMs) &&
      nowMs - this.#startedMs >= (cell + 1) * SPACING_MS
    if ((settled || due) && this.#init.survey.isSteward(cell, epoch)) this.#seal(digest, nowMs)
  }

  #hasSettled(cell: number, nowMs: number): boolean {
    const sinceMs = this.#changedMs.get(cell)
    if (sinceMs === undefined) this.#changedMs.set(cell, nowMs)
    return sinceMs !== undefined && nowMs - sinceMs >= SETTLE_MS
  }

  /** Signs a digest and asks one neighbour to witness it; the next one when none came in time. */
  #seal(digest: CellDigest, nowMs: number): void {
    const { speaker, background } = this.#context
    const asked = (this.#waiting.get(digest.cell)?.asked ?? -1) + 1
    this.#waiting.set(digest.cell, { sealedMs: nowMs, asked })
    this.#changedMs.delete(digest.cell)
    background('seal digest', async () => {
      const steward = await speaker.say(Subject.digest, encodeDigest(digest))
      const witnesses = this.#neighbourLinks().filter(({ member }) => member.cell !== digest.cell)
      const witness = witnesses[asked % Math.max(1, witnesses.length)]
      if (witness !== undefined) witness.send({ digests: { digests: [{ steward }] } })
      // Alone on the torus there is nobody to witness and nobody to tell.
      else this.#keep(digest, { steward })
    })
  }

  /** A steward of a neighbour cell asks for a second signature: given to what this node sees too. */
  async #witness(link: Link, envelope: Uint8Array): Promise<void> {
    const { inbound, speaker } = this.#context
    const checks = this.#checks()
    const received = await inbound.receive(envelope, Subject.digest, link.member.peer, checks)
    if (!received.ok) return
    const digest = toDigest(received.statement.payload)
    if (this.#map.get(digest.cell)?.digest.epoch === digest.epoch) return
    if (!this.#init.survey.agrees(digest)) return
    await this.#context.journal.record(statementReceived, envelope, link.member.id)
    const witness = await speaker.say(Subject.digest, encodeDigest(digest))
    this.#keep(digest, { steward: envelope, witness })
  }

  async #merge(link: Link, pair: { steward: Uint8Array; witness: Uint8Array }): Promise<void> {
    const sealed = WitnessedDigest.encode(pair).finish()
    for (const known of this.#map.values()) if (equalBytes(known.sealed, sealed)) return
    const proven = await this.#prove(pair, link.member.peer)
    if (proven === undefined) return
    const { journal } = this.#context
    for (const { sender, bytes } of proven.statements) {
      await journal.record(statementReceived, bytes, sender.id)
    }
    this.#keep(proven.digest, pair)
  }

  async #prove(
    { steward, witness }: { steward: Uint8Array; witness: Uint8Array },
    from: string
  ): Promise<Proven | undefined> {
    const { inbound } = this.#context
    const checks = this.#checks()
    const first = await inbound.receive(steward, Subject.digest, from, checks)
    if (!first.ok) return undefined
    const second = await inbound.receive(witness, Subject.digest, from, checks)
    if (!second.ok) return undefined
    const { envelope } = first.statement
    const same = equalBytes(envelope.payload, second.statement.envelope.payload)
    const otherCell = first.statement.sender.cell !== second.statement.sender.cell
    if (!same || !otherCell) return undefined
    return {
      digest: toDigest(first.statement.payload),
      statements: [first.statement, second.statement]
    }
  }

  #keep(digest: CellDigest, pair: { steward: Uint8Array; witness?: Uint8Array }): void {
    const sealed = WitnessedDigest.encode(pair).finish()
    if (this.#map.merge({ digest, sealed }, this.#epoch()) === 'changed') {
      this.#waiting.delete(digest.cell)
    }
  }

  /** Sends a neighbour what changed since it was last told. */
  #tell(link: Link): void {
    const told = this.#told.get(link.member.key) ?? 0
    if (told === this.#map.version) return
    const changes = this.#map.changesSince(told)
    const digests = changes.digests.map(({ sealed }) => WitnessedDigest.decode(sealed))
    if (digests.length === 0 || link.send({ digests: { digests } })) {
      this.#told.set(link.member.key, changes.version)
    }
  }

  #neighbourLinks(): Link[] {
    const { links, directory } = this.#context
    return [...links.links.values()].filter(({ member }) => roleOf(directory, member) !== 'long')
  }

  #checks(): SubjectChecks<DigestPayload> {
    const { directory } = this.#context
    return {
      // The same pair comes over several links, and merging it twice changes nothing.
      idempotent: true,
      decode: payload => openDigestPayload(payload, directory.torus.cells),
      check: (payload, sender) => {
        if (payload.digest == null) return 'wrong-payload'
        const { cell } = payload.digest
        const near = sender.cell === cell || directory.neighbourCells(cell).includes(sender.cell)
        return near ? undefined : 'not-watcher'
      }
    }
  }

  /** Short id of who signed an envelope that was verified before; empty for none. */
  #signer(envelope: Uint8Array | null | undefined): string {
    if (envelope == null || envelope.length === 0) return ''
    return bytesToHex(Statement.decode(Envelope.decode(envelope).statement).sender)
  }
}

const sick = ({ degraded, down }: CellDigest): number => degraded + 2 * down

function encodeDigest({ versions, ...digest }: CellDigest): Uint8Array {
  return DigestStatement.encode({ digest: { ...digest, versions: [...versions] } }).finish()
}

function toDigest({ digest }: DigestPayload): CellDigest {
  const { cell, epoch, members, alive, degraded, down, versions, worst } = digest!
  return {
    ...{ cell, epoch, members, alive, degraded, down },
    versions: (versions ?? []).map(({ specVersion, count }) => ({
      specVersion: specVersion ?? 0,
      count: count ?? 0
    })),
    worst: Uint8Array.from(worst)
  }
}
