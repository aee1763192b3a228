import { quorumOf } from '../detector/limits.ts'
import { SLOTS } from '../detector/store.ts'
import { HealthError } from '../errors.ts'

/** Epochs kept: the present one and those whose statements may still come. */
export const TALLY_EPOCHS = 4

/** A witness statement; members by any key that is unique in the mesh. */
export interface WitnessStatement {
  readonly member: string
  readonly witness: string
  readonly epoch: number
  readonly heardS: number
  readonly watchedS: number
}

/** Why a statement doesn't count. */
export type TallyRefusal =
  | 'self-report'
  | 'bad-figures'
  | 'epoch-not-kept'
  | 'duplicate'
  | 'too-many-members'
  | 'too-many-witnesses'

/** What enough witnesses agree on. */
export interface WitnessedUptime {
  readonly heardS: number
  readonly watchedS: number
  readonly witnesses: number
}

interface Figures {
  readonly heardS: number
  readonly watchedS: number
}

/** The bounds of a tally. */
export interface WitnessTallyInit {
  /** Length of an epoch; no witness can have watched for longer. */
  readonly epochS: number
  /** Most members of one epoch. */
  readonly membersMax: number
}

/**
 * Combines what neighbours witnessed of a member's uptime. That a witness was one of the member's
 * watchers is for the caller to have checked.
 */
export class WitnessTally {
  readonly #epochS: number
  readonly #membersMax: number
  readonly #epochs = new Map<number, Map<string, Map<string, Figures>>>()
  #latest = 0

  /** @throws {HealthError} `bad-capacity` */
  constructor({ epochS, membersMax }: WitnessTallyInit) {
    if (!(Number.isSafeInteger(epochS) && epochS > 0 && membersMax > 0)) {
      throw new HealthError('bad-capacity', 'give a positive epochS and membersMax')
    }
    this.#epochS = epochS
    this.#membersMax = membersMax
  }

  /** Goes on to `epoch`; the oldest are forgotten, going back does nothing. */
  startEpoch(epoch: number): void {
    this.#latest = Math.max(this.#latest, epoch)
    for (const old of this.#epochs.keys()) if (!this.#keeps(old)) this.#epochs.delete(old)
  }

  /** Counts a statement, the first of a witness only. Returns why not, if not. */
  add(statement: WitnessStatement): TallyRefusal | undefined {
    const { member, witness, epoch, heardS, watchedS } = statement
    if (witness === member) return 'self-report'
    if (!this.#keeps(epoch)) return 'epoch-not-kept'
    if (!(isCount(heardS) && isCount(watchedS) && heardS <= watchedS && watchedS <= this.#epochS)) {
      return 'bad-figures'
    }
    const members = this.#epochs.get(epoch) ?? new Map<string, Map<string, Figures>>()
    const witnesses = members.get(member) ?? new Map<string, Figures>()
    if (witnesses.has(witness)) return 'duplicate'
    if (witnesses.size === SLOTS) return 'too-many-witnesses'
    if (witnesses.size === 0 && members.size >= this.#membersMax) return 'too-many-members'
    witnesses.set(witness, { heardS, watchedS })
    members.set(member, witnesses)
    this.#epochs.set(epoch, members)
    return undefined
  }

  /**
   * The lower median of what was witnessed: as long as less than half of the witnesses lie, it is not
   * above what an honest one saw.
   *
   * @param watchers - how many watched the member; two thirds of them must have spoken
   */
  uptimeOf(member: string, epoch: number, watchers: number): WitnessedUptime | undefined {
    const witnesses = this.#epochs.get(epoch)?.get(member)
    if (witnesses === undefined || witnesses.size < quorumOf(watchers)) return undefined
    const figures = [...witnesses.values()]
    return {
      heardS: lowerMedian(figures.map(({ heardS }) => heardS)),
      watchedS: lowerMedian(figures.map(({ watchedS }) => watchedS)),
      witnesses: figures.length
    }
  }

  #keeps(epoch: number): boolean {
    return isCount(epoch) && epoch <= this.#latest && epoch > this.#latest - TALLY_EPOCHS
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function lowerMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1]!
}
