import { Certificate, type CertificateClaim, type Verify } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { Kind } from '../certificate/statement.ts'
import { isSigned, type Vote, votesOf } from '../certificate/vote.ts'
import { checkJustification, type Header } from '../engine/header.ts'
import type { Message } from '../engine/message.ts'
import { type Evidence, ruleOf } from './evidence.ts'

/**
 * Everybody that a heap of messages convicts, with one proof each. After a fork that is at least a
 * third of the power, if the messages of both sides are here, and never an honest validator.
 */
export function blame(
  epoch: Epoch,
  messages: Iterable<Message>,
  verify: Verify
): Map<number, Evidence> {
  const heap = new Heap(epoch, verify)
  for (const message of messages) heap.add(message)
  return heap.convicted
}

/** Verified votes by view and validator, and the headers that nobody may vote for. */
class Heap {
  readonly convicted = new Map<number, Evidence>()
  private readonly epoch: Epoch
  private readonly verify: Verify
  private readonly votes = new Map<number, Map<number, Vote[]>>()
  private readonly headers = new Map<Digest, Header | null>()
  /** Notarizations and finalizations by block. */
  private readonly vouchers = new Map<Digest, Vote[]>()

  constructor(epoch: Epoch, verify: Verify) {
    this.epoch = epoch
    this.verify = verify
  }

  add(message: Message): void {
    switch (message.type) {
      case 'vote':
        return this.addVote(message.vote)
      case 'certificate':
        return this.addClaim(message.claim)
      case 'proposal': {
        const { header, digest } = message.block
        const { epochId, view } = header
        const validator = this.epoch.leader(view)
        const { signature } = message
        this.addVote({ kind: Kind.propose, epochId, view, digest, validator, signature })
        return this.addHeader(header, digest)
      }
      case 'blocks':
        for (const { header, digest } of message.blocks) this.addHeader(header, digest)
        return
      default:
        return
    }
  }

  private addVote(vote: Vote): void {
    const { epoch } = this
    const { epochId, validator, view, kind, digest } = vote
    if (epochId !== epoch.id || epoch.powerAt(validator) === undefined) return
    if (this.convicted.has(validator)) return
    const before = this.votes.get(view)?.get(validator) ?? []
    if (before.some(other => other.kind === kind && other.digest === digest)) return
    if (!isSigned(this.epoch, vote, this.verify)) return
    let ofView = this.votes.get(view)
    if (ofView === undefined) {
      ofView = new Map()
      this.votes.set(view, ofView)
    }
    ofView.set(validator, [...before, vote])
    for (const other of before) {
      const rule = ruleOf(other, vote)
      if (rule !== null) this.convicted.set(validator, { rule, a: other, b: vote })
    }
    if (kind !== Kind.notarize && kind !== Kind.finalize) return
    const others = this.vouchers.get(digest) ?? []
    this.vouchers.set(digest, [...others, vote])
    const header = this.headers.get(digest)
    if (header) this.convicted.set(validator, { rule: 'E4', a: vote, header })
  }

  private addClaim(claim: CertificateClaim): void {
    const checked = Certificate.verify(this.epoch, claim, this.verify)
    if (checked.ok) for (const vote of votesOf(checked.value)) this.addVote(vote)
  }

  private addHeader(header: Header, digest: Digest): void {
    if (this.headers.has(digest) || header.epochId !== this.epoch.id) return
    const { parent, skipped } = header.justification
    for (const claim of parent === null ? skipped : [parent, ...skipped]) this.addClaim(claim)
    const isJustified = checkJustification(header, this.epoch, claim =>
      Certificate.verify(this.epoch, claim, this.verify)
    ).ok
    this.headers.set(digest, isJustified ? null : header)
    if (isJustified) return
    for (const a of this.vouchers.get(digest) ?? []) {
      if (!this.convicted.has(a.validator)) {
        this.convicted.set(a.validator, { rule: 'E4', a, header })
      }
    }
  }
}
