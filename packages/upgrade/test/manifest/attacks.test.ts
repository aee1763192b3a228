import assert from 'node:assert/strict'
import { Env, utf8 } from '@torusmesh/protocol'
import {
  type Checked,
  chooseArtefact,
  FILE_MAX_BYTES,
  type ReleaseFiles,
  type ReleaseRefusal,
  type Running,
  signFile,
  snapshotOf,
  type Trusted,
  targetsOf,
  timestampOf,
  trustRoot,
  verifyRelease
} from '../../src/manifest/index.ts'
import {
  DAY_MS,
  HANDS,
  type Hands,
  hex,
  manifest,
  NOW,
  publish,
  rootOf,
  signer,
  suites
} from './publisher.ts'

const verify = (trusted: Trusted, files: ReleaseFiles, now = NOW): Checked<Trusted> =>
  verifyRelease(trusted, files, now, suites)

function accepted<T>(result: Checked<T>): T {
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}

function refusedAs(result: Checked<unknown>, code: ReleaseRefusal): void {
  assert.ok(!result.ok, `taken, but ${code} was due`)
  assert.equal(result.code, code, result.message)
}

const signRoot = (
  root: ReturnType<typeof rootOf>,
  ...hands: readonly Hands[]
): Promise<Uint8Array> =>
  signFile(root, [...new Set(hands.flatMap(({ root }) => root.signers.slice(0, 2)))], Env.mainnet)

const RUNNING: Running = {
  ...{ name: 'faucet', kind: 'process', platform: 'linux-x64' },
  ...{ version: 1, sha256: hex('d') }
}

