import assert from 'node:assert/strict'
import { bytesToHex, Env, inviteHash, JoinRefusal, parseInvite } from '@torusmesh/protocol'
import type { Home, NodeState } from '../../src/identity/home.ts'
import { InviteBook } from '../../src/join/invites.ts'
import type { Journal } from '../../src/runtime/journal.ts'
import { NETWORK, NOW_MS } from './support/world.ts'

const [ANNA, BERTA] = ['aa'.repeat(32), 'bb'.repeat(32)] as const
const VALID_MS = 60_000

function bookOf() {
  const state: NodeState = { incarnation: 1, recordSequence: 1, invites: [] }
  const steps: string[] = []
  const clock = { nowMs: NOW_MS }
  const book = new InviteBook({
    state,
    home: {
      saveState: async (saved: NodeState) => {
        steps.push(`save ${saved.invites.filter(({ redeemedBy }) => redeemedBy).length} redeemed`)
      }
    } as unknown as Home,
    journal: {
      record: async ({ name }: { name: string }) => steps.push(name)
    } as unknown as Journal,
    ...{ network: NETWORK, env: Env.dev, peer: new Uint8Array(32).fill(3) },
    addresses: () => ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2', '/ip4/127.0.0.1/tcp/3'],
    wallMs: () => clock.nowMs
  })
  const issue = async (): Promise<Uint8Array> => {
    const { code } = await book.issue(VALID_MS)
    const parsed = parseInvite(code, clock.nowMs)
    assert.ok(parsed.ok)
    return parsed.invite.secret
  }
  return { state, steps, clock, book, issue }
}

describe('invites', () => {
  it('a code names the mesh, the inviter and two of its addresses; the secret is not kept', async () => {
    const { state, book } = bookOf()
    const { code, expiresMs } = await book.issue(VALID_MS)
    const parsed = parseInvite(code, NOW_MS)
    assert.ok(parsed.ok)
    const { invite } = parsed
    assert.equal(invite.network, NETWORK)
    assert.deepEqual(invite.addresses, ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'])
    assert.equal(expiresMs, NOW_MS + VALID_MS)
    assert.deepEqual(state.invites, [{ hash: bytesToHex(inviteHash(invite.secret)), expiresMs }])
    assert.ok(!JSON.stringify(state).includes(bytesToHex(invite.secret)))
  })

  it('admits one member once; the same one may ask again', async () => {
    const { book, issue, steps } = bookOf()
    const secret = await issue()
    steps.length = 0
    const first = await book.redeem(secret, ANNA)
    assert.deepEqual(first, { ok: true, invite: inviteHash(secret) })
    assert.equal(steps[0], 'save 1 redeemed')
    assert.equal(steps.length, 2)
    assert.deepEqual(await book.redeem(secret, BERTA), {
      ok: false,
      refusal: JoinRefusal.usedInvite
    })
    assert.deepEqual(await book.redeem(secret, ANNA), first)
    assert.equal(steps.length, 2)
  })

  it('of two that ask at the same time one comes in', async () => {
    const { book, issue } = bookOf()
    const secret = await issue()
    const answers = await Promise.all([book.redeem(secret, ANNA), book.redeem(secret, BERTA)])
    assert.deepEqual(
      answers.map(({ ok }) => ok),
      [true, false]
    )
  })

  it('a secret it never gave out is refused', async () => {
    const { book } = bookOf()
    assert.deepEqual(await book.redeem(new Uint8Array(16), ANNA), {
      ok: false,
      refusal: JoinRefusal.unknownInvite
    })
  })

  it('an invite is void from the moment it expires', async () => {
    const { book, issue, clock } = bookOf()
    const secret = await issue()
    clock.nowMs += VALID_MS
    assert.deepEqual(await book.redeem(secret, ANNA), {
      ok: false,
      refusal: JoinRefusal.expiredInvite
    })
  })

  it('gives out so many at most; expired ones make room', async () => {
    const { book, clock, state } = bookOf()
    for (let n = 0; n < 256; n++) await book.issue(VALID_MS)
    await assert.rejects(book.issue(VALID_MS), { code: 'API_CONFLICT' })
    assert.equal(state.invites.length, 256)
    clock.nowMs += VALID_MS
    await book.issue(VALID_MS)
    assert.equal(state.invites.length, 1)
  })
})
