/** A word of mine that waits for its record. */
interface Held {
  readonly sequence: number
  readonly release: () => void
}

/** Write-ahead: nothing leaves before its record and all records before it are durable. */
export class Outbox {
  private sequence = 0
  private readonly held: Held[] = []

  /** Numbers a record; `release` runs once it is durable. */
  add(release?: () => void): number {
    this.sequence++
    if (release !== undefined) this.held.push({ sequence: this.sequence, release })
    return this.sequence
  }

  persisted(sequence: number): void {
    while (this.held.length > 0 && this.held[0]!.sequence <= sequence) this.held.shift()!.release()
  }
}
