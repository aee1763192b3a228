import { hash } from 'node:crypto'
import {
  bytesToHex,
  Domain,
  Env,
  Envelope,
  memberId,
  Statement,
  Subject,
  SuiteId,
  signingContext
} from '@torusmesh/protocol'
import { createTorus } from '@torusmesh/torus'
import { council, type governance, type Message } from '../../src/index.ts'

const { Council, CouncilState, foundingParameters, foundingPolicy } = council

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer')

/** A keyed hash as a signature: enough between actors that keep to their own keys. */
export function signAs(key: Uint8Array, message: Uint8Array, context: Uint8Array): Uint8Array {
  return sha256(Buffer.concat([key, Buffer.of(context.length), context, message]))
}

export const ports: council.CouncilPorts = {
  sha256,
  verify: (key, message, signature, context) =>
    Buffer.compare(signAs(key, message, context), signature) === 0
}

const HOUR_MS = 3_600_000
export const START_MS = 1_800_000_000_000

/** One hour to vote, nothing to wait for before and after. */
const quick = { reviewMs: 0, votingMs: HOUR_MS, extensionMs: 0, objectionMs: 0, timelockMs: 0 }

export const quickPolicy: governance.Policy = {
  ...foundingPolicy,
  proposerCooldownMs: 0,
  types: Object.fromEntries(
    Object.entries(foundingPolicy.types).map(([type, rules]) => [type, { ...rules, ...quick }])
  ) as governance.Policy['types']
}

export function termsOf(count: number, sides: readonly number[] = [2, 2, 2]): council.CouncilTerms {
  const founders = Array.from({ length: count }, (_, at) => {
    const publicKey = new Uint8Array(1_952).fill(at + 1)
    return { id: memberId({ identity: publicKey }), publicKey }
  })
  return {
    network: 'test-0123456789abcdef',
    env: Env.dev,
    genesis: 'ab'.repeat(32),
    torus: createTorus(sides),
    founders,
    createdMs: START_MS,
    pace: 1,
    policy: quickPolicy,
    parameters: foundingParameters,
    delayMs: 100
  }
}

/** Bytes of a member's statement, sealed at a real time. */
export function seal(
  terms: council.CouncilTerms,
  key: Uint8Array,
  said: council.Said,
  atMs: number
): Uint8Array {
  const { network, env } = terms
  const statement = Statement.encode({
    ...{ network, env, subject: Subject.governance },
    sender: memberId({ identity: key }),
    sequence: atMs,
    issuedMs: atMs,
    expiresMs: atMs + 24 * HOUR_MS,
    payload: council.governancePayload(said)
  }).finish()
  const signature = signAs(key, statement, signingContext(Domain.governance, env))
  return Envelope.encode({ statement, suite: SuiteId.mlDsa65, signature }).finish()
}

/** A seat with its shell: a vault that answers at once, a ledger that is durable at once. */
export class Seat {
  readonly member: string
  readonly key: Uint8Array
  readonly batches: council.Batch[] = []
  readonly records: Message[] = []
  readonly executed: council.DecisionCertificate[] = []
  readonly events: council.CouncilEvent[] = []
  readonly rejected: string[] = []
  council: council.Council
  isUp = true
  timerMs: number | null = null
  wakeMs: number | null = null
  readonly #world: World

  constructor(world: World, at: number) {
    this.#world = world
    this.key = world.terms.founders[at]!.publicKey
    this.member = bytesToHex(world.terms.founders[at]!.id)
    this.council = this.#open()
  }

  #open(): council.Council {
    return new Council({
      founding: this.#world.founding,
      self: this.member,
      secretOf: (proposal, epochId) => sha256(Buffer.from(`${this.member}${proposal}${epochId}`)),
      batches: this.batches,
      records: this.records
    })
  }

  handle(input: council.CouncilInput): void {
    if (!this.isUp) return
    const { nowMs } = this.#world
    this.council.handle(input, { monotonicMs: nowMs, meshMs: START_MS + nowMs }, output =>
      this.#take(output)
    )
  }

  /** Ends like a killed process and comes back with what is durable. */
  restart(): void {
    this.isUp = true
    this.timerMs = null
    this.wakeMs = null
    this.council = this.#open()
    this.handle({ type: 'start' })
  }

  say(said: council.Said): void {
    const envelope = seal(this.#world.terms, this.key, said, START_MS + this.#world.nowMs)
    this.#world.toAll(null, seat => seat.handle({ type: 'statement', from: this.member, envelope }))
  }

  #later(input: council.CouncilInput): void {
    this.#world.post(0, () => this.handle(input))
  }

  #take(output: council.CouncilOutput): void {
    switch (output.type) {
      case 'persist':
        this.records.push(output.record)
        return this.#later({ ...output, type: 'persisted' })
      case 'sign': {
        const signature = signAs(this.key, output.statement, output.context)
        return this.#later({ ...output, type: 'signed', signature })
      }
      case 'sign-approval': {
        const signature = signAs(this.key, output.statement, output.context)
        const { motion, approves, validator } = output
        const approval = { motion, approves, validator, signature }
        return this.#later({ type: 'approved', approval })
      }
      case 'say':
        return this.say(output.said)
      case 'publish':
        return this.#world.toAll(this, seat =>
          seat.handle({ type: 'message', from: this.member, message: output.message })
        )
      case 'send':
        return this.#world.toOne(output.to, seat =>
          seat.handle({
            type: 'message',
            from: this.member,
            message: { type: 'engine', message: output.message }
          })
        )
      case 'timer':
        this.timerMs = output.atMs
        return
      case 'wake':
        this.wakeMs = output.atMs === null ? null : output.atMs - START_MS
        return
      case 'decide':
        this.batches.push(output.batch)
        return
      case 'event':
        this.events.push(output.event)
        return
      case 'execute':
        this.executed.push(output.certificate)
        return
      case 'behind':
        return this.#world.post(1, () => this.catchUp())
      case 'serve':
        return
      case 'reject':
        this.rejected.push(output.code)
        return
      case 'fork':
      case 'observe':
        throw new Error(`${this.member.slice(0, 8)} says ${output.type}`)
      default:
        output satisfies never
    }
  }

  /** What the sync protocol does: certificates and blocks of others since the own floor. */
  catchUp(): void {
    const other = this.#world.seats.find(seat => seat !== this && seat.isUp)!
    for (const { epochId, blocks, certificate } of other.batches) {
      const send = (message: Message): void =>
        this.handle({
          type: 'message',
          from: other.member,
          message: { type: 'engine', message }
        })
      send({ type: 'certificate', claim: certificate })
      send({ type: 'blocks', epochId, blocks: blocks.toReversed() })
    }
  }
}

