import { type Attestor, bytesToHex, Domain, type Env, SUITES } from '@torusmesh/protocol'
import { ReleaseError } from './codes.ts'
import { decodeFile, encodeFile, signedBytes } from './file.ts'
import { keyIdOf, type RoleSignature } from './keys.ts'
import { pointerTo } from './pointer.ts'
import {
  type Metadata,
  RELEASE_SUITES,
  type ReleaseKey,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp
} from './types.ts'

/**
 * The key of a signer that may be far away: in a vault, on a token.
 *
 * @throws ReleaseError `malformed` for a suite whose signatures don't count for releases
 */
export function releaseKeyOf({ suite, publicKey }: Attestor): ReleaseKey {
  const found = RELEASE_SUITES.find(name => name === SUITES[suite].name)
  if (found === undefined) {
    const message = `${SUITES[suite].name} signs no releases; take ml-dsa-44 or ml-dsa-65`
    throw new ReleaseError('malformed', message)
  }
  return { suite: found, publicKey: bytesToHex(publicKey) }
}

/**
 * A role's file, signed by everybody who is at hand. Others add theirs with {@link addSignatures}.
 *
 * @throws ReleaseError `malformed`, `too-large`; whatever a signer throws
 */
export async function signFile(
  metadata: Metadata,
  signers: readonly Attestor[],
  env: Env
): Promise<Uint8Array> {
  const message = signedBytes(metadata)
  const signatures = await Promise.all(signers.map(signer => signBy(signer, message, env)))
  return encodeFile({ signed: metadata, signatures: inOrder(signatures) })
}

/**
 * Adds signatures to a file that others have signed before, on another machine.
 *
 * @throws ReleaseError with the reason why the bytes are no file of the role
 */
export async function addSignatures(
  bytes: Uint8Array,
  role: Metadata['role'],
  signers: readonly Attestor[],
  env: Env
): Promise<Uint8Array> {
  const file = decodeFile(bytes, role)
  if (!file.ok) throw new ReleaseError(file.code, file.message)
  const { signed, signatures } = file.value
  const message = signedBytes(signed)
  const added = await Promise.all(signers.map(signer => signBy(signer, message, env)))
  const fresh = new Set(added.map(({ key }) => key))
  const kept = signatures.filter(({ key }) => !fresh.has(key))
  return encodeFile({ signed, signatures: inOrder([...kept, ...added]) })
}

/** Keys in the order in which a root lists them, and their ids. */
export function keyList(keys: readonly ReleaseKey[]): Pick<Root, 'keys'> & { ids: string[] } {
  const byId = new Map(keys.map(key => [keyIdOf(key), key]))
  const ids = [...byId.keys()].sort()
  return { keys: ids.map(id => byId.get(id)!), ids }
}

/** @param targets - the signed file of the targets that are to be current */
export function snapshotOf(
  targets: { readonly version: number; readonly file: Uint8Array },
  dated: Pick<Snapshot, 'version' | 'expiresMs'>
): Snapshot {
  return { role: 'snapshot', ...dated, targets: pointerTo(targets.version, targets.file) }
}

/** @param snapshot - the signed file of the snapshot that is to be current */
export function timestampOf(
  snapshot: { readonly version: number; readonly file: Uint8Array },
  dated: Pick<Timestamp, 'version' | 'expiresMs'>
): Timestamp {
  return { role: 'timestamp', ...dated, snapshot: pointerTo(snapshot.version, snapshot.file) }
}

/** Manifests in the order in which targets list them. */
export function targetsOf(
  manifests: Targets['manifests'],
  dated: Pick<Targets, 'version' | 'expiresMs'>
): Targets {
  const sorted = manifests.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return { role: 'targets', ...dated, manifests: sorted }
}

async function signBy(signer: Attestor, message: Uint8Array, env: Env): Promise<RoleSignature> {
  const signature = await signer.signAttestation(message, Domain.manifest, env)
  return { key: keyIdOf(releaseKeyOf(signer)), signature: bytesToHex(signature) }
}

function inOrder(signatures: readonly RoleSignature[]): RoleSignature[] {
  return signatures.toSorted((a, b) => (a.key < b.key ? -1 : 1))
}
