import type { Env } from '@torusmesh/protocol'
import { VaultError } from '../errors.ts'
import { EPOCHS_MAX, EPOCHS_OPEN, VIEWS_KEPT } from '../limits.ts'
import type { VoteKind } from '../signable.ts'

/** A vote as the guard sees it; ids and digests as hexadecimal digits. */
export interface GuardedVote {
  readonly env: Env
  readonly epochId: string
  readonly kind: VoteKind
  readonly view: number
  readonly digest: string
}

/** A signature that was given out, or that is being made. */
export type Given = Uint8Array | Promise<Uint8Array>

interface Said {
  readonly env: Env
  readonly digest: string
  readonly signature: Given
}
type SaidByKind = Map<VoteKind, Said>

interface EpochMarks {
  /** Below this view nothing new is signed; beyond all views when the epoch is closed. */
  floor: number
  readonly views: Map<number, SaidByKind>
  /** `closing` and `opening` are about the epoch as a whole, whatever view they name. */
  readonly ceremony: Map<number, SaidByKind>
}

const CLOSED: number = Number.MAX_SAFE_INTEGER
const CEREMONY_VIEWS_MAX = 4

/**
 * What one key said in votes. It signs none that, beside another of the same epoch and view, breaks
 * one of the evidence rules about two votes (E0, E1, E2, E3, E5). E4 is about a header that isn't
 * justified: that can't be seen from here.
 */
export class VoteMarks {
  readonly #epochs = new Map<string, EpochMarks>()

  /**
   * The signature given for this very vote before, or `undefined` if it may be signed now.
   *
   * @throws VaultError `VOTE_CONFLICT`, `VOTE_TOO_OLD`, `VAULT_FULL`
   */
  check(vote: GuardedVote): Given | undefined {
    const { epochId, view, kind } = vote
    const epoch = this.#epochs.get(epochId)
    if (epoch === undefined) {
      if (this.#epochs.size < EPOCHS_MAX) return undefined
      throw new VaultError(
        'VAULT_FULL',
        `the key voted in ${EPOCHS_MAX} epochs, which it never forgets: create another and enrol it`
      )
    }
    const table = isCeremony(kind) ? epoch.ceremony : epoch.views
    const said = table.get(view)
    const same = said?.get(kind)
    if (same?.env === vote.env && same.digest === vote.digest) return same.signature
    if (said !== undefined && conflicts(said, vote)) {
      const message = `a ${kind} vote of view ${view} would contradict one given before: never ask again`
      throw new VaultError('VOTE_CONFLICT', message)
    }
    const isFull = isCeremony(kind) && said === undefined && table.size >= CEREMONY_VIEWS_MAX
    if (view < epoch.floor && (epoch.floor === CLOSED || !isCeremony(kind))) throw tooOld(view)
    if (isFull) throw tooOld(view)
    return undefined
  }

  /** Keeps a vote that {@link check} let through. */
  add({ env, epochId, view, kind, digest }: GuardedVote, signature: Given): void {
    let epoch = this.#epochs.get(epochId)
    if (epoch === undefined) {
      epoch = { floor: 0, views: new Map(), ceremony: new Map() }
      this.#epochs.set(epochId, epoch)
      this.#closeOldest()
    }
    const table = isCeremony(kind) ? epoch.ceremony : epoch.views
    let said = table.get(view)
    if (said === undefined) {
      said = new Map()
      table.set(view, said)
    }
    said.set(kind, { env, digest, signature })
    if (isCeremony(kind) || view - VIEWS_KEPT < epoch.floor) return
    epoch.floor = view - VIEWS_KEPT + 1
    for (const old of epoch.views.keys()) if (old < epoch.floor) epoch.views.delete(old)
  }

  /** Takes a vote back whose signature was never made. */
  release({ epochId, view, kind }: GuardedVote, signature: Given): void {
    const epoch = this.#epochs.get(epochId)
    const said = (isCeremony(kind) ? epoch?.ceremony : epoch?.views)?.get(view)
    if (said?.get(kind)?.signature === signature) said.delete(kind)
  }

  /** Says that nothing below `floor` may be signed in an epoch any more. */
  raise(epochId: string, floor: number): void {
    const epoch = this.#epochs.get(epochId)
    if (epoch === undefined) {
      this.#epochs.set(epochId, { floor, views: new Map(), ceremony: new Map() })
    } else epoch.floor = Math.max(epoch.floor, floor)
  }

  /** Everything that must not be forgotten, oldest epoch first: `raise` and `add` it again. */
  *floors(): Generator<{ readonly epochId: string; readonly floor: number }> {
    for (const [epochId, { floor }] of this.#epochs) yield { epochId, floor }
  }

  /** All votes kept, with their signatures; those being made are left out. */
  *votes(): Generator<{ readonly vote: GuardedVote; readonly signature: Uint8Array }> {
    for (const [epochId, { views, ceremony }] of this.#epochs) {
      for (const table of [views, ceremony]) {
        for (const [view, said] of table) {
          for (const [kind, { env, digest, signature }] of said) {
            if (signature instanceof Promise) continue
            yield { vote: { env, epochId, kind, view, digest }, signature }
          }
        }
      }
    }
  }

  /** Of the epochs still open, all but the newest few are closed for good. */
  #closeOldest(): void {
    const open = [...this.#epochs.values()].filter(({ floor }) => floor < CLOSED)
    for (const epoch of open.slice(0, -EPOCHS_OPEN)) {
      epoch.floor = CLOSED
      epoch.views.clear()
      epoch.ceremony.clear()
    }
  }
}

function isCeremony(kind: VoteKind): boolean {
  return kind === 'closing' || kind === 'opening'
}

/** Two of a kind, a nullification beside a finalization, a finalization beside another notarization. */
function conflicts(said: SaidByKind, { kind, digest }: GuardedVote): boolean {
  if (said.has(kind)) return true
  const isOther = (other: VoteKind): boolean => (said.get(other)?.digest ?? digest) !== digest
  switch (kind) {
    case 'notarize':
      return isOther('finalize')
    case 'finalize':
      return said.has('nullify') || isOther('notarize')
    case 'nullify':
      return said.has('finalize')
    default:
      return false
  }
}

function tooOld(view: number): VaultError {
  const message = `view ${view} is too old to be voted in: catch up with the epoch first`
  return new VaultError('VOTE_TOO_OLD', message)
}
