import { type Env, isEnv, type SuiteSet } from '@torusmesh/protocol'
import { type Checked, refused } from './codes.ts'
import { Field, Malformed } from './fields.ts'
import { decodeFile, signedBytes } from './file.ts'
import { hasThreshold } from './keys.ts'
import { FILE_MAX_BYTES } from './limits.ts'
import { readMetadata } from './read-metadata.ts'
import {
  type Metadata,
  ROLES,
  type Root,
  type Snapshot,
  type Targets,
  type Timestamp
} from './types.ts'

/** What a node has verified so far; every later release is measured by it. */
export interface Trusted {
  readonly env: Env
  readonly root: Root
  readonly timestamp?: Timestamp
  readonly snapshot?: Snapshot
  readonly targets?: Targets
}

/**
 * Begins with a root that came with the node or by hand: only its own signatures are checked, so
 * whoever hands it in must know where it is from.
 */
export function trustRoot(bytes: Uint8Array, env: Env, suites: SuiteSet): Checked<Trusted> {
  const file = decodeFile(bytes, 'root')
  if (!file.ok) return file
  const { signed, signatures } = file.value
  const isSigned = hasThreshold(signed, signed.roles.root, signedBytes(signed), signatures, {
    env,
    suites
  })
  return isSigned ? { ok: true, value: { env, root: signed } } : refused('below-threshold', 'root')
}

/** One line of JSON for the node's own disk; signatures were checked before. */
export function trustedToText(trusted: Trusted): string {
  return JSON.stringify(trusted)
}

/** Reads what {@link trustedToText} wrote; a damaged file is refused, not repaired. */
export function trustedFromText(text: string): Checked<Trusted> {
  if (text.length > 2 * FILE_MAX_BYTES) return refused('too-large', 'trusted')
  try {
    return { ok: true, value: readTrusted(JSON.parse(text)) }
  } catch (error) {
    if (error instanceof SyntaxError) return refused('malformed', 'trusted: no JSON')
    if (error instanceof Malformed) return refused('malformed', error.message)
    throw error
  }
}

function readTrusted(json: unknown): Trusted {
  const given = Object.keys((json ?? {}) as object)
  const optional = ROLES.filter(role => role !== 'root' && given.includes(role))
  const of = new Field(json, 'trusted').object('env', 'root', ...optional) as Record<string, Field>
  const env = of['env']!.integer(0, 255)
  if (!isEnv(env)) throw of['env']!.fail('no environment')
  const rest = optional.map((role): [string, Metadata] => [role, readMetadata(of[role]!, role)])
  return { env, root: readMetadata(of['root']!, 'root'), ...Object.fromEntries(rest) }
}
