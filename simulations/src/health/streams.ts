/** Streams of randomness of this world: each purpose its own, so that changing one fault leaves the others. */
export const Stream = {
  network: 0x4845_0000,
  phase: 0x4845_0001,
  stall: 0x4845_0002,
  wake: 0x4845_0007,
  report: 0x4845_0003,
  rank: 0x4845_0004,
  adversary: 0x4845_0005,
  eclipse: 0x4845_0006,
  tidings: 0x4845_0008
} as const
