import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  checkGenesis,
  decodeGenesis,
  Env,
  encodeGenesis,
  equalBytes,
  type Founder,
  GENESIS_TEXT_MAX_CHARS,
  type Genesis,
  GenesisFile,
  genesisFromText,
  genesisHash,
  genesisToText,
  isNetworkId,
  networkId
} from '../src/index.ts'
import { seedOf } from './compliance/fixtures.ts'
import { genesis, memberKeys } from './samples.ts'

function checked(changes: Partial<Genesis> = {}): Genesis {
  const result = checkGenesis(genesis(changes))
  assert.ok(result.ok, result.ok ? '' : result.message)
  return result.genesis
}

const founder = (changes: Partial<Founder> = {}): Founder => ({
  keys: memberKeys(0),
  cell: 0,
  addresses: [],
  ...changes
})

describe('a genesis', () => {
  it('goes through text and bytes unchanged', () => {
    const whole = checked()
    assert.deepEqual(genesisFromText(genesisToText(whole)), { ok: true, genesis: whole })
    const decoded = decodeGenesis(encodeGenesis(whole))
    assert.ok(decoded.ok)
    assert.equal(genesisToText(decoded.genesis), genesisToText(whole))
  })

  it('has one hash, however its founders are listed', () => {
    const { founders } = genesis()
    const other = checked({ founders: founders.toReversed() })
    assert.deepEqual(genesisHash(other), genesisHash(checked()))
  })

  it('names its network by name and hash: meshes of one name differ', () => {
    const id = networkId(checked())
    assert.match(id, /^demo-[0-9a-f]{16}$/)
    assert.ok(isNetworkId(id))
    assert.ok(isNetworkId(networkId(checked({ name: 'a'.repeat(24) }))))
    assert.notEqual(networkId(checked({ createdMs: 1 })), id)
  })

  const problems: [string, Partial<Genesis>, RegExp][] = [
    ['no name', { name: '' }, /^name has 1 to 24/],
    ['a name with capitals', { name: 'Demo' }, /^name has/],
    ['an unknown environment', { env: 3 as Env }, /^env is one of dev, beta, mainnet$/],
    ['no sides', { sides: [] }, /^sides has 1 to 8 numbers/],
    ['a side of one', { sides: [8, 1] }, /^sides\[1\] is an integer from 2$/],
    ['a broken side', { sides: [2.5] }, /^sides\[0\]/],
    ['too many cells', { sides: [2_048, 2_048] }, /more than 1048576 cells/],
    ['a broken time', { createdMs: 1.5 }, /^createdMs/],
    ['no founders', { founders: [] }, /^founders are 1 to 4096/],
    [
      'a cell beyond the torus',
      { founders: [founder({ cell: 8 })] },
      /^founders\[0\]\.cell is 8; this torus has cells 0 to 7$/
    ],
    ['a bad address', { founders: [founder({ addresses: ['x'] })] }, /^founders\[0\]\.addresses/],
    [
      'a short key',
      { founders: [founder({ keys: { ...memberKeys(0), peer: seedOf(3) } })] },
      /peer is no Ed25519/
    ],
    [
      'mock keys in mainnet',
      { env: Env.mainnet },
      /^founders\[0\]\.identity is no ML-DSA-65 public key/
    ],
    [
      'one founder twice',
      { founders: [founder(), founder()] },
      /^founders\[1\]\.identity is the same key as founders\[0\]\.identity$/
    ]
  ]
  for (const [desc, changes, message] of problems) {
    it(`with ${desc} is refused with the reason`, () => {
      const result = checkGenesis(genesis(changes))
      assert.ok(!result.ok)
      assert.match(result.message, message)
    })
  }

  const texts: [string, (file: Record<string, unknown>) => unknown, RegExp][] = [
    ['no object', () => [], /^the file is an object with name, env/],
    ['an unknown key', file => ({ ...file, seats: 3 }), /unknown key "seats"; remove it$/],
    ['a key left out', ({ sides: _, ...file }) => file, /^the file lacks "sides"$/],
    ['a number for a name', file => ({ ...file, name: 3 }), /^name is a string$/],
    ['an environment of its own', file => ({ ...file, env: 'prod' }), /^env is one of/],
    ['text for sides', file => ({ ...file, sides: '8x8' }), /^sides is a list$/],
    ['a side as text', file => ({ ...file, sides: ['8'] }), /^sides\[0\] is a number$/],
    ['a founder that is none', file => ({ ...file, founders: [3] }), /^founders\[0\] is an object/],
    [
      'a key that is no hex',
      file => ({ ...file, founders: [{ ...(file['founders'] as object[])[0], peer: 'xyz' }] }),
      /^founders\[0\]\.peer is written in hexadecimal/
    ]
  ]
  for (const [desc, change, message] of texts) {
    it(`as text with ${desc} is refused with the place`, () => {
      const file = JSON.parse(genesisToText(checked()))
      const result = genesisFromText(JSON.stringify(change(file)))
      assert.ok(!result.ok)
      assert.match(result.message, message)
    })
  }

  it('as text with more founders or characters than any mesh has is refused', () => {
    const file = JSON.parse(genesisToText(checked()))
    const crowd = JSON.stringify({ ...file, founders: new Array(4_097).fill(0) })
    const long = ' '.repeat(GENESIS_TEXT_MAX_CHARS + 1)
    const messages = [crowd, long].map(text => {
      const result = genesisFromText(text)
      return result.ok || result.message
    })
    assert.deepEqual(messages, [
      'founders are at most 4096 members',
      'the file has more than 33554432 characters'
    ])
  })

  it('as text that is no JSON is refused', () => {
    const result = genesisFromText('{"name": ')
    assert.ok(!result.ok && result.message.startsWith('the file is not JSON: '))
  })

  it('in bytes that are not canonical is refused', () => {
    const bytes = encodeGenesis(checked())
    const { members } = GenesisFile.decode(bytes)
    const reordered = GenesisFile.encode({
      ...GenesisFile.decode(bytes),
      members: members.toReversed()
    }).finish()
    for (const other of [
      reordered,
      Uint8Array.of(...bytes, 0xa8, 0x06, 7),
      bytes.subarray(0, -1)
    ]) {
      const result = decodeGenesis(other)
      assert.ok(!result.ok)
    }
  })

  it('never throws on text or bytes from outside', () => {
    const text = genesisToText(checked())
    const bytes = encodeGenesis(checked())
    fc.assert(
      fc.property(
        fc.string(),
        fc.uint8Array({ maxLength: 400 }),
        fc.nat(),
        fc.nat(255),
        (noise, junk, at, byte) => {
          const cut = at % text.length
          genesisFromText(noise)
          genesisFromText(text.slice(0, cut) + noise + text.slice(cut + 1))
          decodeGenesis(junk)
          const altered = Uint8Array.from(bytes)
          altered[at % bytes.length] = byte
          const result = decodeGenesis(altered)
          if (result.ok) assert.ok(equalBytes(encodeGenesis(result.genesis), altered))
        }
      ),
      { numRuns: 300, seed: 6 }
    )
  })
})
