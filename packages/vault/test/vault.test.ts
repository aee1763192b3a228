import assert from 'node:assert/strict'
import { Env } from '@torusmesh/protocol'
import type { Statement } from '../src/signable.ts'
import type { Client, Flag } from '../src/state/entries.ts'
import { convicts, runTrials } from '../src/testing/index.ts'
import type { Vault } from '../src/vault.ts'
import { clientFor, passphrase, type TestVault, testVault } from './harness.ts'

const health: Statement = {
  type: 'message',
  purpose: 'health',
  env: Env.dev,
  message: Buffer.of(1)
}
const vote = (digest: number, view = 1): Statement => ({
  ...{ type: 'vote', env: Env.dev, kind: 'notarize', view },
  ...{ epochId: Buffer.alloc(32, 9), digest: Buffer.alloc(32, digest) }
})
const head = (size: number, root: number): Statement => ({
  ...{ type: 'checkpoint', cosigner: 'c', origin: 'o', size, timestamp: 1 },
  root: Buffer.alloc(32, root)
})

async function withKeys(): Promise<TestVault & { node: Client }> {
  const made = await testVault()
  const { vault, admin } = made
  await vault.createKey(admin, { id: 'report', suite: 'falcon-512', purposes: ['health'] })
  const purposes = ['consensus-vote', 'ledger-checkpoint'] as const
  await vault.createKey(admin, { id: 'vote', suite: 'ml-dsa-44', purposes })
  const grants = [
    { key: 'report', purposes: ['health'] },
    { key: 'vote', purposes }
  ] as const
  const node = await clientFor(made, 'node', grants)
  return Object.assign(made, { node })
}

function flags(vault: Vault): Flag[] {
  return vault
    .audit(0, 100)
    .records.flatMap(({ event }) => (event.type === 'flag' ? [event.flag] : []))
}