describe('the ten attacks on a release', () => {
  let first: Trusted
  let held: Trusted
  let current: ReleaseFiles

  before(async () => {
    first = accepted(trustRoot(await signRoot(rootOf(HANDS, 1), HANDS), Env.mainnet, suites))
    current = await publish({ versions: [5, 5, 5] })
    held = accepted(verify(first, current))
  })

  const mallory = signer(99)
  const malloryHands: Hands = {
    root: { signers: [mallory], threshold: 1 },
    targets: { signers: [mallory], threshold: 1 },
    snapshot: { signers: [mallory], threshold: 1 },
    timestamp: { signers: [mallory], threshold: 1 }
  }

  it('1 arbitrary install: files that nobody of the root signed', async () => {
    refusedAs(
      verify(first, await publish({ versions: [6, 6, 6], hands: malloryHands })),
      'below-threshold'
    )
    const root = await signRoot(rootOf(malloryHands, 2), malloryHands)
    const own = await publish({ versions: [6, 6, 6], hands: malloryHands, roots: [root] })
    refusedAs(verify(first, own), 'below-threshold')
    accepted(verify(first, await publish({ versions: [6, 6, 6] })))
  })

  it('1 arbitrary install: files of another mesh under the same keys', async () => {
    refusedAs(
      verify(first, await publish({ versions: [6, 6, 6], env: Env.beta })),
      'below-threshold'
    )
  })

  it('2 endless data: a file longer than its kind or its pointer allows', () => {
    const endless = new Uint8Array(FILE_MAX_BYTES + 1).fill(0x20)
    refusedAs(verify(first, { ...current, timestamp: endless }), 'too-large')
    refusedAs(verify(first, { ...current, roots: [endless] }), 'too-large')
    const longer = utf8(`${new TextDecoder().decode(current.targets)} `)
    refusedAs(verify(first, { ...current, targets: longer }), 'mismatch')
    refusedAs(
      verify(first, { ...current, timestamp: utf8('['.repeat(FILE_MAX_BYTES)) }),
      'malformed'
    )
    refusedAs(verify(first, { ...current, roots: Array(33).fill(endless) }), 'too-many-roots')
    accepted(verify(first, current))
  })

  it('3 extraneous dependencies: a manifest that names more than its artefacts', async () => {
    const text = new TextDecoder().decode(current.targets)
    const more = utf8(text.replace('"label"', '"dependencies":["evil"],"label"'))
    refusedAs(verify(first, await around(more)), 'malformed')
    const choice = accepted(chooseArtefact(held.targets!, RUNNING, NOW))
    assert.equal(choice.artefact.sha256, hex('b'))
  })

  it('4 fast-forward: versions used up with stolen keys are mended by a rotation', async () => {
    const stolen = await publish({ versions: [5, 2 ** 32 - 1, 2 ** 32 - 1] })
    const stuck = accepted(verify(held, stolen))
    refusedAs(verify(stuck, await publish({ versions: [6, 6, 6] })), 'rollback')
    const fresh: Hands = {
      ...HANDS,
      snapshot: { signers: [signer(17)], threshold: 1 },
      timestamp: { signers: [signer(18)], threshold: 1 }
    }
    const roots = [await signRoot(rootOf(fresh, 2), HANDS)]
    const mended = accepted(
      verify(stuck, await publish({ versions: [6, 6, 6], hands: fresh, roots }))
    )
    assert.equal(mended.root.version, 2)
    // The targets' own keys were not replaced: their versions still count.
    refusedAs(
      verify(stuck, await publish({ versions: [4, 6, 6], hands: fresh, roots })),
      'rollback'
    )
  })

  it('4 fast-forward: of the targets too', async () => {
    const stuck = accepted(verify(held, await publish({ versions: [2 ** 32 - 1, 6, 6] })))
    refusedAs(verify(stuck, await publish({ versions: [7, 7, 7] })), 'rollback')
    const fresh: Hands = { ...HANDS, targets: { signers: [signer(14)], threshold: 1 } }
    const roots = [await signRoot(rootOf(fresh, 2), HANDS)]
    accepted(verify(stuck, await publish({ versions: [7, 7, 7], hands: fresh, roots })))
  })

  it('5 indefinite freeze: a mirror that stands still is noticed once its timestamp expires', async () => {
    accepted(verify(held, current, NOW + DAY_MS - 1))
    refusedAs(verify(held, current, NOW + DAY_MS), 'expired')
    const roots = [await signRoot(rootOf(HANDS, 2, NOW), HANDS)]
    refusedAs(verify(held, { ...current, roots }), 'expired')
    const next = [...roots, await signRoot(rootOf(HANDS, 3), HANDS)]
    assert.equal(accepted(verify(held, { ...current, roots: next })).root.version, 3)
  })

  it('6 malicious mirror: every byte that it changes is noticed', () => {
    for (const role of ['timestamp', 'snapshot', 'targets'] as const) {
      for (let at = 0; at < current[role].length; at += 101) {
        const bytes = Uint8Array.from(current[role])
        bytes[at]! ^= 1
        const result = verify(held, { ...current, [role]: bytes })
        assert.ok(!result.ok, `${role} with byte ${at} changed`)
      }
    }
    accepted(verify(held, current))
  })

  it('7 mix-and-match: files of two releases that were never current together', async () => {
    const next = await publish({ versions: [6, 6, 6] })
    refusedAs(verify(held, { ...next, targets: current.targets }), 'mismatch')
    refusedAs(verify(held, { ...next, snapshot: current.snapshot }), 'mismatch')
    const twin = await publish({ versions: [6, 6, 6], expiresMs: NOW + 1 })
    refusedAs(verify(held, { ...twin, timestamp: next.timestamp }), 'mismatch')
    const dated = { version: 6, expiresMs: NOW + DAY_MS }
    for (const wrong of [6, 7]) {
      const ofTargets = { version: wrong === 6 ? 7 : 6, file: next.targets }
      const snapshot = await signFile(
        snapshotOf(ofTargets, dated),
        HANDS.snapshot.signers,
        Env.mainnet
      )
      const ofSnapshot = { version: wrong, file: snapshot }
      const timestamp = await signFile(
        timestampOf(ofSnapshot, dated),
        HANDS.timestamp.signers,
        Env.mainnet
      )
      refusedAs(verify(held, { ...next, snapshot, timestamp }), 'mismatch')
    }
    accepted(verify(held, next))
  })

  it('8 rollback: an older timestamp, snapshot, targets or manifest', async () => {
    for (const versions of [
      [5, 5, 4],
      [5, 4, 6],
      [4, 6, 6]
    ] as const) {
      refusedAs(verify(held, await publish({ versions })), 'rollback')
    }
    const older = manifest({ version: 1, previous: null })
    refusedAs(verify(held, await publish({ versions: [6, 6, 6], manifests: [older] })), 'rollback')
    const newer = manifest({ version: 3 })
    accepted(verify(held, await publish({ versions: [6, 6, 6], manifests: [newer] })))
  })

  it('8 rollback: a version that is out can’t become something else', async () => {
    refusedAs(
      verify(held, await publish({ versions: [5, 5, 5], expiresMs: NOW + 1 })),
      'equivocation'
    )
    const other = manifest({ label: '1.4.3' })
    refusedAs(
      verify(held, await publish({ versions: [6, 6, 6], manifests: [other] })),
      'equivocation'
    )
    const longer = manifest({ expiresMs: NOW + 60 * DAY_MS })
    accepted(verify(held, await publish({ versions: [6, 6, 6], manifests: [longer] })))
  })

  it('9 key compromise below the threshold: one of two keys, twice, is one key', async () => {
    const [one, two] = HANDS.targets.signers
    const targets = targetsOf([manifest({ version: 9 })], { version: 6, expiresMs: NOW + DAY_MS })
    const with1 = await signFile(targets, [one!, mallory], Env.mainnet)
    refusedAs(verify(held, await around(with1)), 'below-threshold')
    await assert.rejects(signFile(targets, [one!, one!], Env.mainnet), { code: 'malformed' })
    const [online] = HANDS.snapshot.signers
    const withOther = await signFile(targets, [one!, online!], Env.mainnet)
    refusedAs(verify(held, await around(withOther)), 'below-threshold')
    const with2 = await signFile(targets, [one!, two!], Env.mainnet)
    accepted(verify(held, await around(with2)))
  })

  it('9 key compromise: a root needs its predecessor’s keys and its own', async () => {
    const fresh: Hands = { ...HANDS, root: { signers: [signer(11), signer(12)], threshold: 2 } }
    const root = rootOf(fresh, 2)
    for (const hands of [HANDS, fresh]) {
      refusedAs(
        verify(held, { ...current, roots: [await signRoot(root, hands)] }),
        'below-threshold'
      )
    }
    const roots = [await signRoot(root, HANDS, fresh)]
    assert.equal(accepted(verify(held, { ...current, roots })).root.version, 2)
    const gap = [await signRoot(rootOf(HANDS, 3), HANDS)]
    refusedAs(verify(held, { ...current, roots: gap }), 'root-gap')
  })

  it('10 wrong software: an artefact that is not for this node', () => {
    const choose = (changes: Partial<Running>): Checked<unknown> =>
      chooseArtefact(held.targets!, { ...RUNNING, ...changes }, NOW)
    refusedAs(choose({ name: 'wallet' }), 'no-manifest')
    refusedAs(choose({ kind: 'container-image' }), 'wrong-kind')
    refusedAs(choose({ platform: 'darwin-arm64' }), 'wrong-platform')
    refusedAs(choose({ version: 2 }), 'not-newer')
    refusedAs(choose({ sha256: hex('e') }), 'wrong-previous')
    refusedAs(chooseArtefact(held.targets!, RUNNING, NOW + 30 * DAY_MS), 'expired')
    accepted(choose({}))
  })

  /** Targets that somebody else signed, named by the honest online keys. */
  async function around(targets: Uint8Array): Promise<ReleaseFiles> {
    const dated = { version: 6, expiresMs: NOW + DAY_MS }
    const snapshot = await signFile(
      snapshotOf({ version: 6, file: targets }, dated),
      HANDS.snapshot.signers,
      Env.mainnet
    )
    const timestamp = await signFile(
      timestampOf({ version: 6, file: snapshot }, dated),
      HANDS.timestamp.signers,
      Env.mainnet
    )
    return { roots: [], timestamp, snapshot, targets }
  }
})
