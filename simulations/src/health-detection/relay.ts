/** The leg that ends at the peer asked for. */
export const ASKED_LEG = 2

/** An indirect probe on its way: out in legs 0 to {@link ASKED_LEG}, back in as many. */
export interface Relay {
  readonly leg: number
  /** Which of the detours. */
  readonly k: number
  /** The asker's slot of the peer it asks for. */
  readonly slot: number
  /** In an answer: the peer's incarnation, below 2^22. */
  readonly incarnation: number
}

export function packRelay(leg: number, k: number, slot: number, incarnation: number): number {
  return leg | (k << 3) | (slot << 6) | (incarnation << 10)
}

export function unpackRelay(packed: number): Relay {
  return {
    leg: packed & 7,
    k: (packed >>> 3) & 7,
    slot: (packed >>> 6) & 15,
    incarnation: packed >>> 10
  }
}
