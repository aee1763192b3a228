import type { Env } from '@torusmesh/protocol'
import type { Torus } from '@torusmesh/torus'
import { type Digest, Writer } from '../certificate/codec.ts'
import { Epoch } from '../certificate/epoch.ts'
import { digestOf, Hashed } from '../certificate/statement.ts'
import { defaultPolicy, type Policy, type Sha256 } from '../governance/index.ts'

/** A founder: a member by the genesis file, a validator of the first epoch. */
export interface Founder {
  /** Member id, 32 bytes. */
  readonly id: Uint8Array
  /** ML-DSA-65 identity key: its statements and votes. */
  readonly publicKey: Uint8Array
}

/** What every node of a mesh must have the same of, before anything is decided. */
export interface CouncilTerms {
  readonly network: string
  readonly env: Env
  /** Hash of the genesis file: first seed and origin. */
  readonly genesis: Digest
  readonly torus: Torus
  readonly founders: readonly Founder[]
  /** Unix ms: from here the mesh's time runs. */
  readonly createdMs: number
  /** Ms of mesh time in a ms of real time; above 1 to try governance out. */
  readonly pace: number
  readonly policy: Policy
  /** Values of parameters at the start. */
  readonly parameters: Readonly<Record<string, number>>
  /** Δ0 of the engine's timeouts, ms of real time. */
  readonly delayMs: number
}

/** What the pure council gets from the world: both pure and repeatable. */
export interface CouncilPorts {
  readonly sha256: Sha256
  /** Checks an ML-DSA-65 signature under a context; `false` for whatever isn't one. */
  verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array
  ): boolean
}

/**
 * The policy of a new mesh: {@link defaultPolicy}, but founders may propose. Nobody has contributed
 * anything at genesis, so nobody could ever vote the rules into force; an amendment raises them.
 */
export const foundingPolicy: Policy = {
  ...defaultPolicy,
  weight: { ...defaultPolicy.weight, contributingPoints: 0 },
  types: {
    ...defaultPolicy.types,
    amendment: { ...defaultPolicy.types.amendment, contributionLeast: 0 }
  }
}

/** Values at genesis of the parameters that {@link foundingPolicy} opens to votes. */
export const foundingParameters: Readonly<Record<string, number>> = {
  'gossip.fanout': 6,
  'health.suspect-ms': 3_000,
  'limits.message-bytes': 262_144,
  'signature.category': 3
}

/** Unix ms as mesh time. */
export function meshMs({ createdMs, pace }: CouncilTerms, wallMs: number): number {
  return createdMs + Math.max(0, wallMs - createdMs) * pace
}

/** Real ms until a mesh time, at least 0. */
export function realDelayMs(terms: CouncilTerms, atMeshMs: number, wallMs: number): number {
  return Math.max(0, Math.ceil((atMeshMs - meshMs(terms, wallMs)) / terms.pace))
}

/** Services that an emergency can pause: nodes stop them while it lasts. */
export const pausableServices = ['join', 'relay'] as const
export type PausableService = (typeof pausableServices)[number]

/** The first epoch: all founders with the same power. */
export function firstEpoch(terms: CouncilTerms, stateRoot: Digest): Epoch {
  const { env, genesis, founders, delayMs, policy } = terms
  const seed = digestOf(Hashed.beacon, new Writer().digest(genesis).finish())
  return new Epoch({
    number: 0,
    env,
    validators: founders.map(({ id, publicKey }) => ({ id, publicKey, power: 1 })),
    policyVersion: policy.version,
    seed,
    delayMs,
    origin: { digest: genesis, height: 0, stateRoot }
  })
}
