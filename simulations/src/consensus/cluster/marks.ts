export const MARKS = [
  'decided',
  'twin-equivocated',
  'view-nullified',
  'epoch-changed',
  'catch-up-ran',
  'observer-seen',
  'evidence-found',
  'crashed',
  'write-failed',
  'state-lost',
  'observer-votes-again',
  'partitioned',
  'refused-message',
  'forked'
] as const
export type Mark = (typeof MARKS)[number]
