import assert from 'node:assert/strict'
import { bytesToHex, Env, utf8 } from '@torusmesh/protocol'
import fc from 'fast-check'
import {
  addSignatures,
  checkProposal,
  decodeFile,
  type Manifest,
  manifestDigest,
  ROLES,
  signedBytes,
  signFile,
  targetsOf,
  trustedFromText,
  trustedToText,
  trustRoot,
  verifyRelease
} from '../../src/manifest/index.ts'
import { HANDS, hex, manifest, NOW, publish, rootOf, suites } from './publisher.ts'

const targets = (...manifests: Manifest[]): ReturnType<typeof targetsOf> =>
  targetsOf(manifests, { version: 1, expiresMs: NOW })

describe('a release file', () => {
  it('has one way to be written', async () => {
    const bytes = await signFile(targets(manifest()), HANDS.targets.signers, Env.mainnet)
    const text = new TextDecoder().decode(bytes)
    assert.ok(decodeFile(bytes, 'targets').ok)
    const others = [
      text.replace('{"signed"', '{ "signed"'),
      text.replace('"version":1', '"version":1.0'),
      text.replace('"version":1', '"version":1,"version":1'),
      text.replace('"label":"1.4.2"', '"label":"\\u0031.4.2"'),
      `\ufeff${text}`
    ]
    for (const other of others) {
      const result = decodeFile(utf8(other), 'targets')
      assert.ok(!result.ok, other.slice(0, 80))
    }
  })

  it('refuses what is out of bounds, naming the place', () => {
    const broken: [Partial<Record<keyof Manifest, unknown>>, RegExp][] = [
      [{ version: 0 }, /version: give a whole number/],
      [{ label: 'v 1' }, /label/],
      [{ name: '../etc' }, /name/],
      [{ artefacts: [] }, /artefacts: give a list/],
      [{ artefacts: manifest().artefacts.toReversed() }, /artefacts: sort it/],
      [
        { artefacts: [{ ...manifest().artefacts[0], platform: 'any' }, manifest().artefacts[1]] },
        /any/
      ],
      [{ artefacts: [{ ...manifest().artefacts[0], location: 'a/../b' }] }, /location/],
      [{ artefacts: [{ ...manifest().artefacts[0], sha256: hex('A') }] }, /sha256/],
      [{ previous: { version: 2, artefacts: manifest().artefacts } }, /previous.version/],
      [{ preflight: ['services-healthy', 'synced'] }, /preflight: sort it/],
      [{ preflight: ['rm -rf'] }, /preflight\[0\]: one of/],
      [{ gates: [{ signal: 'mood', tolerancePermille: 1 }] }, /signal: one of/],
      [{ timeouts: { ...manifest().timeouts, probeMs: 0 } }, /probeMs/],
      [{ hooks: ['sh'] } as object, /unknown field hooks/]
    ]
    for (const [changes, message] of broken) {
      const made = { ...manifest(), ...changes } as Manifest
      assert.throws(() => signedBytes(targets(made)), { code: 'malformed', message })
    }
  })

  it('never throws on bytes from outside', () => {
    const anything = fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.json().map(utf8))
    fc.assert(
      fc.property(anything, fc.constantFrom(...ROLES), (bytes, role) => {
        assert.ok(!decodeFile(bytes, role).ok)
      })
    )
  })

  it('gathers signatures of keyholders one after the other', async () => {
    const [one, two, three] = HANDS.targets.signers
    const first = await signFile(targets(manifest()), [two!], Env.mainnet)
    const second = await addSignatures(first, 'targets', [one!, two!], Env.mainnet)
    const third = await addSignatures(second, 'targets', [three!], Env.mainnet)
    const file = decodeFile(third, 'targets')
    assert.ok(file.ok)
    assert.equal(file.value.signatures.length, 3)
    await assert.rejects(addSignatures(third, 'root', [one!], Env.mainnet), { code: 'malformed' })
  })

  it('a root names only keys that it has, and enough of them', () => {
    const root = rootOf(HANDS, 1)
    const short = {
      ...root,
      roles: { ...root.roles, targets: { ...root.roles.targets, threshold: 4 } }
    }
    assert.throws(() => signedBytes(short), { message: /threshold/ })
    const strange = { ...root, keys: root.keys.slice(1) }
    assert.throws(() => signedBytes(strange), { message: /not among the root’s keys/ })
  })

  it('what is trusted survives being stored, and damage to it is noticed', async () => {
    const root = await signFile(rootOf(HANDS, 1), HANDS.root.signers, Env.mainnet)
    const trusted = trustRoot(root, Env.mainnet, suites)
    assert.ok(trusted.ok)
    const verified = verifyRelease(
      trusted.value,
      await publish({ versions: [1, 1, 1] }),
      NOW,
      suites
    )
    assert.ok(verified.ok)
    const text = trustedToText(verified.value)
    assert.deepEqual(trustedFromText(text), { ok: true, value: verified.value })
    for (const damaged of [
      '',
      'null',
      '{}',
      text.slice(0, -1),
      text.replace('"env":2', '"env":9')
    ]) {
      assert.ok(!trustedFromText(damaged).ok, damaged.slice(0, 40))
    }
  })

  it('golden bytes: the digest that a vote is about', () => {
    assert.equal(
      bytesToHex(manifestDigest(manifest())),
      'c442f9b2062a81a7397b68b8fc4133c5022cdc7447514d702506433bc9643100'
    )
  })
})

describe('proposing a manifest', () => {
  it('finds a wrong digest of a platform that this node doesn’t run', () => {
    const measured = new Map(
      [...manifest().artefacts, ...manifest().previous!.artefacts].map(({ sha256, sizeBytes }) => [
        sha256,
        { sha256, sizeBytes }
      ])
    )
    const check = (): string[] =>
      checkProposal(manifest(), ({ sha256 }) => measured.get(sha256)).map(refusal =>
        refusal.ok ? '' : `${refusal.code} ${refusal.message.split(':')[0]}`
      )
    assert.deepEqual(check(), [])
    measured.set(hex('a'), { sha256: hex('f'), sizeBytes: 1_000 })
    measured.set(hex('b'), { sha256: hex('b'), sizeBytes: 999 })
    measured.delete(hex('c'))
    assert.deepEqual(check(), [
      'wrong-artefact faucet for linux-arm64',
      'wrong-artefact faucet for linux-x64',
      'missing-artefact faucet for linux-arm64'
    ])
  })
})
