/** What a protocol's party asks of the node it runs on. What it sends leaves when it is done. */
export interface PartyHost<M> {
  /** To all other parties. */
  broadcast(message: M): void
  /** To one party. */
  send(to: number, message: M): void
  /** Replaces the timer before; `null` stops it. */
  wake(atMs: number | null): void
  /** Makes something durable; then the party hears `persisted`. */
  persist(sequence: number): void
  /** Takes the time of one signature. */
  chargeSignature(): void
  /** Takes the time of one verification. */
  chargeVerification(): void
  /** A proposal with these items is on its way. */
  proposed(items: readonly Uint8Array[]): void
  /** Final, in this order; `digest` names the block. */
  decided(digest: string, items: readonly Uint8Array[]): void
  mark(mark: PartyMark): void
}

/** States worth reaching. */
export const PARTY_MARKS = ['view-nullified', 'catch-up-ran', 'observer-seen'] as const
export type PartyMark = (typeof PARTY_MARKS)[number]

/** One validator's machine with its vault and disk. */
export interface Party<M> {
  /** Who proposes next, as far as it knows. */
  readonly leader: number
  start(nowMs: number): void
  submit(item: Uint8Array, nowMs: number): void
  receive(from: number, message: M, nowMs: number): void
  persisted(sequence: number, nowMs: number): void
  timer(nowMs: number): void
}

/** A protocol in the latency world: its codec and its parties. */
export interface Protocol<M> {
  /** Canonical bytes; the first is not 0. */
  encode(message: M): Uint8Array
  /** `null` for malformed bytes. */
  decode(bytes: Uint8Array): M | null
  /** How many signatures a message carries. */
  signatures(message: M): number
  /**
   * A small positive integer below 2^31 if a message only sums up what all others get anyway: it is
   * offered under that number, and sent to those who ask. `null` for what is sent at once.
   */
  offerOf(message: M): number | null
  party(index: number, host: PartyHost<M>): Party<M>
}
