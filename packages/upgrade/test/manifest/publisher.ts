import { type Attestor, Env, SuiteId, type SuiteSet, suiteOf } from '@torusmesh/protocol'
import { createAttestor, nativeSuites } from '@torusmesh/protocol/native'
import {
  keyList,
  type Manifest,
  type ReleaseFiles,
  ROLES,
  type Role,
  type Root,
  releaseKeyOf,
  signFile,
  snapshotOf,
  targetsOf,
  timestampOf
} from '../../src/manifest/index.ts'

export const NOW = 1_800_000_000_000
export const DAY_MS = 86_400_000

export const suites: SuiteSet = (await nativeSuites()).suites

/** The same key for the same number in every run. */
export function signer(number: number): Attestor {
  const seed = new Uint8Array(32).fill(number)
  return createAttestor(SuiteId.mlDsa44, suiteOf(suites, SuiteId.mlDsa44).keygen(seed))
}

export type Hands = Readonly<
  Record<Role, { readonly signers: readonly Attestor[]; readonly threshold: number }>
>

export const HANDS: Hands = {
  root: { signers: [signer(1), signer(2), signer(3)], threshold: 2 },
  targets: { signers: [signer(4), signer(5), signer(6)], threshold: 2 },
  snapshot: { signers: [signer(7)], threshold: 1 },
  timestamp: { signers: [signer(8)], threshold: 1 }
}

export function rootOf(hands: Hands, version: number, expiresMs = NOW + 365 * DAY_MS): Root {
  const all = ROLES.flatMap(role => hands[role].signers.map(releaseKeyOf))
  const roleKeys = (role: Role): Root['roles'][Role] => ({
    keys: keyList(hands[role].signers.map(releaseKeyOf)).ids,
    threshold: hands[role].threshold
  })
  return {
    role: 'root',
    version,
    expiresMs,
    keys: keyList(all).keys,
    roles: {
      root: roleKeys('root'),
      targets: roleKeys('targets'),
      snapshot: roleKeys('snapshot'),
      timestamp: roleKeys('timestamp')
    }
  }
}

export interface Edition {
  readonly versions: readonly [targets: number, snapshot: number, timestamp: number]
  readonly manifests?: readonly Manifest[]
  readonly roots?: readonly Uint8Array[]
  readonly hands?: Hands
  readonly expiresMs?: number
  readonly env?: Env
}

/** Everything a publisher puts on a mirror. */
export async function publish(edition: Edition): Promise<ReleaseFiles> {
  const { versions, roots = [], hands = HANDS, env = Env.mainnet } = edition
  const { manifests = [manifest()], expiresMs = NOW + DAY_MS } = edition
  const [targetsVersion, snapshotVersion, version] = versions
  const sign = (metadata: Parameters<typeof signFile>[0]): Promise<Uint8Array> =>
    signFile(metadata, hands[metadata.role].signers.slice(0, hands[metadata.role].threshold), env)
  const targets = await sign(targetsOf(manifests, { version: targetsVersion, expiresMs }))
  const ofTargets = { version: targetsVersion, file: targets }
  const snapshot = await sign(snapshotOf(ofTargets, { version: snapshotVersion, expiresMs }))
  const ofSnapshot = { version: snapshotVersion, file: snapshot }
  const timestamp = await sign(timestampOf(ofSnapshot, { version, expiresMs }))
  return { roots, timestamp, snapshot, targets }
}

export const hex = (digit: string): string => digit.repeat(64)

/** Version 2 of a service, for two platforms. */
export function manifest(changes: Partial<Manifest> = {}): Manifest {
  const of = (platform: string, digit: string): Manifest['artefacts'][number] => ({
    platform,
    sha256: hex(digit),
    sizeBytes: 1_000,
    location: `faucet/${platform}/${digit}`
  })
  return {
    name: 'faucet',
    kind: 'process',
    version: 2,
    label: '1.4.2',
    expiresMs: NOW + 30 * DAY_MS,
    artefacts: [of('linux-arm64', 'a'), of('linux-x64', 'b')],
    previous: { version: 1, artefacts: [of('linux-arm64', 'c'), of('linux-x64', 'd')] },
    preflight: ['synced', 'services-healthy'],
    gates: [{ signal: 'errorsPermille', tolerancePermille: 250 }],
    timeouts: {
      ...{ stageMs: 60_000, probeMs: 30_000, swapMs: 30_000 },
      ...{ verifyMs: 30_000, rollbackMs: 60_000, bakeMs: 600_000 }
    },
    ...changes
  }
}
