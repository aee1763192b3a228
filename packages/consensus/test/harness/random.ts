/** Seeded integers (mulberry32): the schedule of a scenario follows from its seed. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  below(bound: number): number {
    return this.next() % bound
  }

  /** True in `perMille` of 1,000 cases. */
  chance(perMille: number): boolean {
    return this.next() % 1_000 < perMille
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }
}
