import { ConsensusError } from './errors.ts'

/**
 * How many of `n` equal members may be Byzantine: the largest f with 3f < n.
 *
 * @throws ConsensusError `bad-count` unless `n` is an integer from 1 up.
 */
export function faultsTolerated(n: number): number {
  return Number(weightedFaultsTolerated(memberCount(n)))
}

/**
 * The smallest size at which any two quorums of `n` equal members share an honest one, if no more
 * than {@link faultsTolerated} are Byzantine. Two sets of q share at least 2q − n members, so
 * q = ⌊(n + f) / 2⌋ + 1. It never needs a Byzantine member: q ≤ n − f. It equals "more than two
 * thirds", except where 3 divides n: there it is one less.
 *
 * @throws ConsensusError `bad-count` unless `n` is an integer from 1 up.
 */
export function byzantineQuorum(n: number): number {
  return Number(weightedByzantineQuorum(memberCount(n)))
}

/**
 * The fewest of `n` equal members that make at least the share: ⌈n · numerator / denominator⌉.
 *
 * @throws ConsensusError `bad-count` unless `n` is an integer from 1 up; `bad-share` unless
 *   numerator and denominator are integers with 0 < numerator ≤ denominator.
 */
export function shareQuorum(n: number, numerator: number, denominator: number): number {
  if (!Number.isSafeInteger(numerator) || !Number.isSafeInteger(denominator)) {
    throw badShare(numerator, denominator)
  }
  return Number(weightedShareQuorum(memberCount(n), BigInt(numerator), BigInt(denominator)))
}

/**
 * How much of the total weight may be Byzantine: the largest f with 3f < total.
 *
 * @throws ConsensusError `bad-count` unless `total` is positive.
 */
export function weightedFaultsTolerated(total: bigint): bigint {
  assertPositive(total)
  return (total - 1n) / 3n
}

/**
 * The least weight at which any two quorums share more weight than may be Byzantine, as
 * {@link byzantineQuorum} for equal members.
 *
 * @throws ConsensusError `bad-count` unless `total` is positive.
 */
export function weightedByzantineQuorum(total: bigint): bigint {
  return (total + weightedFaultsTolerated(total)) / 2n + 1n
}

/**
 * The least weight that makes at least the share: ⌈total · numerator / denominator⌉.
 *
 * @throws ConsensusError `bad-count` unless `total` is positive; `bad-share` unless
 *   0 < numerator ≤ denominator.
 */
export function weightedShareQuorum(total: bigint, numerator: bigint, denominator: bigint): bigint {
  assertPositive(total)
  if (numerator <= 0n || numerator > denominator) throw badShare(numerator, denominator)
  return (total * numerator + denominator - 1n) / denominator
}

function memberCount(n: number): bigint {
  if (Number.isSafeInteger(n)) return BigInt(n)
  throw new ConsensusError('bad-count', `${n} is no number of members, take an integer from 1 up`)
}

function assertPositive(total: bigint): void {
  if (total >= 1n) return
  throw new ConsensusError('bad-count', `${total} can't make a quorum, take at least 1`)
}

function badShare(numerator: number | bigint, denominator: number | bigint): ConsensusError {
  return new ConsensusError(
    'bad-share',
    `${numerator}/${denominator} is no share, take integers with 0 < numerator ≤ denominator`
  )
}