describe('the vault', () => {
  it('signs for whom it was allowed to and records every signature', async () => {
    const { vault, node } = await withKeys()
    await vault.sign(node, 'report', health)
    const [last] = vault.audit(0, 100).records.slice(-1)
    assert.deepEqual(last!.event.type === 'signed' && [last!.event.client, last!.event.purpose], [
      'node',
      'health'
    ])
    assert.equal(vault.key('report').used, 1)
  })

  it('refuses and flags a purpose that was not granted, and what must be typed', async () => {
    const { vault, node } = await withKeys()
    const odd: Statement = { ...health, purpose: 'manifest' } as Statement
    await assert.rejects(vault.sign(node, 'report', odd), { code: 'NOT_ALLOWED' })
    const opaque = { ...health, purpose: 'consensus-vote' } as Statement
    await assert.rejects(vault.sign(node, 'vote', opaque), { code: 'BAD_REQUEST' })
    await vault.sign(node, 'report', health)
    assert.deepEqual(flags(vault), ['odd-purpose'])
  })

  it('gives one vote of two that conflict, at once and after a restart', async () => {
    const made = await withKeys()
    const both = [1, 2].map(digest => made.vault.sign(made.node, 'vote', vote(digest)))
    const [first, second] = await Promise.allSettled(both)
    assert.equal(first!.status, 'fulfilled')
    assert.equal(second!.status === 'rejected' && second!.reason.code, 'VOTE_CONFLICT')
    await made.restart()
    await made.vault.unlock(passphrase())
    await assert.rejects(made.vault.sign(made.node, 'vote', vote(2)), { code: 'VOTE_CONFLICT' })
    const again = await made.vault.sign(made.node, 'vote', vote(1))
    assert.deepEqual(
      Buffer.from(again.signature),
      Buffer.from(first!.status === 'fulfilled' ? first!.value.signature : [])
    )
  })

  it('signs no log that shrinks or has two roots', async () => {
    const { vault, node } = await withKeys()
    await vault.sign(node, 'vote', head(5, 1))
    await vault.sign(node, 'vote', head(5, 1))
    await assert.rejects(vault.sign(node, 'vote', head(5, 2)), { code: 'CHECKPOINT_CONFLICT' })
    await assert.rejects(vault.sign(node, 'vote', head(4, 1)), { code: 'CHECKPOINT_CONFLICT' })
  })

  it('signs nothing while locked and everything again when unlocked', async () => {
    const { vault, node } = await withKeys()
    await vault.lock()
    await assert.rejects(vault.sign(node, 'report', health), { code: 'VAULT_LOCKED' })
    await vault.unlock(passphrase())
    await vault.sign(node, 'report', health)
  })

  it('makes wrong passphrases wait longer and longer', async () => {
    const { vault, clock } = await withKeys()
    await vault.lock()
    await assert.rejects(vault.unlock(Buffer.from('no')), { code: 'WRONG_PASSPHRASE' })
    await assert.rejects(vault.unlock(passphrase()), { code: 'RATE_LIMITED' })
    clock.nowMs += 1_000
    await vault.unlock(passphrase())
  })

  it('keeps to a key’s rate and number of signatures, and says when rotation is due', async () => {
    const made = await withKeys()
    const { vault, admin, clock } = made
    const limits = { perSecond: 2, maxSignatures: 8, maxAgeMs: 0 }
    await vault.createKey(admin, { id: 'few', suite: 'ml-dsa-65', purposes: ['health'], limits })
    const client = await clientFor(made, 'few', [{ key: 'few', purposes: ['health'] }])
    for (let i = 0; i < 4; i++) await vault.sign(client, 'few', health)
    await assert.rejects(vault.sign(client, 'few', health), { code: 'RATE_LIMITED' })
    assert.equal(vault.key('few').isRotationDue, false)
    clock.nowMs += 10_000
    for (let i = 0; i < 4; i++) await vault.sign(client, 'few', health)
    assert.equal(vault.key('few').isRotationDue, true)
    clock.nowMs += 10_000
    await assert.rejects(vault.sign(client, 'few', health), { code: 'KEY_SPENT' })
    assert.equal((await vault.rotate(admin, 'few')).generation, 2)
    await vault.sign(client, 'few', health)
  })

  it('locks and raises an alert when a canary is asked to sign', async () => {
    const made = await withKeys()
    const { vault, admin, node } = made
    const canary = {
      id: 'treasury',
      suite: 'ml-dsa-65',
      purposes: ['health'],
      isCanary: true
    } as const
    await vault.createKey(admin, canary)
    await assert.rejects(vault.sign(node, 'treasury', health), { code: 'VAULT_LOCKED' })
    assert.equal(vault.mode, 'locked')
    await made.restart()
    const [alert] = made.vault.status().alerts
    assert.ok(alert?.event.type === 'flag' && alert.event.flag === 'canary')
  })

  it('shuts a stolen token out and never its last admin', async () => {
    const { vault, admin, node } = await withKeys()
    await vault.revoke(admin, 'node')
    assert.equal(vault.current(node), undefined)
    await assert.rejects(vault.revoke(admin, 'admin'), { code: 'BAD_REQUEST' })
  })

  it('signs nothing that the disk did not take, and goes on when it does', async () => {
    const { vault, node, disks, clock } = await withKeys()
    disks.fate = 'fails'
    await assert.rejects(vault.sign(node, 'report', health), { code: 'DISK_FAILED' })
    assert.equal(vault.mode, 'failed')
    disks.fate = 'works'
    await assert.rejects(vault.sign(node, 'report', health), { code: 'DISK_FAILED' })
    clock.nowMs += 1_000
    await vault.sign(node, 'report', health)
    assert.equal(vault.mode, 'unlocked')
  })

  it('sees an older copy of its file, and retires voters when it is accepted', async () => {
    const made = await withKeys()
    const old = made.disk.files()
    await made.vault.sign(made.node, 'vote', vote(1))
    await made.vault.lock()
    made.disk.rollBack(old, ['vault'])
    await made.restart()
    await assert.rejects(made.vault.unlock(passphrase()), { code: 'VAULT_ROLLED_BACK' })
    await made.vault.unlock(passphrase(), { acceptRollback: true })
    await assert.rejects(made.vault.sign(made.node, 'vote', vote(2)), { code: 'KEY_RETIRED' })
    await made.vault.sign(made.node, 'report', health)
    assert.ok(flags(made.vault).includes('rollback'))
  })

  it('sees a whole folder’s older copy by what was remembered outside', async () => {
    const made = await withKeys()
    const old = made.disk.files()
    const { sequence } = await made.vault.sign(made.node, 'vote', vote(1))
    const { link } = made.vault.status()
    await made.vault.lock()
    const now = made.disk.files()
    made.disk.rollBack(old, ['vault', 'counter'])
    await made.restart()
    const rolledBack = { code: 'VAULT_ROLLED_BACK' }
    await assert.rejects(made.vault.unlock(passphrase(), { anchor: { sequence } }), rolledBack)
    made.disk.rollBack(now, ['vault', 'counter'])
    await made.restart()
    const other = { sequence, link: Buffer.alloc(32, 1) }
    await assert.rejects(made.vault.unlock(passphrase(), { anchor: other }), rolledBack)
    await made.vault.unlock(passphrase(), { anchor: { sequence, link } })
  })

  it('comes back from a backup with all keys, of which voters are retired', async () => {
    const made = await withKeys()
    const before = made.vault.key('report').publicKey
    const file = await made.vault.backup(made.admin)
    await made.vault.rotate(made.admin, 'report')
    await made.vault.restore(file, passphrase())
    await made.vault.unlock(passphrase())
    assert.deepEqual(made.vault.key('report').publicKey, before)
    await made.vault.sign(made.node, 'report', health)
    await assert.rejects(made.vault.sign(made.node, 'vote', vote(1)), { code: 'KEY_RETIRED' })
  })

  it('forgets audit records only after they were read', async () => {
    const { vault, node } = await withKeys()
    for (let i = 0; i < 5; i++) await vault.sign(node, 'report', health)
    const all = vault.audit(0, 100).records
    assert.equal(all.filter(({ event }) => event.type === 'signed').length, 5)
    vault.audit(all.at(-1)!.sequence, 1)
    await vault.sign(node, 'report', health)
    assert.equal(vault.audit(0, 100).records.length, 1)
  })

  it('lets no two conflicting votes out in 250 trials of failing disks, deaths and older files', async () => {
    const report = await runTrials(1, 250, convicts)
    assert.deepEqual([report.conflicts, report.unequal], [0, 0])
    assert.equal(report.detected, report.rollbacks)
    // The trials must have tried.
    assert.ok(report.rollbacks > 20 && report.refused > 500 && report.deaths > 250)
  })
})
