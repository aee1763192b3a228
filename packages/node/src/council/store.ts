import {
  type council,
  decode,
  decodeMessage,
  encodeMessage,
  type Message,
  readApproval
} from '@torusmesh/consensus'
import {
  type CouncilPart,
  councilApproval,
  councilDecided,
  councilRecord,
  type EventType,
  eventOf,
  type Ledger,
  type LedgerEvent,
  MAX_PAYLOAD_BYTES,
  statementSent
} from '@torusmesh/ledger'
import { COUNCIL_MESSAGES_MAX, CouncilResponse, decodeCouncilResponse } from '@torusmesh/protocol'
import { ballotIn, ballotsIn, type Mesh } from './ballots.ts'
import { OwnWords } from './own-words.ts'

type Batch = council.Batch

const PART_BYTES: number = MAX_PAYLOAD_BYTES - 4
/** Blocks of one message, as the engine takes them (`BLOCKS_PER_ANSWER`). */
const BLOCKS_PER_MESSAGE = 16

/** Where a batch stands in the ledger. */
interface Entry {
  readonly epochId: string
  readonly view: number
  readonly seq: number
  readonly parts: number
  readonly sizeBytes: number
  /** Proposals with ballots in it. */
  readonly votedOn: ReadonlySet<string>
}

/** What was decided since some view, as much as one answer takes. */
export interface Since {
  /** Messages of the engine: for each batch its certificate, then its blocks. */
  readonly messages: Uint8Array[]
  readonly more: boolean
}

/** The council's part of a node's ledger: its records, its batches, and where they are. */
export class CouncilStore {
  readonly #ledger: Ledger
  readonly #self: Uint8Array
  readonly #mesh: Mesh
  readonly #entries: Entry[] = []
  readonly batches: Batch[] = []
  readonly records: Message[] = []
  /** What this node's member has said: it must never contradict itself. */
  readonly words: OwnWords = new OwnWords()

  private constructor(ledger: Ledger, self: Uint8Array, mesh: Mesh) {
    this.#ledger = ledger
    this.#mesh = mesh
    this.#self = self
  }

  /** Reads a ledger that was verified when it was opened. */
  static async open(ledger: Ledger, self: Uint8Array, mesh: Mesh): Promise<CouncilStore> {
    const store = new CouncilStore(ledger, self, mesh)
    const read = new PartReader()
    for await (const event of ledger.read({})) {
      if (event.type === statementSent.number) store.#heardSelf(event.payload)
      const whole = read.take(event)
      if (whole === undefined) continue
      if (whole.type === councilDecided.number) store.#takeBatch(whole)
      else if (whole.type === councilRecord.number) {
        const decoded = decodeMessage(whole.bytes)
        if (decoded.ok) store.records.push(decoded.message)
      } else store.#heardApproval(whole.bytes)
    }
    return store
  }

  /** What was read is the council's now. */
  release(): void {
    this.batches.length = 0
    this.records.length = 0
  }

  /** Resolves when the record is durable. */
  async record(record: Message): Promise<void> {
    await this.#append(councilRecord, encodeMessage(record))
  }

  async approval(bytes: Uint8Array): Promise<void> {
    await this.#append(councilApproval, bytes)
  }

  /** Resolves when the batch is durable. */
  async decided(batch: Batch): Promise<void> {
    const bytes = encodeBatch(batch)
    const { seq, parts } = await this.#append(councilDecided, bytes)
    this.#enter(batch, { seq, parts, sizeBytes: bytes.length })
  }

  /** The batches with ballots on a proposal, in order. */
  async votesOn(proposal: string): Promise<Batch[]> {
    const batches: Batch[] = []
    for (const entry of this.#entries.filter(({ votedOn }) => votedOn.has(proposal))) {
      const whole = await this.#whole(entry)
      const batch = whole === undefined ? undefined : decodeBatch(whole.bytes)
      if (batch !== undefined) batches.push(batch)
    }
    return batches
  }

  /**
   * What was decided after a view of an epoch, in order; nothing for an epoch unknown here.
   *
   * @param maxBytes - of all messages together; one batch goes through in any case
   */
  async since(epochId: string, view: number, maxBytes: number): Promise<Since> {
    const messages: Uint8Array[] = []
    let sizeBytes = 0
    for (const entry of this.#entries.slice(this.#after(epochId, view))) {
      const next = await this.#read(entry)
      const isFull =
        sizeBytes + entry.sizeBytes > maxBytes ||
        messages.length + next.length > COUNCIL_MESSAGES_MAX
      if (messages.length > 0 && isFull) return { messages, more: true }
      messages.push(...next)
      sizeBytes += entry.sizeBytes
    }
    return { messages, more: false }
  }

