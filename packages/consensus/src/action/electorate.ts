import { Domain, hexToBytes, taggedHash } from '@torusmesh/protocol'
import { ball, type Torus } from '@torusmesh/torus'
import type { Outcome } from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { type ActionClass, classOf, type Motion } from './motion.ts'

/** How far one asks for a parameter: the ball of radius 2, where that is blocked of 3, then all. */
export const Scope = { near: 2, wide: 3, all: 4 } as const
export type Scope = (typeof Scope)[keyof typeof Scope]

/** Where validators sit and what decides whom to ask. */
export interface Seating {
  readonly epoch: Epoch
  readonly torus: Torus
  /** The validator that speaks for a cell; cells without one are silent. */
  readonly seats: ReadonlyMap<number, number>
  /**
   * Public randomness that was revealed after the motion was filed: who files it could otherwise try
   * actions until the ball suits.
   */
  readonly beacon: Digest
  /** Whose node an action of class B is about. */
  readonly owner: number | null
  /** Validators that are proven, on the ledger, to have contradicted themselves: they have no voice. */
  readonly convicted: ReadonlySet<number>
}

/** Who may approve, with what power, and how much of it is needed. */
export interface Electorate {
  /** Power by validator. */
  readonly powers: ReadonlyMap<number, number>
  readonly needed: number
  /** All power there could be: a silent cell counts as not agreeing. */
  readonly total: number
}

/**
 * Why nobody can approve: `empty` electorates approve nothing, ever; an `unsatisfiable` one has less
 * power than it needs, ask the next scope.
 */
export type ElectorateFault = 'empty-electorate' | 'unsatisfiable-electorate' | 'wrong-scope'

/** The electorate of a motion of class B to E in a scope. Balls are for class C only. */
export function electorateOf(
  motion: Motion,
  scope: Scope,
  seating: Seating
): Outcome<Electorate, ElectorateFault> {
  const kind = classOf(motion.kind)
  if (scope !== Scope.all && kind !== 'C') return { ok: false, fault: 'wrong-scope' }
  const { powers, total } = membersOf(kind, motion, scope, seating)
  for (const validator of seating.convicted) powers.delete(validator)
  if (powers.size === 0) return { ok: false, fault: 'empty-electorate' }
  const needed = neededPower(kind, total)
  let present = 0
  for (const power of powers.values()) present += power
  if (present < needed) return { ok: false, fault: 'unsatisfiable-electorate' }
  return { ok: true, value: { powers, needed, total } }
}

/** Whom to ask when a scope is blocked or can't be satisfied; `null` after all were asked. */
export function nextScope(scope: Scope): Scope | null {
  return scope === Scope.all ? null : ((scope + 1) as Scope)
}

/** The cell a motion's ball is around: H(action ‖ beacon). */
export function centreOf(action: Digest, beacon: Digest, torus: Torus): number {
  const hash = taggedHash(Domain.draw, hexToBytes(action), hexToBytes(beacon))
  let draw = 0
  for (let at = 0; at < 6; at++) draw = draw * 256 + hash[at]!
  return draw % torus.cells
}

/** More than two thirds; for an emergency at least three quarters; an owner decides alone. */
export function neededPower(kind: ActionClass, total: number): number {
  if (kind === 'B') return 1
  return kind === 'E' ? Math.ceil((3 * total) / 4) : Math.floor((2 * total) / 3) + 1
}

interface Members {
  readonly powers: Map<number, number>
  readonly total: number
}

function membersOf(kind: ActionClass, motion: Motion, scope: Scope, seating: Seating): Members {
  if (kind === 'B') return ownerOf(seating)
  return scope === Scope.all ? all(seating) : near(motion, scope, seating)
}

function ownerOf({ owner }: Seating): Members {
  return { powers: new Map(owner === null ? [] : [[owner, 1]]), total: 1 }
}

function all({ epoch }: Seating): Members {
  const powers = new Map([...epoch.validators.entries()].map(([at, { power }]) => [at, power]))
  return { powers, total: epoch.totalPower }
}

/** One voice a cell: power buys no second one in a neighbourhood. */
function near(motion: Motion, radius: number, seating: Seating): Members {
  const { torus, seats, beacon } = seating
  const cells = ball(torus, centreOf(motion.action, beacon, torus), radius)
  const powers = new Map<number, number>()
  for (const cell of cells) {
    const validator = seats.get(cell)
    if (validator === undefined || seating.epoch.powerAt(validator) === undefined) continue
    powers.set(validator, (powers.get(validator) ?? 0) + 1)
  }
  return { powers, total: cells.length }
}
