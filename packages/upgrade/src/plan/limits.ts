/** How much of the mesh a wave may take down. */
export type Profile = 'standard' | 'careful'

/** What every wave of a plan keeps to. */
export interface WaveLimits {
  /** f = ⌊(n − 1) / 3⌋: members that may fail while the others still decide. */
  readonly faultsTolerated: number
  /** Of these, kept back for failures during the upgrade. */
  readonly reserve: number
  /** I1: members down or upgrading at a time. */
  readonly waveSize: number
  /** I3: neighbour cells that a cell may miss at a time. */
  readonly neighboursLost: number
  /**
   * Fewer than four members tolerate no fault: they upgrade one after the other, which only the
   * operator can allow.
   */
  readonly needsConsent: boolean
}

/** A node of the full torus keeps 4 of its 6 neighbour cells, or 5. */
const NEIGHBOURS_LOST = { standard: 2, careful: 1 } as const satisfies Record<Profile, number>

/** Of the faults tolerated, so large a part is kept back unless somebody says otherwise. */
const RESERVE_PART = 8

/**
 * @param reserve - an eighth of the faults tolerated, at least one of two or more, if left out
 * @returns `undefined` for a reserve that leaves no member to upgrade
 */
export function waveLimits(
  members: number,
  profile: Profile,
  reserve?: number
): WaveLimits | undefined {
  const faultsTolerated = Math.max(0, Math.floor((members - 1) / 3))
  const neighboursLost = NEIGHBOURS_LOST[profile]
  if (faultsTolerated === 0) {
    return { faultsTolerated, reserve: 0, waveSize: 1, neighboursLost, needsConsent: true }
  }
  const kept = reserve ?? defaultReserve(faultsTolerated)
  const waveSize = faultsTolerated - kept
  if (!Number.isSafeInteger(kept) || kept < 0 || waveSize < 1) return undefined
  return { faultsTolerated, reserve: kept, waveSize, neighboursLost, needsConsent: false }
}

function defaultReserve(faultsTolerated: number): number {
  return faultsTolerated === 1 ? 0 : Math.max(1, Math.floor(faultsTolerated / RESERVE_PART))
}