  #after(epochId: string, view: number): number {
    const next = this.#entries.findIndex(entry => entry.epochId === epochId && entry.view > view)
    if (next >= 0) return next
    const last = this.#entries.findLastIndex(entry => entry.epochId === epochId)
    return last < 0 ? this.#entries.length : last + 1
  }

  async #read(entry: Entry): Promise<Uint8Array[]> {
    const whole = await this.#whole(entry)
    const decoded = whole === undefined ? undefined : decodeCouncilResponse(whole.bytes)
    return decoded?.ok ? decoded.value.messages : []
  }

  async #whole({ seq, parts }: Entry): Promise<Whole | undefined> {
    const read = new PartReader()
    for await (const event of this.#ledger.read({ from: seq, limit: parts })) {
      const whole = read.take(event)
      if (whole !== undefined) return whole
    }
    return undefined
  }

  #enter(batch: Batch, where: Pick<Entry, 'seq' | 'parts' | 'sizeBytes'>): void {
    const { epochId, certificate } = batch
    this.#entries.push({
      ...{ epochId, view: certificate.view, ...where },
      votedOn: new Set(ballotsIn(batch, this.#mesh).map(({ proposal }) => proposal))
    })
  }

  #heardSelf(envelope: Uint8Array): void {
    const ballot = ballotIn(envelope, this.#mesh)
    if (ballot !== undefined) this.words.voted(ballot.proposal, ballot)
  }

  #heardApproval(bytes: Uint8Array): void {
    const approval = decode(bytes, readApproval)
    if (approval !== null) this.words.approved(approval.motion.id, approval.approves)
  }

  #takeBatch({ bytes, seq, parts }: Whole): void {
    const batch = decodeBatch(bytes)
    if (batch === undefined) return
    this.#enter(batch, { seq, parts, sizeBytes: bytes.length })
    this.batches.push(batch)
  }

  async #append(
    type: EventType<CouncilPart>,
    bytes: Uint8Array
  ): Promise<{ readonly seq: number; readonly parts: number }> {
    const of = Math.max(1, Math.ceil(bytes.length / PART_BYTES))
    const events = Array.from({ length: of }, (_, part) => {
      const slice = bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)
      return eventOf(type, { part, of, bytes: slice }, { actor: this.#self, policyVersion: 0 })
    })
    const { seq } = await this.#ledger.appendAll(events)
    return { seq, parts: of }
  }
}

interface Whole {
  readonly type: number
  readonly seq: number
  readonly parts: number
  readonly bytes: Uint8Array
}

const TYPES: ReadonlyMap<number, EventType<CouncilPart>> = new Map(
  [councilRecord, councilDecided, councilApproval].map(type => [type.number, type])
)

/** Puts parts together that follow each other. */
class PartReader {
  #type = 0
  #seq = 0
  #bytes: Uint8Array[] = []

  take({ type, seq, payload }: LedgerEvent): Whole | undefined {
    const part = TYPES.get(type)?.decode(payload)
    if (part === undefined) return undefined
    if (part.part === 0) {
      this.#bytes = []
      this.#type = type
      this.#seq = seq
    }
    if (type !== this.#type || part.part !== this.#bytes.length) return undefined
    this.#bytes.push(part.bytes)
    if (part.part + 1 < part.of) return undefined
    return {
      type,
      seq: this.#seq,
      parts: part.of,
      bytes: new Uint8Array(Buffer.concat(this.#bytes))
    }
  }
}

function encodeBatch({ epochId, blocks, certificate }: Batch): Uint8Array {
  const messages = [encodeMessage({ type: 'certificate', claim: certificate })]
  // Newest first, each the parent of the one before: as the engine asks for them.
  const newest = blocks.toReversed()
  for (let at = 0; at < newest.length; at += BLOCKS_PER_MESSAGE) {
    const some = newest.slice(at, at + BLOCKS_PER_MESSAGE)
    messages.push(encodeMessage({ type: 'blocks', epochId, blocks: some }))
  }
  return CouncilResponse.encode({ messages }).finish()
}

function decodeBatch(bytes: Uint8Array): Batch | undefined {
  const decoded = CouncilResponse.decode(bytes).messages.map(decodeMessage)
  const blocks: council.Batch['blocks'][number][] = []
  let claim: Batch['certificate'] | undefined
  for (const each of decoded) {
    if (!each.ok) return undefined
    if (each.message.type === 'certificate') claim = each.message.claim
    if (each.message.type === 'blocks') blocks.push(...each.message.blocks)
  }
  if (claim === undefined) return undefined
  return { epochId: claim.epochId, blocks: blocks.reverse(), certificate: claim }
}
