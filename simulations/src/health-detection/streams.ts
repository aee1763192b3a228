/** Streams of randomness: each purpose its own, so that changing one fault leaves the others. */
export const Stream = { network: 0, phase: 1, starved: 2, stall: 3, killed: 4, deaf: 5 } as const
