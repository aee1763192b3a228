import type { Client } from '../src/state/entries.ts'
import { initVault } from '../src/store/maintenance.ts'
import { Draw, type Fate, FaultyDisk, mockKeys } from '../src/testing/index.ts'
import { Vault } from '../src/vault.ts'

export const PASSPHRASE = 'correct horse'
/** The cheapest Argon2id there is. */
export const COST = { memoryKib: 8, passes: 1, lanes: 1 }

export const passphrase = (): Buffer => Buffer.from(PASSPHRASE)

/** A vault on a disk in memory, with the time and the disk's fate in the test's hands. */
export interface TestVault {
  vault: Vault
  readonly disk: FaultyDisk
  readonly admin: Client
  readonly clock: { nowMs: number }
  readonly disks: { fate: Fate }
  /** The process ends and another one opens the folder. */
  restart(): Promise<void>
}

export async function testVault(): Promise<TestVault> {
  const disks = { fate: 'works' as Fate }
  const clock = { nowMs: 1_000_000 }
  const disk = new FaultyDisk(new Draw(1), () => disks.fate)
  const token = await initVault(disk, passphrase(), { cost: COST })
  const open = (): Promise<Vault> =>
    Vault.open({ disk, keys: mockKeys(), nowMs: () => clock.nowMs })
  const vault = await open()
  await vault.unlock(passphrase())
  const made: TestVault = {
    ...{ vault, disk, clock, disks },
    admin: vault.clientOf(token)!,
    async restart() {
      await made.vault.lock()
      made.vault = await open()
    }
  }
  return made
}

/** Lets a client use a key and returns it. */
export async function clientFor(
  { vault, admin }: TestVault,
  name: string,
  grants: Client['grants']
): Promise<Client> {
  const token = await vault.allow(admin, { name, rights: ['sign'], grants })
  return vault.clientOf(token!)!
}
