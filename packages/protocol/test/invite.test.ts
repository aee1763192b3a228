import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  Domain,
  Env,
  encodeInvite,
  type Invite,
  type InviteProblem,
  parseInvite,
  taggedHash
} from '../src/index.ts'
import { seedOf } from './compliance/fixtures.ts'
import { invite, NETWORK, NOW_MS } from './samples.ts'

const code = encodeInvite(invite)

const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** The same code with other contents and a checksum that fits them, as another program may write it. */
function rewritten(change: (contents: number[]) => void): string {
  const digits = [...code.slice(3)].map(letter => ALPHABET.indexOf(letter))
  const bits = digits.map(digit => digit.toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g)!.map(byte => Number.parseInt(byte, 2))
  const contents = bytes.slice(2, -4)
  change(contents)
  const body = Uint8Array.of(contents.length >> 8, contents.length & 0xff, ...contents)
  const whole = [...body, ...taggedHash(Domain.invite, body).subarray(0, 4)]
  const encoded = whole.map(byte => byte.toString(2).padStart(8, '0')).join('')
  const letters = encoded.match(/.{1,5}/g)!
  const letterOf = (group: string) => ALPHABET[Number.parseInt(group.padEnd(5, '0'), 2)]
  return `tm1${letters.map(letterOf).join('')}`
}

/** The problem with a code, or nothing. */
function problem(text: string, nowMs = NOW_MS): InviteProblem | undefined {
  const result = parseInvite(text, nowMs)
  return result.ok ? undefined : result.code
}

describe('an invite', () => {
  it('comes out as it went in', () => {
    assert.deepEqual(parseInvite(code, NOW_MS), { ok: true, invite })
  })

  it('is one word of letters that are not easily taken for another', () => {
    assert.match(code, /^tm1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]+$/)
    assert.ok(code.length <= 300, `${code.length}`)
  })

  it('may be pasted with spaces around it and in capitals', () => {
    assert.equal(problem(`  ${code.toUpperCase()}\n`), undefined)
  })

  it('says at any length for any mesh what it was made of', () => {
    const invites = fc.record({
      network: fc.constantFrom(NETWORK, 'a', 'z-9', 'x'.repeat(41)),
      env: fc.constantFrom(...Object.values(Env)),
      peer: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      addresses: fc.array(fc.stringMatching(/^\/[!-~]{1,127}$/), { minLength: 1, maxLength: 2 }),
      secret: fc.uint8Array({ minLength: 16, maxLength: 16 }),
      expiresMs: fc.integer({ min: NOW_MS + 1, max: 2 ** 48 - 1 })
    })
    const roundTrip = (one: Invite): void => {
      const result = parseInvite(encodeInvite(one), NOW_MS)
      assert.ok(result.ok)
      const { peer, secret, ...rest } = result.invite
      assert.deepEqual(
        { ...rest, peer: [...peer], secret: [...secret] },
        {
          ...one,
          peer: [...one.peer],
          secret: [...one.secret]
        }
      )
    }
    fc.assert(fc.property(invites, roundTrip), { numRuns: 100, seed: 7 })
  })

  it('tells a typing error anywhere, and where a stray letter stands', () => {
    for (let at = 6; at < code.length; at += 3) {
      const letter = code[at] === 'q' ? 'p' : 'q'
      const typed = code.slice(0, at) + letter + code.slice(at + 1)
      assert.equal(problem(typed), 'typo', `letter ${at}`)
    }
    const stray = parseInvite(`${code.slice(0, 20)}b${code.slice(21)}`, NOW_MS)
    assert.ok(!stray.ok)
    assert.match(stray.message, /^character 21 of the invite/)
  })

  it('tells swapped letters', () => {
    for (let at = 6; at + 1 < code.length; at += 7) {
      if (code[at] === code[at + 1]) continue
      const typed = code.slice(0, at) + code[at + 1] + code[at] + code.slice(at + 2)
      assert.equal(problem(typed), 'typo', `letter ${at}`)
    }
  })

  it('tells a missing end from a typing error', () => {
    for (let end = 3; end < code.length; end += 11)
      assert.equal(problem(code.slice(0, end)), 'truncated')
    assert.equal(problem(`${code}q`), 'typo')
  })

  it('tells what is no invite', () => {
    for (const text of ['', 'tm', 'bc1qw508d6', 'hello', `tm1${'q'.repeat(100_000)}`]) {
      assert.equal(problem(text), 'not-an-invite', text.slice(0, 20))
    }
  })

  it('tells that it has expired, and for how long', () => {
    assert.equal(problem(code, invite.expiresMs - 1), undefined)
    const result = parseInvite(code, invite.expiresMs + 600_000)
    const message = 'the invite expired 10 minutes ago; ask for a new one'
    assert.deepEqual(result, { ok: false, code: 'expired', message })
  })

  it('of a later version or with contents that make no sense is unsupported', () => {
    assert.equal(
      rewritten(() => {}),
      code
    )
    const changes: ((contents: number[]) => void)[] = [
      contents => contents.splice(0, 1, 2),
      contents => contents.splice(1, 1, 9),
      contents => contents.splice(8, 1),
      contents => contents.splice(20),
      contents => contents.push(200, 47)
    ]
    for (const change of changes) assert.equal(problem(rewritten(change)), 'unsupported')
  })

  it('never shows the secret when it is refused', () => {
    for (const text of [code.slice(0, -3), `${code}q`, code.replace(/.$/, 'b')]) {
      const result = parseInvite(text, NOW_MS)
      assert.ok(!result.ok)
      assert.doesNotMatch(result.message, /[a-z0-9]{12}/)
    }
  })

  it('never throws, whatever is typed', () => {
    const typed = fc.oneof(
      fc.string(),
      fc.stringMatching(/^tm1[qpzry9x8gf2tvdw0s3jn54khce6mua7l]*$/)
    )
    fc.assert(
      fc.property(typed, text => {
        assert.notEqual(problem(text), undefined)
      }),
      { numRuns: 500, seed: 8 }
    )
  })

  const mistakes: Partial<Invite>[] = [
    { network: 'No Network' },
    { env: 3 as Env },
    { peer: seedOf(31) },
    { addresses: [] },
    { addresses: ['/a', '/b', '/c'] },
    { addresses: ['no address'] },
    { secret: seedOf(15) },
    { expiresMs: -1 },
    { expiresMs: 2 ** 48 }
  ]
  for (const mistake of mistakes) {
    it(`isn't written with ${Object.keys(mistake)[0]} ${String(Object.values(mistake)[0]).slice(0, 20)}`, () => {
      assert.throws(() => encodeInvite({ ...invite, ...mistake }), { code: 'bad-argument' })
    })
  }
})
