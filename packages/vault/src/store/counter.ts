import { createHash } from 'node:crypto'
import type { VaultDisk } from './disk.ts'

/** Beside the journal: how far it reached when its last signature was given out. */
export const COUNTER_FILE = 'counter'

const SLOT_BYTES = 512
const SUM_BYTES = 32
const NUMBER_BYTES = 8

/**
 * A number that only rises, in two slots written in turn: a write that a crash cut off spoils one and
 * leaves the other.
 */
export class Counter {
  readonly #disk: VaultDisk
  #value = 0
  #slot = 0

  constructor(disk: VaultDisk) {
    this.#disk = disk
  }

  get value(): number {
    return this.#value
  }

  /** @returns whether there is a counter at all */
  async read(): Promise<boolean> {
    const file = await this.#disk.read(COUNTER_FILE)
    const values = [0, 1].map(slot => file && readSlot(file, slot))
    this.#value = Math.max(0, ...values.map(value => value ?? 0))
    this.#slot = values[0] === this.#value ? 1 : 0
    return values.some(value => value !== undefined)
  }

  /** Writes the file anew. */
  async reset(value: number): Promise<void> {
    await this.#disk.replace(COUNTER_FILE, Buffer.concat([slotOf(value), slotOf(value)]))
    this.#value = value
  }

  async raise(value: number): Promise<void> {
    await this.#disk.write(COUNTER_FILE, this.#slot * SLOT_BYTES, slotOf(value))
    this.#slot = 1 - this.#slot
    this.#value = value
  }
}

function slotOf(value: number): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES)
  slot.writeBigUInt64BE(BigInt(value))
  sumOf(slot).copy(slot, NUMBER_BYTES)
  return slot
}

function readSlot(file: Uint8Array, slot: number): number | undefined {
  const at = slot * SLOT_BYTES
  const bytes = Buffer.from(file.subarray(at, at + SLOT_BYTES))
  if (bytes.length < NUMBER_BYTES + SUM_BYTES) return undefined
  if (!sumOf(bytes).equals(bytes.subarray(NUMBER_BYTES, NUMBER_BYTES + SUM_BYTES))) return undefined
  return Number(bytes.readBigUInt64BE())
}

function sumOf(slot: Buffer): Buffer {
  return createHash('sha256').update(slot.subarray(0, NUMBER_BYTES)).digest()
}
