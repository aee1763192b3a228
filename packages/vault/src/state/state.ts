import { ALERTS_KEPT, AUDIT_KEPT } from '../limits.ts'
import { CheckpointMarks } from './checkpoints.ts'
import type { AuditEvent, AuditRecord, Client, Entry, KeyInfo, Mark } from './entries.ts'
import { VoteMarks } from './votes.ts'

/** A key's public side and what it did. */
export interface KeyState {
  info: KeyInfo
  used: number
  isRetired: boolean
  /** Survive rotation: a new key doesn't contradict what the old one said. */
  readonly votes: VoteMarks
  readonly checkpoints: CheckpointMarks
}

/** All that a vault knows but its secrets: the fold of its journal. */
export class VaultState {
  readonly clients: Map<string, Client> = new Map()
  readonly keys: Map<string, KeyState> = new Map()
  /** Flags that were alarms, the newest last. */
  readonly alerts: AuditRecord[] = []
  /** Audit records up to here were read by the ledger. */
  acked = 0
  /** Records that were dropped before anybody read them. */
  dropped = 0
  #audit: AuditRecord[] = []

  /** @param sequence - the entry's position in the journal */
  apply(entry: Entry, sequence: number): void {
    switch (entry.type) {
      case 'audit':
        return this.#note(entry.event, entry.mark, sequence)
      case 'client':
        this.clients.set(entry.client.name, entry.client)
        return
      case 'client-revoked':
        this.clients.delete(entry.name)
        return
      case 'key':
        return this.#addKey(entry.key)
      case 'key-retired':
        this.#key(entry.id, key => {
          key.isRetired = true
        })
        return
      case 'used':
        this.#key(entry.key, key => {
          key.used = entry.count
        })
        return
      case 'mark':
        return this.#mark(entry.key, entry.mark)
      case 'floor': {
        const epochId = hex(entry.epochId)
        this.#key(entry.key, key => key.votes.raise(epochId, entry.floor))
        return
      }
      case 'votes-retired':
        for (const key of this.keys.values()) if (isVoter(key)) key.isRetired = true
        return
      case 'acked':
        return this.#ack(entry.sequence)
      case 'kept':
        return this.#keep(entry.record)
      default:
        return entry satisfies never
    }
  }

  /** The records after a position that are still kept, oldest first. */
  auditAfter(sequence: number, max: number): readonly AuditRecord[] {
    const records = this.#audit
    let [low, high] = [0, records.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (records[middle]!.sequence <= sequence) low = middle + 1
      else high = middle
    }
    return records.slice(low, low + max)
  }

  /** Entries that fold to this state again, without their secrets. */
  *snapshot(): Generator<Entry> {
    for (const client of this.clients.values()) yield { type: 'client', client }
    for (const { info, used, isRetired, votes, checkpoints } of this.keys.values()) {
      const key = info.id
      yield { type: 'key', key: info }
      yield { type: 'used', key, count: used }
      for (const { epochId, floor } of votes.floors()) {
        yield { type: 'floor', key, epochId: bytes(epochId), floor }
      }
      for (const { vote, signature } of votes.votes()) {
        const { epochId, digest, ...rest } = vote
        const said = { ...rest, epochId: bytes(epochId), digest: bytes(digest), signature }
        yield { type: 'mark', key, mark: { type: 'vote', ...said } }
      }
      for (const { root, ...head } of checkpoints.heads()) {
        yield { type: 'mark', key, mark: { type: 'checkpoint', ...head, root: bytes(root) } }
      }
      if (isRetired) yield { type: 'key-retired', id: key }
    }
    yield { type: 'acked', sequence: this.acked }
    const first = this.#audit[0]?.sequence ?? Number.MAX_SAFE_INTEGER
    const alerts = this.alerts.filter(({ sequence }) => sequence < first)
    for (const record of [...alerts, ...this.#audit]) yield { type: 'kept', record }
  }

  #addKey(info: KeyInfo): void {
    const before = this.keys.get(info.id)
    const votes = before?.votes ?? new VoteMarks()
    const checkpoints = before?.checkpoints ?? new CheckpointMarks()
    this.keys.set(info.id, { info, used: 0, isRetired: false, votes, checkpoints })
  }

  #key(id: string, change: (key: KeyState) => void): void {
    const key = this.keys.get(id)
    if (key !== undefined) change(key)
  }

  #note(event: AuditEvent, mark: Mark | undefined, sequence: number): void {
    this.#keep({ sequence, event })
    if (event.type !== 'signed') return
    this.#key(event.key, key => {
      key.used++
    })
    if (mark !== undefined) this.#mark(event.key, mark)
  }

  #mark(id: string, mark: Mark): void {
    this.#key(id, ({ votes, checkpoints }) => {
      if (mark.type === 'checkpoint') {
        checkpoints.add({ origin: mark.origin, size: mark.size, root: hex(mark.root) })
        return
      }
      const { env, epochId, kind, view, digest, signature } = mark
      votes.add({ env, epochId: hex(epochId), kind, view, digest: hex(digest) }, signature)
    })
  }

  #keep(record: AuditRecord): void {
    this.#audit.push(record)
    // In slices, so that a full list doesn't move with each record.
    if (this.#audit.length > AUDIT_KEPT + AUDIT_KEPT / 8) {
      const gone = this.#audit.splice(0, this.#audit.length - AUDIT_KEPT)
      this.dropped += gone.length
    }
    const { event } = record
    if (event.type !== 'flag' || !(event.flag === 'canary' || event.flag === 'rollback')) return
    this.alerts.push(record)
    if (this.alerts.length > ALERTS_KEPT) this.alerts.shift()
  }

  #ack(sequence: number): void {
    this.acked = Math.max(this.acked, sequence)
    const kept = this.#audit.findIndex(record => record.sequence > sequence)
    this.#audit = kept < 0 ? [] : this.#audit.slice(kept)
  }
}

/** Whether a key signs what a validator can be convicted for. */
function isVoter({ info }: KeyState): boolean {
  return info.purposes.includes('consensus-vote')
}

export const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')
const bytes = (value: string): Uint8Array => Buffer.from(value, 'hex')
