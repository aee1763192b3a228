import { SUITES } from '@torusmesh/protocol'
import type { Field } from './fields.ts'
import { keyIdOf, suiteIdOf } from './keys.ts'
import { FILE_MAX_BYTES, KEYS_MAX, MANIFESTS_MAX, VERSION_MAX } from './limits.ts'
import { readManifest } from './read-manifest.ts'
import {
  type Metadata,
  type Pointer,
  RELEASE_SUITES,
  type ReleaseKey,
  ROLES,
  type Role,
  type RoleKeys,
  type Root
} from './types.ts'

const COMMON = ['role', 'version', 'expiresMs'] as const

/** Reads one role's file: what comes back has its fields in the one order in which they are signed. */
export function readMetadata<R extends Role>(
  field: Field,
  role: R
): Extract<Metadata, { role: R }> {
  return READERS[role](field) as Extract<Metadata, { role: R }>
}

const READERS: Readonly<Record<Role, (field: Field) => Metadata>> = {
  root: readRoot,
  targets(field) {
    const of = field.object(...COMMON, 'manifests')
    return {
      ...readCommon(of, 'targets'),
      manifests: of.manifests.ascending(0, MANIFESTS_MAX, readManifest, ({ name }) => name)
    }
  },
  snapshot(field) {
    const of = field.object(...COMMON, 'targets')
    return { ...readCommon(of, 'snapshot'), targets: readPointer(of.targets) }
  },
  timestamp(field) {
    const of = field.object(...COMMON, 'snapshot')
    return { ...readCommon(of, 'timestamp'), snapshot: readPointer(of.snapshot) }
  }
}

function readCommon<R extends Role>(
  of: Readonly<Record<(typeof COMMON)[number], Field>>,
  role: R
): { readonly role: R; readonly version: number; readonly expiresMs: number } {
  return {
    role: of.role.choice([role]),
    version: of.version.integer(1, VERSION_MAX),
    expiresMs: of.expiresMs.integer(0, Number.MAX_SAFE_INTEGER)
  }
}

function readPointer(field: Field): Pointer {
  const of = field.object('version', 'digest', 'sizeBytes')
  return {
    version: of.version.integer(1, VERSION_MAX),
    digest: of.digest.hex(32),
    sizeBytes: of.sizeBytes.integer(1, FILE_MAX_BYTES)
  }
}

function readRoot(field: Field): Root {
  const of = field.object(...COMMON, 'keys', 'roles')
  const common = readCommon(of, 'root')
  const keys = of.keys.ascending(1, KEYS_MAX, readKey, keyIdOf)
  const known = new Set(keys.map(keyIdOf))
  const roles = of.roles.object(...ROLES)
  return {
    ...common,
    keys,
    roles: {
      root: readRoleKeys(roles.root, known),
      targets: readRoleKeys(roles.targets, known),
      snapshot: readRoleKeys(roles.snapshot, known),
      timestamp: readRoleKeys(roles.timestamp, known)
    }
  }
}

function readKey(field: Field): ReleaseKey {
  const of = field.object('suite', 'publicKey')
  const suite = of.suite.choice(RELEASE_SUITES)
  return { suite, publicKey: of.publicKey.hex(SUITES[suiteIdOf(suite)].publicKeyBytes) }
}

function readRoleKeys(field: Field, known: ReadonlySet<string>): RoleKeys {
  const of = field.object('keys', 'threshold')
  const keys = of.keys.ascending(
    1,
    KEYS_MAX,
    item => item.hex(32),
    id => id
  )
  const stranger = keys.find(id => !known.has(id))
  if (stranger !== undefined) throw of.keys.fail(`${stranger} is not among the root’s keys`)
  return { keys, threshold: of.threshold.integer(1, keys.length) }
}
