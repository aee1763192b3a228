import { equalBytes, type SuiteSet } from '@torusmesh/protocol'
import { type Checked, refused } from './codes.ts'
import { decodeFile, type SignedFile, signedBytes } from './file.ts'
import { hasThreshold, type SignatureCheck } from './keys.ts'
import { ROOT_STEPS_MAX } from './limits.ts'
import { pointsAt } from './pointer.ts'
import type { Trusted } from './trusted.ts'
import type { Manifest, Metadata, Role, RoleKeys, Root, Targets } from './types.ts'

/** Files as a mirror gives them. Nothing about them is believed. */
export interface ReleaseFiles {
  /** Root versions after the trusted one, in order; empty if there are none. */
  readonly roots: readonly Uint8Array[]
  readonly timestamp: Uint8Array
  readonly snapshot: Uint8Array
  readonly targets: Uint8Array
}

/**
 * Checks a release as a TUF client does (specification 1.0.34, section 5): root by root, then what is
 * current, then what belongs together, then what may run. Pure; does at most 32 × 16 signature checks
 * for roots and 16 for each other file.
 *
 * @param trusted - what this node verified last; unchanged
 * @param now - Unix time, integer milliseconds
 * @returns what to trust from now on: store it before anything is installed from it
 */
export function verifyRelease(
  trusted: Trusted,
  files: ReleaseFiles,
  now: number,
  suites: SuiteSet
): Checked<Trusted> {
  const check = { env: trusted.env, suites }
  const walked = walkRoots(trusted, files.roots, check)
  if (!walked.ok) return walked
  const base = walked.value
  if (base.root.expiresMs <= now) return refused('expired', 'root')

  const read = <R extends Exclude<Role, 'root'>>(
    role: R
  ): Checked<Extract<Metadata, { role: R }>> => readSigned(files[role], role, base.root, check)
  const timestamp = read('timestamp')
  if (!timestamp.ok) return timestamp
  const stale = olderThan(base.timestamp, timestamp.value, now)
  if (stale !== undefined) return stale

  if (!pointsAt(timestamp.value.snapshot, files.snapshot)) return refused('mismatch', 'snapshot')
  const snapshot = read('snapshot')
  if (!snapshot.ok) return snapshot
  if (snapshot.value.version !== timestamp.value.snapshot.version) {
    return refused('mismatch', 'snapshot')
  }
  const staleSnapshot = olderThan(base.snapshot, snapshot.value, now)
  if (staleSnapshot !== undefined) return staleSnapshot

  if (!pointsAt(snapshot.value.targets, files.targets)) return refused('mismatch', 'targets')
  const targets = read('targets')
  if (!targets.ok) return targets
  if (targets.value.version !== snapshot.value.targets.version)
    return refused('mismatch', 'targets')
  const staleTargets =
    olderThan(base.targets, targets.value, now) ?? olderManifest(base.targets, targets.value)
  if (staleTargets !== undefined) return staleTargets
  const value: Trusted = {
    env: trusted.env,
    root: base.root,
    timestamp: timestamp.value,
    snapshot: snapshot.value,
    targets: targets.value
  }
  return { ok: true, value }
}

/** Each root is signed by the one before and by itself; only the last must not be out of date. */
function walkRoots(
  trusted: Trusted,
  roots: readonly Uint8Array[],
  check: SignatureCheck
): Checked<Trusted> {
  if (roots.length > ROOT_STEPS_MAX) return refused('too-many-roots', 'root')
  let held = trusted
  for (const bytes of roots) {
    const next = readRoot(bytes, held.root, check)
    if (!next.ok) return next
    held = afterRotation(held, next.value)
  }
  return { ok: true, value: held }
}

function readRoot(bytes: Uint8Array, before: Root, check: SignatureCheck): Checked<Root> {
  const file = decodeFile(bytes, 'root')
  if (!file.ok) return file
  const { signed, signatures } = file.value
  if (signed.version !== before.version + 1) return refused('root-gap', 'root')
  const message = signedBytes(signed)
  const bySelfAndBefore = [before, signed].every(root =>
    hasThreshold(root, root.roles.root, message, signatures, check)
  )
  if (!bySelfAndBefore) return refused('below-threshold', 'root')
  return { ok: true, value: signed }
}

/**
 * A role whose keys were replaced starts anew: whoever stole the old ones may have used up the
 * versions (fast-forward; TUF 5.3.11). Targets are named by the two other roles, which start anew with it.
 */
function afterRotation(held: Trusted, root: Root): Trusted {
  const kept = (role: Role): boolean => isSame(held.root.roles[role], root.roles[role])
  const { env, targets } = held
  if (!kept('targets')) return { env, root }
  const keepsTargets = targets === undefined ? {} : { targets }
  if (!kept('timestamp') || !kept('snapshot')) return { env, root, ...keepsTargets }
  return { ...held, root }
}

function isSame(a: RoleKeys, b: RoleKeys): boolean {
  return a.threshold === b.threshold && a.keys.join() === b.keys.join()
}

function readSigned<R extends Role>(
  bytes: Uint8Array,
  role: R,
  root: Root,
  check: SignatureCheck
): Checked<Extract<Metadata, { role: R }>> {
  const file = decodeFile(bytes, role)
  if (!file.ok) return file
  const { signed, signatures } = file.value as SignedFile & SignedFile<R>
  const isSigned = hasThreshold(root, root.roles[role], signedBytes(signed), signatures, check)
  return isSigned ? { ok: true, value: signed } : refused('below-threshold', role)
}

/** Older than what is trusted, another file of the same version, or out of date. */
function olderThan(
  held: Metadata | undefined,
  got: Metadata,
  now: number
): Checked<never> | undefined {
  if (held !== undefined && got.version < held.version) return refused('rollback', got.role)
  if (held?.version === got.version && !equalBytes(signedBytes(held), signedBytes(got))) {
    return refused('equivocation', got.role)
  }
  return got.expiresMs <= now ? refused('expired', got.role) : undefined
}

/** No name goes back to an older version, nor changes what a version is. */
function olderManifest(held: Targets | undefined, got: Targets): Checked<never> | undefined {
  const before = new Map(held?.manifests.map(manifest => [manifest.name, manifest]))
  for (const manifest of got.manifests) {
    const known = before.get(manifest.name)
    if (known === undefined) continue
    if (manifest.version < known.version) return refused('rollback', manifest.name)
    if (manifest.version === known.version && !isSameContent(known, manifest)) {
      return refused('equivocation', manifest.name)
    }
  }
  return undefined
}

/** What may change of a version that is out: how long it can still be installed. */
function isSameContent(a: Manifest, b: Manifest): boolean {
  return JSON.stringify({ ...a, expiresMs: 0 }) === JSON.stringify({ ...b, expiresMs: 0 })
}
