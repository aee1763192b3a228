import { bytesToHex } from '@torusmesh/protocol'
import type { EnginePorts, Execution } from '../engine/codes.ts'
import type { Block } from '../engine/header.ts'
import { apply, type Opener } from './apply.ts'
import type { ItemFault } from './events.ts'
import { decodeItem, type Item } from './item.ts'
import { OPENED_MAX, SPECULATIONS_MAX } from './limits.ts'
import type { CouncilState } from './state.ts'
import { type OpenedStatement, openStatement } from './statement.ts'
import type { EventSink } from './tell.ts'
import { meshMs } from './terms.ts'

/** What was last selected on a state: the next selection mostly adds one item to it. */
interface Selection {
  readonly base: CouncilState
  readonly accepted: readonly Uint8Array[]
  readonly after: CouncilState
}

/** What the engine asks of the council's state: which items are legal, and what they come to. */
export class Ordering {
  readonly #opened = new Map<string, OpenedStatement>()
  readonly #speculations = new Map<string, CouncilState>()
  #selection: Selection | undefined

  /** Opens an envelope, or remembers it: no signature is verified twice. */
  readonly open: Opener = (envelope, state) => {
    const key = this.keyOf(envelope, state)
    const known = this.#opened.get(key)
    if (known !== undefined) return known
    const { terms, ports, keys } = state
    const sealed = openStatement(envelope, terms, member => keys.get(member), ports)
    if (typeof sealed === 'string') return sealed
    const { speaker, said, issuedMs, expiresMs } = sealed
    const atMs = meshMs(terms, issuedMs)
    const opened = { speaker, said, atMs, untilMs: meshMs(terms, expiresMs) }
    this.#opened.set(key, opened)
    for (const oldest of this.#opened.keys()) {
      if (this.#opened.size <= OPENED_MAX) break
      this.#opened.delete(oldest)
    }
    return opened
  }

  /** What bytes are known by. */
  keyOf(bytes: Uint8Array, { ports }: CouncilState): string {
    return bytesToHex(ports.sha256(bytes))
  }

  /** Applies encoded items to a state of the caller's own; `false` where one of them is illegal. */
  applyAll(state: CouncilState, items: readonly Uint8Array[], out: EventSink): boolean {
    for (const bytes of items) {
      if (this.apply(state, bytes, out) !== undefined) return false
    }
    return true
  }

  apply(state: CouncilState, bytes: Uint8Array, out: EventSink): ItemFault | undefined {
    const item = decodeItem(bytes)
    return item === null ? 'bad-item' : apply(state, item, this.open, out)
  }

  /** The engine's ports over the last decided state. */
  ports(decided: () => CouncilState): EnginePorts {
    return {
      verify: (validator, statement, signature) =>
        decided().verifyAs(validator, statement, signature),
      select: (ancestors, candidates) => this.#select(decided(), ancestors, candidates),
      execute: (ancestors, items) => this.#execute(decided(), ancestors, items)
    }
  }

  /** Blocks were decided: what was thought of others is of no use any more. */
  decided(): void {
    this.#speculations.clear()
    this.#selection = undefined
  }

  /** The mesh time at which an item takes place, if it names one. */
  atMs(bytes: Uint8Array, state: CouncilState): number | undefined {
    const item = decodeItem(bytes)
    return item === null ? undefined : this.#timeOf(item, state)
  }

  #timeOf(item: Item, state: CouncilState): number | undefined {
    if (item.kind === 'tick') return item.atMs
    if (item.kind !== 'statement') return undefined
    const opened = this.open(item.envelope, state)
    return typeof opened === 'string' ? undefined : opened.atMs
  }

  #execute(
    decided: CouncilState,
    ancestors: readonly Block[],
    items: readonly Uint8Array[]
  ): Execution | null {
    const state = this.#after(decided, ancestors)?.clone()
    if (state === undefined || !this.applyAll(state, items, () => {})) return null
    return { stateRoot: state.digest(), next: state.next }
  }

  /** The legal ones in the order of their times: a ballot said before the close comes before the close. */
  #select(
    decided: CouncilState,
    ancestors: readonly Block[],
    candidates: readonly Uint8Array[]
  ): readonly Uint8Array[] {
    const base = this.#after(decided, ancestors)
    if (base === undefined) return []
    const timed = candidates.map(item => ({ item, atMs: this.atMs(item, base) ?? 0 }))
    const sorted = timed.sort((a, b) => a.atMs - b.atMs).map(({ item }) => item)
    const known = this.#selection
    const isLonger = known?.base === base && known.accepted.every((item, at) => sorted[at] === item)
    const accepted = isLonger ? [...known.accepted] : []
    let after = isLonger ? known.after : base
    for (const item of sorted.slice(accepted.length)) {
      const trial = after.clone()
      if (this.apply(trial, item, () => {}) !== undefined) continue
      after = trial
      accepted.push(item)
    }
    this.#selection = { base, accepted, after }
    return accepted
  }

  /** The state after blocks that aren't decided; `undefined` where one of them is illegal. */
  #after(decided: CouncilState, ancestors: readonly Block[]): CouncilState | undefined {
    let state = decided
    for (const { digest, items } of ancestors) {
      const known = this.#speculations.get(digest)
      if (known === undefined && items.length > 0) {
        const next = state.clone()
        if (!this.applyAll(next, items, () => {})) return undefined
        state = next
        this.#speculations.set(digest, state)
        for (const oldest of this.#speculations.keys()) {
          if (this.#speculations.size <= SPECULATIONS_MAX) break
          this.#speculations.delete(oldest)
        }
      } else state = known ?? state
    }
    return state
  }
}
