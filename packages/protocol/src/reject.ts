/** What gossipsub's validator may answer: pass on, drop silently, drop and hold it against the peer. */
export type Verdict = 'accept' | 'ignore' | 'reject'

/**
 * Why something from outside is dropped, and what that says about the peer that passed it on.
 * `reject`: a peer that checks what it forwards would have stopped it. `ignore`: an honest peer can
 * forward it because its clock, its membership list or its queues differ from ours.
 */
const VERDICTS = {
  oversized: 'reject',
  malformed: 'reject',
  'foreign-network': 'reject',
  'foreign-env': 'reject',
  'wrong-subject': 'reject',
  'suite-not-allowed': 'reject',
  'lifetime-too-long': 'reject',
  expired: 'ignore',
  'issued-in-future': 'ignore',
  replayed: 'ignore',
  'unknown-sender': 'ignore',
  'bad-signature': 'reject',
  'wrong-cell': 'reject',
  'wrong-payload': 'reject',
  'not-member': 'ignore',
  'not-watcher': 'ignore',
  'no-quorum': 'ignore',
  redundant: 'ignore',
  'queue-full': 'ignore'
} as const
VERDICTS satisfies Record<string, Exclude<Verdict, 'accept'>>

/** The closed set of reasons; also the labels of the counters. */
export type RejectCode = keyof typeof VERDICTS

export const REJECT_CODES: readonly RejectCode[] = Object.keys(VERDICTS) as RejectCode[]

/** What gossipsub is told about a message dropped for `code`. */
export function verdictOf(code: RejectCode): 'ignore' | 'reject' {
  return VERDICTS[code]
}

/** A check's answer: the checked value, or why there is none. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: RejectCode }
