/** Streams of randomness of the consensus worlds: each purpose its own. */
export const Stream = {
  network: 0x434e_0001,
  source: 0x434e_0002,
  size: 0x434e_0003,
  scenario: 0x434e_0004,
  blow: 0x434e_0005
} as const
