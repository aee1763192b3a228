/** Counts the answers that peers get, so that a short question can't make a node send without end. */
export class AnswerLimit {
  private readonly given = new Map<number, number>()
  private readonly perPeer: number
  private readonly maxPeers: number
  private sinceMs = 0

  constructor(perPeer: number, maxPeers: number) {
    this.perPeer = perPeer
    this.maxPeers = maxPeers
  }

  /** Whether the peer gets one more answer in this period. */
  allow(peer: number, nowMs: number, periodMs: number): boolean {
    if (nowMs - this.sinceMs >= periodMs) {
      this.given.clear()
      this.sinceMs = nowMs
    }
    const count = this.given.get(peer) ?? 0
    if (count >= this.perPeer || (count === 0 && this.given.size >= this.maxPeers)) return false
    this.given.set(peer, count + 1)
    return true
  }
}
