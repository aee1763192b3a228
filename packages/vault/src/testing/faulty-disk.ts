import type { VaultDisk } from '../store/disk.ts'
import type { Draw } from './draw.ts'

/** What one write or replacement meets. */
export type Fate = 'works' | 'fails' | 'dies'

/** A copy of a disk's files. */
export type Files = ReadonlyMap<string, Uint8Array>

/**
 * A disk in memory that fails and dies as real ones do. Of what fails or dies any part may be there
 * afterwards: nothing, a beginning, a beginning with rubbish behind it, or all. What failed can be
 * read until the power goes, and may then be gone.
 */
export class FaultyDisk implements VaultDisk {
  readonly #draw: Draw
  readonly #fate: () => Fate
  /** What a read sees, and what survives a power cut. */
  #seen: Map<string, Uint8Array>
  #safe: Map<string, Uint8Array>
  #isDead = false

  constructor(draw: Draw, fate: () => Fate, files: Files = new Map()) {
    this.#draw = draw
    this.#fate = fate
    this.#seen = new Map(files)
    this.#safe = new Map(files)
  }

  get isDead(): boolean {
    return this.#isDead
  }

  /** The files as they are now. */
  files(): Files {
    return new Map(this.#seen)
  }

  /** Puts older files in the place of some. */
  rollBack(files: Files, names: readonly string[]): void {
    for (const name of names) {
      this.#seen.set(name, files.get(name)!)
      this.#safe.set(name, files.get(name)!)
    }
  }

  /** Nothing reaches the disk any more, until it is revived. */
  kill(): void {
    this.#isDead = true
  }

  /** The next process finds what the kernel had, or after a power cut what was synced. */
  revive(losesPower: boolean): void {
    this.#isDead = false
    if (losesPower) this.#seen = new Map(this.#safe)
    else this.#safe = new Map(this.#seen)
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    this.#alive()
    return this.#seen.get(name)?.slice()
  }

  async write(name: string, offset: number, bytes: Uint8Array): Promise<void> {
    this.#alive()
    const fate = this.#fate()
    if (fate === 'works') {
      this.#put(this.#seen, name, offset, bytes)
      this.#put(this.#safe, name, offset, bytes)
      return
    }
    const part = this.#partOf(bytes)
    this.#put(this.#seen, name, offset, part)
    if (this.#draw.chance(50)) this.#put(this.#safe, name, offset, part)
    this.#break(fate)
  }

  async replace(name: string, bytes: Uint8Array): Promise<void> {
    this.#alive()
    const fate = this.#fate()
    if (fate === 'works' || this.#draw.chance(50)) {
      this.#seen.set(name, bytes.slice())
      if (fate === 'works' || this.#draw.chance(50)) this.#safe.set(name, bytes.slice())
    }
    if (fate !== 'works') this.#break(fate)
  }

  async close(): Promise<void> {}

  #alive(): void {
    if (this.#isDead) throw Object.assign(new Error('the machine is off'), { code: 'EIO' })
  }

  #break(fate: Fate): never {
    if (fate === 'dies') this.#isDead = true
    throw Object.assign(new Error('input/output error'), { code: 'EIO' })
  }

  #partOf(bytes: Uint8Array): Uint8Array {
    const length = this.#draw.below(bytes.length + 1)
    switch (this.#draw.below(4)) {
      case 0:
        return new Uint8Array(0)
      case 1:
        return bytes.slice(0, length)
      case 2:
        return bytes.map((byte, at) => (at < length ? byte : this.#draw.below(256)))
      default:
        return bytes
    }
  }

  #put(files: Map<string, Uint8Array>, name: string, offset: number, bytes: Uint8Array): void {
    const before = files.get(name) ?? new Uint8Array(0)
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length))
    after.set(before)
    after.set(bytes, offset)
    files.set(name, after)
  }
}
