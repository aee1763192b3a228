import { Group, isHigher, Judge, medianOf, SIGNALS, scoreOf, shiftOf } from '@torusmesh/upgrade'
import type { Dice } from '../consensus/cluster/dice.ts'
import { CASES, observe, type World } from './telemetry.ts'

/** Members of a generated mesh. */
const MEMBERS = 64
const BEFORE_MOMENTS = 60
/** Sizes and moments of each wave: a canary, the octants, then the rest. */
const WAVES: readonly (readonly [members: number, moments: number])[] = [
  [1, 20],
  [8, 20],
  [14, 60],
  [14, 60],
  [14, 60],
  [13, 60]
]
/** A readiness gate looks when the member has just started, and says yes from here. */
const READY_PERMILLE = 500
/** Kayenta's pass score: all nine, or three quarters of them. */
const KAYENTA_STRICT = 1
const KAYENTA_LAX = 3
/** The first wave that is watched for as long as any. */
const FIRST_WHOLE_WATCH = 2

/** By which gate a rollout was stopped, in which wave; -1 where it went through. */
export interface TrialOutcome {
  readonly kind: number
  readonly own: number
  readonly readiness: number
  readonly kayentaStrict: number
  readonly kayentaLax: number
}

/** One generated upgrade, before four gates at once. */
export function tryUpgrade(dice: Dice): TrialOutcome {
  const world = drawWorld(dice)
  const since = new Int32Array(MEMBERS).fill(-1)
  const sinceOf = (member: number): number => since[member]!
  const values = new Int32Array(MEMBERS * SIGNALS.length)
  const before = Array.from({ length: BEFORE_MOMENTS }, (_, moment) => {
    observe(world, moment, sinceOf, values)
    return values.slice()
  })
  const judge = new Judge(MEMBERS, before)
  const stopped = { own: -1, readiness: -1, kayentaStrict: -1, kayentaLax: -1 }
  const baseline = Float64Array.from(values, (_, at) => medianOf(before.map(row => row[at]!)))
  const order = dice.order(MEMBERS)
  let moment = BEFORE_MOMENTS
  let upgraded = 0
  for (const [wave, [size, moments]] of WAVES.entries()) {
    const members = order.slice(upgraded, upgraded + size)
    upgraded += size
    for (const member of members) since[member] = 0
    const groups = groupsOf(order, upgraded, wave)
    judge.open(groups)
    const window: Int32Array[] = []
    for (let count = 0; count < moments; count++) {
      observe(world, moment++, sinceOf, values)
      for (const member of order.slice(0, upgraded)) since[member]!++
      window.push(values.slice())
      const isReady = members.every(member => values[member * SIGNALS.length]! >= READY_PERMILLE)
      if (count === 0 && !isReady && stopped.readiness < 0) stopped.readiness = wave
      if (stopped.own < 0 && judge.observe(values) !== undefined) stopped.own = wave
    }
    if (stopped.own < 0 && judge.conclude() !== undefined) stopped.own = wave
    const failing = kayenta(window, groups, baseline)
    if (failing >= KAYENTA_STRICT && stopped.kayentaStrict < 0) stopped.kayentaStrict = wave
    if (failing >= KAYENTA_LAX && stopped.kayentaLax < 0) stopped.kayentaLax = wave
  }
  return { kind: CASES.indexOf(world.kind), ...stopped }
}

/**
 * The members not upgraded yet are the control, and with them waves that passed a whole watch: canary
 * and octants, which had a short one, stay under suspicion through the first wave.
 */
function groupsOf(order: readonly number[], upgraded: number, wave: number): Uint8Array {
  const groups = new Uint8Array(MEMBERS)
  const size = WAVES[wave]![0]
  const suspects = wave <= FIRST_WHOLE_WATCH ? upgraded : size
  for (const [at, member] of order.entries()) {
    const isTreated = at < upgraded && at >= upgraded - suspects
    groups[member] = isTreated ? Group.treated : Group.control
  }
  return groups
}

/** Signals that Mann and Whitney's test at Kayenta's constants finds higher, each by itself. */
function kayenta(
  window: readonly Int32Array[],
  groups: Uint8Array,
  baseline: Float64Array
): number {
  let failing = 0
  for (const [number, signal] of SIGNALS.entries()) {
    const mean = (group: Group): number[] =>
      [...groups.keys()]
        .filter(member => groups[member] === group)
        .map(member => {
          const at = member * SIGNALS.length + number
          const scores = window.map(row => scoreOf(signal, row[at]!, baseline[at]!))
          return Math.trunc(scores.reduce((sum, score) => sum + score, 0) / scores.length)
        })
    const shift = shiftOf(mean(Group.treated), mean(Group.control))
    if (shift !== undefined && isHigher(shift)) failing++
  }
  return failing
}

function drawWorld(dice: Dice): World {
  const bad = CASES.filter(kind => kind !== 'good')
  return {
    seed: dice.below(2 ** 30),
    members: MEMBERS,
    kind: dice.chance(400) ? 'good' : dice.pick(bad),
    hardwarePart: 4 + dice.below(13),
    leakTenths: 20 + dice.below(80),
    outageFrom: BEFORE_MOMENTS + dice.below(120),
    outageMoments: 5 + dice.below(20),
    outagePermille: 250 + dice.below(400)
  }
}