interface Post {
  readonly atMs: number
  readonly run: () => void
}

/** Some seats on a network of 10 ms, in virtual time. */
export class World {
  readonly terms: council.CouncilTerms
  readonly founding: council.CouncilState
  readonly seats: Seat[]
  nowMs = 0
  sent = 0
  #posts: Post[] = []

  constructor(count: number, terms: council.CouncilTerms = termsOf(count)) {
    this.terms = terms
    this.founding = CouncilState.founding(terms, ports)
    this.seats = Array.from({ length: count }, (_, at) => new Seat(this, at))
    for (const seat of this.seats) seat.handle({ type: 'start' })
  }

  post(delayMs: number, run: () => void): void {
    this.#posts.push({ atMs: this.nowMs + delayMs, run })
  }

  toAll(from: Seat | null, run: (seat: Seat) => void): void {
    for (const seat of this.seats) {
      if (seat === from) continue
      this.sent++
      this.post(10, () => run(seat))
    }
  }

  toOne(member: string, run: (seat: Seat) => void): void {
    this.sent++
    const seat = this.seats.find(each => each.member === member)
    if (seat !== undefined) this.post(10, () => run(seat))
  }

  /** Runs until it holds; @throws when it doesn't within the time or the mesh falls silent before. */
  until(what: string, holds: () => boolean, withinMs: number = 48 * HOUR_MS): void {
    const endMs = this.nowMs + withinMs
    while (!holds()) {
      if (!this.step(endMs)) throw new Error(`not within ${withinMs} ms: ${what}`)
    }
  }

  /** Runs until nothing happens any more. */
  settle(withinMs: number = 48 * HOUR_MS): void {
    const endMs = this.nowMs + withinMs
    while (this.step(endMs)) {}
  }

  /** The next thing that happens; `false` if nothing does until then. */
  step(endMs: number): boolean {
    let post: Post | undefined
    for (const each of this.#posts) if (post === undefined || each.atMs < post.atMs) post = each
    let due: { readonly atMs: number; readonly run: () => void } | undefined = post
    for (const seat of this.seats.filter(({ isUp }) => isUp)) {
      for (const type of ['timer', 'wake'] as const) {
        const atMs = type === 'timer' ? seat.timerMs : seat.wakeMs
        if (atMs === null || (due !== undefined && due.atMs <= atMs)) continue
        const run = (): void => {
          if (type === 'timer') seat.timerMs = null
          else seat.wakeMs = null
          seat.handle({ type })
        }
        due = { atMs, run }
      }
    }
    if (due === undefined || due.atMs > endMs) return false
    if (due === post) this.#posts.splice(this.#posts.indexOf(post!), 1)
    this.nowMs = Math.max(this.nowMs, due.atMs)
    due.run()
    return true
  }

  /** A draft of this node's own simulation. */
  draft(seat: Seat, action: governance.Action, type: governance.ProposalType): governance.Draft {
    const { state } = seat.council
    const { preState, postState } = council.simulate(state, '00'.repeat(32), action)
    const { snapshot } = state.book.electorate!
    return {
      proposer: seat.member,
      type,
      title: 'A change',
      action,
      simulation: { preState, postState },
      impact: { events: 16, changed: 0, summary: 'Nothing would have gone otherwise.' },
      rollback: { steps: 'Change it back.', restores: preState },
      policyVersion: state.policy.version,
      epoch: snapshot.epoch,
      weightRoot: snapshot.root,
      nonce: seat.council.height
    }
  }

  /** Proposes, and waits until it is ordered. */
  propose(seat: Seat, action: governance.Action, type: governance.ProposalType): string {
    const before = new Set(seat.council.state.book.live().map(({ id }) => id))
    seat.say({ kind: 'propose', draft: this.draft(seat, action, type) })
    const found = (at: Seat): string | undefined =>
      at.council.state.book.live().find(({ id }) => !before.has(id))?.id
    this.until('it is filed', () => this.seats.every(at => !at.isUp || found(at) !== undefined))
    return found(seat)!
  }

  vote(proposal: string, seats: readonly Seat[], choice: governance.Choice = 0): void {
    for (const seat of seats) seat.say({ kind: 'ballot', proposal, revision: 0, choice })
  }

  approve(proposal: string, seats: readonly Seat[]): void {
    for (const seat of seats) seat.handle({ type: 'approve', proposal, approves: true })
  }

  get digests(): Set<string> {
    return new Set(this.seats.filter(({ isUp }) => isUp).map(({ council: c }) => c.state.digest()))
  }
}
