import type { SignalName } from '../judge/signals.ts'
/** Roles as in The Update Framework 1.0.34, without delegations. */
export const ROLES = ['root', 'targets', 'snapshot', 'timestamp'] as const
export type Role = (typeof ROLES)[number]

/** Suites whose signatures count; `mock` in a `dev` mesh only. */
export const RELEASE_SUITES = ['ml-dsa-44', 'ml-dsa-65', 'mock'] as const
export type ReleaseSuite = (typeof RELEASE_SUITES)[number]

/** A public key, in hexadecimal digits. */
export interface ReleaseKey {
  readonly suite: ReleaseSuite
  readonly publicKey: string
}

/** Who speaks for a role: so many of these keys together. */
export interface RoleKeys {
  /** Key ids, ascending. */
  readonly keys: readonly string[]
  readonly threshold: number
}

/** What every role's file says. */
interface Dated {
  /** From 1, strictly increasing. */
  readonly version: number
  /** Unix time, milliseconds: from then on the file counts no more. */
  readonly expiresMs: number
}

/** The keys of all roles; kept offline, rotated by a version that the old and the new keys sign. */
export interface Root extends Dated {
  readonly role: 'root'
  /** In the order of their ids. */
  readonly keys: readonly ReleaseKey[]
  readonly roles: Readonly<Record<Role, RoleKeys>>
}

/** Exactly one file: its version, digest (see `fileDigest`) in hexadecimal digits, and length. */
export interface Pointer {
  readonly version: number
  readonly digest: string
  readonly sizeBytes: number
}

/** What is current; signed anew often, so that a mirror can't hold a node back for long. */
export interface Timestamp extends Dated {
  readonly role: 'timestamp'
  readonly snapshot: Pointer
}

/** Which targets belong together. */
export interface Snapshot extends Dated {
  readonly role: 'snapshot'
  readonly targets: Pointer
}

/** What may run. */
export interface Targets extends Dated {
  readonly role: 'targets'
  /** In the order of their names, one a name. */
  readonly manifests: readonly Manifest[]
}

export type Metadata = Root | Timestamp | Snapshot | Targets

export const TARGET_KINDS = ['container-image', 'wasm-runtime', 'process'] as const
export type TargetKind = (typeof TARGET_KINDS)[number]

/** The bytes for one platform. */
export interface Artefact {
  /** `linux-x64`, as Node writes it; `any` stands alone. */
  readonly platform: string
  /** Hexadecimal digits; of a container image the digest that the engine knows it by. */
  readonly sha256: string
  /** Exact length; of a container image the most that the engine may unpack. */
  readonly sizeBytes: number
  /** Path on a mirror, or the image's repository. */
  readonly location: string
}

/** What must hold on a node before it touches anything; digests are always checked. */
export const PREFLIGHT_CHECKS = ['synced', 'services-healthy', 'no-pending-approvals'] as const
export type PreflightCheck = (typeof PREFLIGHT_CHECKS)[number]

/** A bound on one signal by which upgraded members are compared with the others. */
export interface HealthGate {
  readonly signal: SignalName
  /** How much worse than the control group is still the same, in thousandths. */
  readonly tolerancePermille: number
}

/** Milliseconds that each step may take at most; `bakeMs` is how long a wave is watched. */
export interface UpgradeTimeouts {
  readonly stageMs: number
  readonly probeMs: number
  readonly swapMs: number
  readonly verifyMs: number
  readonly rollbackMs: number
  readonly bakeMs: number
}

/** What an upgrade installs, everywhere. */
export interface Manifest {
  /** Of the service, as catalogues name it. */
  readonly name: string
  readonly kind: TargetKind
  /** Strictly increasing. */
  readonly version: number
  /** For people: `1.4.2`. */
  readonly label: string
  /** Unix time, milliseconds: no upgrade starts from then on. */
  readonly expiresMs: number
  /** In the order of their platforms. */
  readonly artefacts: readonly Artefact[]
  /** What it replaces and a rollback returns to; `null` for a first release. */
  readonly previous: {
    readonly version: number
    readonly artefacts: readonly Artefact[]
  } | null
  /** In the order of {@link PREFLIGHT_CHECKS}. */
  readonly preflight: readonly PreflightCheck[]
  /** In the order of their signals, one a signal. */
  readonly gates: readonly HealthGate[]
  readonly timeouts: UpgradeTimeouts
}
