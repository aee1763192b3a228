import type { HomeVaultStatus, VaultAdmin } from '@torusmesh/node'
import { NOW_MS } from './fake-io.ts'

const FOLDER = '/home/ada/.local/share/torusmesh/vault'

type Key = HomeVaultStatus['keys'][number]

const key = (id: string, suite: Key['suite'], used: number): Key => ({
  ...{ id, suite, used, generation: 1, purposes: [], createdMs: NOW_MS },
  ...{ publicKey: Buffer.alloc(32, 7), isRetired: false, isRotationDue: false }
})

const status: HomeVaultStatus = {
  ...{ mode: 'unlocked', folder: FOLDER, sequence: 12_207, link: Buffer.alloc(32, 9) },
  keys: [
    key('identity', 'ml-dsa-65', 12),
    key('report', 'falcon-512', 11_800),
    key('checkpoint', 'ml-dsa-44', 380),
    key('peer', 'ed25519', 9)
  ],
  clients: ['admin', 'node'],
  ...{ alerts: [], flagsUnwritten: 0, auditDropped: 0, isOffline: true }
}

/** A vault for the pages of the documentation; the real one is tested as a process. */
export const fakeVault: VaultAdmin = {
  init: async (_passphrase, isImported) => ({
    folder: FOLDER,
    member: 'a0'.padEnd(64, 'c0ffee'),
    isImported
  }),
  status: async () => status,
  unlock: async () => undefined,
  lock: async () => undefined,
  rotate: async id => ({ ...key(id, 'ml-dsa-44', 0), generation: 2 }),
  backup: async () => 'backup-12207',
  restore: async () => undefined,
  serve: async () => ({
    socketPath: `${FOLDER}/socket`,
    pid: 4_243,
    ended: new Promise(() => {}),
    stop: async () => undefined
  })
}
