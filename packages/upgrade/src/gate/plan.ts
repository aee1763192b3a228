import { bytesToHex, concatBytes, Domain, taggedHash, utf8 } from '@torusmesh/protocol'
import type { Profile } from '../plan/limits.ts'
import { type PlanProblem, planWaves, type Wave, type WavePlan } from '../plan/planner.ts'
import type { Positions } from '../plan/positions.ts'
import type { Digest, MemberIndex } from './codes.ts'

/** How long what may take, in ms. Each node measures by its own clock from when it entered the wave. */
export interface GateTimings {
  /** From the wave's start until all of it is healthy. */
  readonly deadlineMs: number
  /** How long a wave is watched once it is healthy, before it is called good; by stage. */
  readonly bakeMs: Readonly<Record<Wave['stage'], number>>
  /** Between a node's own verdict and the wave's certificate, at most. */
  readonly certificateMs: number
  /** Between two questions to peers while nothing happens. */
  readonly askMs: number
}

/** What is voted on besides the members: everything a node needs to compute the same plan. */
export interface GatePlanInit {
  readonly positions: Positions
  /** Of the manifest. */
  readonly manifest: Digest
  /** The manifest's artefacts, one a platform. */
  readonly artefacts: readonly Digest[]
  readonly profile: Profile
  readonly reserve?: number
  readonly coordinator: MemberIndex
  /** Members that may halt the plan by their word alone. */
  readonly halters: readonly MemberIndex[]
  /** Members of a wave that may be missing from it. */
  readonly tolerance: number
  /** The canary doesn't begin after that. */
  readonly expiresMs: number
  readonly timings: GateTimings
}

/** A plan as every node computes it for itself: no coordinator is asked for waves. */
export interface GatePlan extends GatePlanInit {
  readonly id: Digest
  readonly waves: readonly Wave[]
  /** Of {@link waves}, by index of members. */
  readonly members: readonly (readonly MemberIndex[])[]
  /** By member: its wave. */
  readonly waveOf: readonly number[]
  /** By member: who looks at it, its cell mates and the members of its neighbour cells. */
  readonly probers: readonly (readonly MemberIndex[])[]
  readonly limits: WavePlan['limits']
}

/** Byte lengths of what a plan's id binds are fixed, or given in front. */
const LENGTH_BYTES = 4
/** Digits of the manifest's digest that choose the canary: 48 bits. */
const SEED_DIGITS = 12

/** Computes a plan's waves and id; what the planner refuses is refused. */
export function openPlan(
  init: GatePlanInit
):
  | { readonly ok: true; readonly plan: GatePlan }
  | { readonly ok: false; readonly problem: PlanProblem } {
  const { positions, manifest, profile, reserve } = init
  const seed = Number.parseInt(manifest.slice(0, SEED_DIGITS), 16)
  const options = { profile, seed, ...(reserve === undefined ? {} : { reserve }) }
  const result = planWaves(positions, options)
  if (!result.ok) return result
  const { waves, limits } = result.plan
  const members = waves.map(wave => wave.members.map(id => positions.indexOf(id)!))
  const waveOf: number[] = Array.from({ length: positions.size }, () => 0)
  for (const [wave, indices] of members.entries()) for (const index of indices) waveOf[index] = wave
  const probers = positions.members.map((_, index) => probersOf(positions, index))
  const id = planId(init)
  return { ok: true, plan: { ...init, id, waves, members, waveOf, probers, limits } }
}

/**
 * How many equal members may be Byzantine, and how many make a quorum of which any two share an honest
 * one: 2f + 1 of 3f + 1.
 */
export function quorumOf(members: number): {
  readonly faults: number
  readonly quorum: number
} {
  const faults = Math.max(0, Math.floor((members - 1) / 3))
  return { faults, quorum: Math.floor((members + faults) / 2) + 1 }
}

function probersOf(positions: Positions, index: MemberIndex): MemberIndex[] {
  const cell = positions.cellOf(index)
  const near = [cell, ...positions.neighbours(cell)]
  return near.flatMap(at => positions.residents(at)).filter(other => other !== index)
}

function planId(init: GatePlanInit): Digest {
  const { positions, manifest, artefacts, profile, reserve, timings } = init
  const text = JSON.stringify([
    positions.torus.sides,
    positions.members.map(({ member, cell }) => [member, cell]),
    [manifest, artefacts, profile, reserve ?? null],
    [init.coordinator, init.halters, init.tolerance, init.expiresMs],
    [timings.deadlineMs, timings.certificateMs, timings.askMs],
    [timings.bakeMs.canary, timings.bakeMs.octants, timings.bakeMs.wave]
  ])
  const bytes = utf8(text)
  const length = new Uint8Array(LENGTH_BYTES)
  new DataView(length.buffer).setUint32(0, bytes.length)
  return bytesToHex(taggedHash(Domain.upgrade, concatBytes(length, bytes)))
}
