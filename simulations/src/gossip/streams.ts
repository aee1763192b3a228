/** Streams of randomness of this world: each purpose its own. */
export const Stream = {
  network: 0x4743_0001,
  generator: 0x4743_0002,
  source: 0x4743_0003,
  crash: 0x4743_0004,
  phase: 0x4743_0005,
  mesh: 0x4743_0006,
  order: 0x4743_0007
} as const
