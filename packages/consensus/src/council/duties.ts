import { bytesToHex } from '@torusmesh/protocol'
import { commitmentOf } from '../beacon/round.ts'
import type { Digest } from '../certificate/codec.ts'
import { SLOT_MS } from '../governance/index.ts'
import { ROUNDS_MAX } from './limits.ts'
import type { Said } from './said.ts'
import { isVoteOpen } from './speak.ts'
import type { CouncilState } from './state.ts'

/** Two words for each round, and one more for each that has ended meanwhile. */
const SAID_KEPT: number = 4 * ROUNDS_MAX

/** What a node says by itself, without its operator: its part in rounds, and that it is there. */
export class Duties {
  readonly #self: string
  readonly #secretOf: (proposal: Digest, epochId: Digest) => Uint8Array
  readonly #said = new Set<string>()
  #slot = -1

  constructor(self: string, secretOf: (proposal: Digest, epochId: Digest) => Uint8Array) {
    this.#self = self
    this.#secretOf = secretOf
  }

  /** What is to be said now; each thing once, the ledger knows the rest. */
  due(state: CouncilState, meshMs: number): Said[] {
    const heartbeat = this.#heartbeat(state, meshMs)
    return [...this.#rounds(state), ...(heartbeat === undefined ? [] : [heartbeat])]
  }

  /** When the next heartbeat is due, mesh time; `null` while no vote is open. */
  nextMs(state: CouncilState, meshMs: number): number | null {
    if (!isVoteOpen(state) || !this.#isElector(state)) return null
    return (Math.floor(meshMs / SLOT_MS) + 1) * SLOT_MS
  }

  #heartbeat(state: CouncilState, meshMs: number): Said | undefined {
    const slot = Math.floor(meshMs / SLOT_MS)
    if (slot <= this.#slot || !isVoteOpen(state) || !this.#isElector(state)) return undefined
    this.#slot = slot
    return { kind: 'heartbeat', slot }
  }

  #isElector({ book }: CouncilState): boolean {
    return book.electorate?.snapshot.rowOf(this.#self) !== undefined
  }

  #rounds(state: CouncilState): Said[] {
    const { epoch, rounds } = state
    const validator = state.validatorOf(this.#self)
    if (validator === undefined) return []
    const due: Said[] = []
    for (const [proposal, round] of rounds) {
      if (round.epochId !== epoch.id || round.seed !== 'open') continue
      const hasCommitted = round.commitments.some(([who]) => who === validator)
      const hasRevealed = round.secrets.some(([who]) => who === validator)
      const secret = (): Uint8Array => this.#secretOf(proposal, epoch.id)
      if (!round.isClosed && !hasCommitted && this.#isNew(`commit ${proposal} ${epoch.id}`)) {
        due.push({ kind: 'commit', proposal, commitment: commitmentOf(epoch, validator, secret()) })
      }
      const mayReveal = round.isClosed && hasCommitted && !hasRevealed
      if (mayReveal && this.#isNew(`reveal ${proposal} ${epoch.id}`)) {
        due.push({ kind: 'reveal', proposal, secret: bytesToHex(secret()) })
      }
    }
    return due
  }

  #isNew(key: string): boolean {
    if (this.#said.has(key)) return false
    this.#said.add(key)
    for (const oldest of this.#said) {
      if (this.#said.size <= SAID_KEPT) break
      this.#said.delete(oldest)
    }
    return true
  }
}
