import { bytesToHex, Domain, type Env, taggedHash } from '@torusmesh/protocol'
import { ConsensusError } from '../errors.ts'
import { type Digest, isDigest, putDigest, putU64, type Reader, Writer } from './codec.ts'
import { digestOf, epochContext, Hashed, type Kind, statementBytes } from './statement.ts'

/** Most validators of an epoch. */
export const VALIDATORS_MAX = 4_096
/** Most power of one validator: reputation can't buy a third. */
export const POWER_MAX = 4
/** Longest public key in bytes: ML-DSA-65 (FIPS 204, table 2). */
export const PUBLIC_KEY_MAX_BYTES = 1_952
/** Member ids have 32 bytes. */
const ID_BYTES = 32
/** Governance weight per unit of power, doubled to stay an integer: 137.5. */
const TWICE_WEIGHT_PER_POWER = 275

/** One voter of an epoch; it is known by its index. */
export interface Validator {
  /** Member id, 32 bytes. */
  readonly id: Uint8Array
  /** Vote key of this epoch. */
  readonly publicKey: Uint8Array
  /** 1 to {@link POWER_MAX}. */
  readonly power: number
}

/** What the set of an epoch decides about the next one. */
export interface EpochPlan {
  readonly validators: readonly Validator[]
  readonly policyVersion: number
  /** Public randomness of the epoch: leaders follow from it. */
  readonly seed: Digest
  /** Δ0 of the timeouts in ms, from 1. */
  readonly delayMs: number
}

/** The block an epoch starts from: the last one of the epoch before, or the mesh's genesis. */
export interface Origin {
  readonly digest: Digest
  readonly height: number
  readonly stateRoot: Digest
}

/** Everything that makes an epoch; its id is the digest of it all. */
export interface EpochInit extends EpochPlan {
  readonly number: number
  readonly env: Env
  readonly origin: Origin
}

/** How much an epoch can bear, in power and in words. */
export interface Tolerance {
  readonly faultyPower: number
  /** A sentence for the operator. */
  readonly says: string
}

/**
 * A set of validators with everything that its signatures bind. Validators are addressed by index.
 */
export class Epoch implements EpochInit {
  readonly number: number
  readonly env: Env
  readonly validators: readonly Validator[]
  readonly policyVersion: number
  readonly seed: Digest
  readonly delayMs: number
  readonly origin: Origin
  readonly id: Digest
  /** Context of every signature of this epoch. */
  readonly context: Uint8Array
  readonly totalPower: number
  private readonly leaders: number[] = []
  private readonly statements: Statement[] = []
  private nextStatement = 0

  /** @throws ConsensusError `bad-epoch` for what no honest set could have decided. */
  constructor(init: EpochInit) {
    assertPlan(init)
    const { number, env, origin } = init
    const counts = [number, origin.height]
    if (!(counts.every(isCount) && isDigest(origin.digest) && isDigest(origin.stateRoot))) {
      throw badEpoch('give a number and an origin of digests and a height')
    }
    this.number = number
    this.env = env
    this.validators = init.validators
    this.policyVersion = init.policyVersion
    this.seed = init.seed
    this.delayMs = init.delayMs
    this.origin = origin
    this.totalPower = powerOf(init.validators)
    const writer = new Writer().u64(number).u8(env)
    writer.digest(origin.digest).u64(origin.height).digest(origin.stateRoot)
    writePlan(writer, init)
    this.id = digestOf(Hashed.epoch, writer.finish())
    this.context = epochContext(env, this.id)
  }

  /** Whether `power` is more than two thirds of all: 3·w > 2·W. */
  isQuorum(power: number): boolean {
    return 3 * power > 2 * this.totalPower
  }

  /** Power of a validator; `undefined` for an index outside the set. */
  powerAt(validator: number): number | undefined {
    return this.validators[validator]?.power
  }

  /** The validator that may propose in a view: drawn by power from the seed, the same everywhere. */
  leader(view: number): number {
    const known = this.leaders[view]
    if (known !== undefined) return known
    const leader = this.drawLeader(view)
    if (view < LEADERS_KEPT) this.leaders[view] = leader
    return leader
  }

  /** The bytes that a statement's signature covers. The last few are kept: a quorum signs the same. */
  statement(kind: Kind, view: number, digest: Digest): Uint8Array {
    for (const known of this.statements) {
      if (known.digest === digest && known.view === view && known.kind === kind) return known.bytes
    }
    const bytes = statementBytes(this.id, kind, view, digest)
    this.statements[this.nextStatement] = { kind, view, digest, bytes }
    this.nextStatement = (this.nextStatement + 1) % STATEMENTS_KEPT
    return bytes
  }

  /** What this set can bear: faulty validators of less than a third of the power. */
  tolerance(): Tolerance {
    const faultyPower = Math.floor((this.totalPower - 1) / 3)
    const says = this.isFragile()
      ? `${this.validators.length} validators tolerate no faulty one: destructive actions need the operator`
      : `faulty validators of up to ${faultyPower} of ${this.totalPower} power are tolerated`
    return { faultyPower, says }
  }

