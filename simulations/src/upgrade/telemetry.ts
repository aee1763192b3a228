import { SIGNALS } from '@torusmesh/upgrade'
import { mix } from '../engine/random.ts'

/** What a generated upgrade does. Only `good` and `outage` should go through. */
export const CASES = [
  'good',
  'crash-at-start',
  'slow-leak',
  'latency',
  'broken-dependent',
  'hardware',
  'outage'
] as const
export type Case = (typeof CASES)[number]

/** One generated rollout's mesh. */
export interface World {
  readonly seed: number
  readonly members: number
  readonly kind: Case
  /** One in so many members has the hardware that the upgrade doesn't run on. */
  readonly hardwarePart: number
  /** Growth of memory in permille of its size, a moment, times 10. */
  readonly leakTenths: number
  /** Moments of an outage, and how many of 1,000 members it befalls. */
  readonly outageFrom: number
  readonly outageMoments: number
  readonly outagePermille: number
}

const WIDTH: number = SIGNALS.length
/** Noise is a sum of four uniform draws: close to normal, bounded, and of integers. */
const DRAW_BITS = 8
/** Twice the standard deviation of that sum, which is 148. */
const SPREAD = 296
/** Offsets of the draws of one world. */
const TRAIT = 0x1000_0000

/** Whether the upgrade fails on a member's hardware; the world has one such member at least. */
export function isAllergic({ seed, hardwarePart, members }: World, member: number): boolean {
  if (member === (mix(seed) >>> 0) % members) return true
  return (mix(seed ^ (member + TRAIT)) >>> 0) % hardwarePart === 0
}

/** Fills in what a moment looks like. `sinceOf`: moments since a member's upgrade, or -1. */
export function observe(
  world: World,
  moment: number,
  sinceOf: (member: number) => number,
  values: Int32Array
): void {
  const { seed, members } = world
  for (let member = 0; member < members; member++) {
    const trait = mix(mix(seed ^ TRAIT) ^ member) >>> 0
    const base = mix(mix(seed + moment) ^ member)
    // Every member has its own speed and size.
    const p50 = 8_000 + (trait & 0x3fff)
    const memory = 200_000 + ((trait >>> 14) & 0xffff)
    const at = member * WIDTH
    values[at] = 1_000 - rare(base ^ 1, 30, 100)
    values[at + 1] = vary(p50, 80, base ^ 2)
    values[at + 2] = vary(4 * p50, 150, base ^ 3)
    values[at + 3] = rare(base ^ 4, 2, 1)
    values[at + 4] = rare(base ^ 5, 100, 8)
    values[at + 5] = vary(memory, 20, base ^ 6)
    values[at + 6] = 8 - rare(base ^ 7, 50, 1)
    values[at + 7] = 1_000 - rare(base ^ 8, 100, 20)
    values[at + 8] = rare(base ^ 9, 2, 1)
    trouble(world, moment, member, sinceOf(member), values, at)
  }
}

function trouble(
  world: World,
  moment: number,
  member: number,
  since: number,
  values: Int32Array,
  at: number
): void {
  const isOut = moment >= world.outageFrom && moment < world.outageFrom + world.outageMoments
  const luck = (mix(world.seed ^ (member + 2 * TRAIT)) >>> 0) % 1_000
  if (world.kind === 'outage' && isOut && luck < world.outagePermille) {
    values[at]! -= 300
    values[at + 1]! *= 3
    values[at + 2]! *= 5
    values[at + 4]! += 80
    values[at + 7]! -= 200
  }
  if (since < 0) return
  switch (world.kind) {
    case 'crash-at-start':
      values[at] = 0
      values[at + 3]! += 3
      break
    case 'slow-leak':
      values[at + 5]! += Math.trunc((values[at + 5]! * world.leakTenths * since) / 10_000)
      break
    case 'latency':
      values[at + 1] = Math.trunc((values[at + 1]! * 6) / 5)
      values[at + 2] = Math.trunc((values[at + 2]! * 6) / 5)
      break
    case 'broken-dependent':
      values[at + 8]! += 1
      break
    case 'hardware':
      // It starts, and dies after some moments, again and again.
      if (since >= 2 && isAllergic(world, member)) {
        values[at] = 400
        values[at + 3]! += 1
        values[at + 4]! += 60
      }
      break
    default:
  }
}

/** A value with noise of a standard deviation in permille. */
function vary(value: number, sigmaPermille: number, key: number): number {
  const bits = mix(key) >>> 0
  let sum = -2 * 255
  for (let draw = 0; draw < 4; draw++) sum += (bits >>> (draw * DRAW_BITS)) & 0xff
  return value + Math.trunc((value * sigmaPermille * 2 * sum) / (1_000 * SPREAD))
}

/** `most` or less in some of 1,000 moments, nothing otherwise. */
function rare(key: number, permille: number, most: number): number {
  const bits = mix(key) >>> 0
  return bits % 1_000 < permille ? 1 + ((bits >>> 16) % most) : 0
}
