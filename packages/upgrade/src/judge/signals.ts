/** What upgraded members and the others are compared by, in the order of a moment's values. */
export const SIGNAL_NAMES = [
  'probeSuccessPermille',
  'latencyP50Us',
  'latencyP99Us',
  'restarts',
  'errorsPermille',
  'memoryKib',
  'peers',
  'deliveryPermille',
  'dependentsDown'
] as const
export type SignalName = (typeof SIGNAL_NAMES)[number]

/** One thing that is compared. All values are integers from 0 up. */
export interface Signal {
  readonly name: SignalName
  readonly worse: 'up' | 'down'
  /** Compared with a member's own value before the upgrade: as a ratio in permille, or as a difference. */
  readonly scale: 'ratio' | 'difference'
  /** Smaller effects are nobody's concern: permille of the own value, or units. */
  readonly floor: number
}

/** How each of {@link SIGNAL_NAMES} is read, in their order. */
export const SIGNALS: readonly Signal[] = [
  { name: 'probeSuccessPermille', worse: 'down', scale: 'difference', floor: 50 },
  { name: 'latencyP50Us', worse: 'up', scale: 'ratio', floor: 50 },
  { name: 'latencyP99Us', worse: 'up', scale: 'ratio', floor: 100 },
  { name: 'restarts', worse: 'up', scale: 'difference', floor: 0 },
  { name: 'errorsPermille', worse: 'up', scale: 'difference', floor: 10 },
  { name: 'memoryKib', worse: 'up', scale: 'ratio', floor: 50 },
  { name: 'peers', worse: 'down', scale: 'difference', floor: 2 },
  { name: 'deliveryPermille', worse: 'down', scale: 'difference', floor: 50 },
  { name: 'dependentsDown', worse: 'up', scale: 'difference', floor: 0 }
]

const PERMILLE = 1_000

/** How much worse a value is than the member's own before the upgrade; negative when it is better. */
export function scoreOf({ worse, scale }: Signal, value: number, before: number): number {
  const change =
    scale === 'ratio'
      ? Math.trunc(((value - before) * PERMILLE) / Math.max(1, before))
      : value - before
  return worse === 'up' ? change : -change
}

/** The lower median of some integers. */
export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0
}