  /** Whether no validator at all may be faulty, as in every set of one to three equals. */
  isFragile(): boolean {
    return this.validators.every(({ power }) => 3 * power >= this.totalPower)
  }

  private drawLeader(view: number): number {
    const bytes = new Uint8Array(40)
    putDigest(bytes, 0, this.seed)
    putU64(bytes, 32, view)
    const hash = taggedHash(Domain.draw, bytes)
    // 48 bits modulo at most 16,384: the bias is below 2^-34.
    let draw = 0
    for (let at = 0; at < 6; at++) draw = draw * 256 + hash[at]!
    let rest = draw % this.totalPower
    let leader = 0
    while (rest >= this.validators[leader]!.power) rest -= this.validators[leader++]!.power
    return leader
  }
}

/** How many leaders an epoch remembers, from view 0. */
const LEADERS_KEPT = 4_096
/** How many statements an epoch remembers. */
const STATEMENTS_KEPT = 8

interface Statement {
  readonly kind: Kind
  readonly view: number
  readonly digest: Digest
  readonly bytes: Uint8Array
}

/** Power from a governance weight: one unit per 137.5, rounded up, clamped to 1 … {@link POWER_MAX}. */
export function powerFromWeight(weight: number): number {
  return Math.min(POWER_MAX, Math.max(1, Math.ceil((2 * weight) / TWICE_WEIGHT_PER_POWER)))
}

/** Sum of the validators' power. */
export function powerOf(validators: readonly Validator[]): number {
  return validators.reduce((sum, { power }) => sum + power, 0)
}

/**
 * Whether a set may follow another: at most a third of the power goes, and at most a third of the new
 * power is new. Below four validators, where no fault is tolerated anyway, one may come or go.
 */
export function isChurnAllowed(from: readonly Validator[], to: readonly Validator[]): boolean {
  const before = new Map(from.map(({ id, power }) => [bytesToHex(id), power]))
  const kept = to.map(({ id, power }) => Math.min(power, before.get(bytesToHex(id)) ?? 0))
  const keptPower = kept.reduce((sum, power) => sum + power, 0)
  if (3 * keptPower >= 2 * Math.max(powerOf(from), powerOf(to))) return true
  const stay = kept.filter(power => power > 0).length
  return stay > 0 && from.length < 4 && from.length + to.length - 2 * stay <= 1
}

/** Digest of a plan, as the block that ends an epoch names it. */
export function planRoot(plan: EpochPlan): Digest {
  const writer = new Writer()
  writePlan(writer, plan)
  return digestOf(Hashed.plan, writer.finish())
}

/** Writes a plan's canonical bytes. */
export function writePlan(writer: Writer, plan: EpochPlan): void {
  writer.u32(plan.policyVersion).digest(plan.seed).u32(plan.delayMs)
  writer.list(plan.validators, ({ id, publicKey, power }) => {
    writer.blob(id).blob(publicKey).u8(power)
  })
}

/** Reads what {@link writePlan} wrote. */
export function readPlan(reader: Reader): EpochPlan {
  const policyVersion = reader.u32()
  const seed = reader.digest()
  const delayMs = reader.u32()
  const validators = reader.list(VALIDATORS_MAX, () => ({
    id: reader.blob(ID_BYTES),
    publicKey: reader.blob(PUBLIC_KEY_MAX_BYTES),
    power: reader.u8()
  }))
  const plan = { validators, policyVersion, seed, delayMs }
  return reader.check(plan, planProblem(plan) === undefined)
}

/** What is wrong with a plan, or nothing. */
export function planProblem(plan: EpochPlan): string | undefined {
  const { validators, policyVersion, seed, delayMs } = plan
  if (validators.length < 1 || validators.length > VALIDATORS_MAX) {
    return `an epoch has 1 to ${VALIDATORS_MAX} validators`
  }
  const seen = new Set<string>()
  for (const { id, publicKey, power } of validators) {
    if (id.length !== ID_BYTES) return 'a validator id has 32 bytes'
    if (publicKey.length < 1 || publicKey.length > PUBLIC_KEY_MAX_BYTES)
      return 'a key has no length'
    if (!(Number.isInteger(power) && power >= 1 && power <= POWER_MAX)) {
      return `power is an integer from 1 to ${POWER_MAX}`
    }
    seen.add(bytesToHex(id)).add(`key ${bytesToHex(publicKey)}`)
  }
  if (seen.size !== 2 * validators.length) return 'ids and keys of validators are distinct'
  if (!(isU32(policyVersion) && isU32(delayMs) && delayMs >= 1 && isDigest(seed))) {
    return 'give a policy version, a seed and a delay from 1 ms'
  }
  return undefined
}

function assertPlan(plan: EpochPlan): void {
  const problem = planProblem(plan)
  if (problem !== undefined) throw badEpoch(problem)
}

function badEpoch(problem: string): ConsensusError {
  return new ConsensusError('bad-epoch', `no epoch can be made of this: ${problem}`)
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const isU32 = (value: number): boolean => isCount(value) && value < 2 ** 32
