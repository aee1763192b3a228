import { hexToBytes } from '@torusmesh/protocol'
import { BeaconRound, commitmentOf } from '../beacon/round.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { ROUNDS_MAX } from './limits.ts'

/** One commit–reveal round, begun after its proposal was filed. Never changed in place. */
export interface Round {
  /** The epoch whose validators take part. */
  readonly epochId: Digest
  /** By validator, ascending. */
  readonly commitments: readonly (readonly [number, Digest])[]
  readonly secrets: readonly (readonly [number, Digest])[]
  /** More than two thirds of the power are committed: from here secrets are shown. */
  readonly isClosed: boolean
  /** The randomness, once it is there; `failed` where too few showed their secrets in time. */
  readonly seed: Digest | 'open' | 'failed'
}

/** The rounds by proposal. Never changed in place. */
export type Rounds = ReadonlyMap<Digest, Round>

export type RoundFault = 'no-round' | 'not-validator' | 'already-committed' | 'bad-secret'

/** Adds the round of a proposal; the oldest makes room. */
export function openRound(rounds: Rounds, proposal: Digest, { id }: Epoch): Rounds {
  const kept = [...rounds].slice(-(ROUNDS_MAX - 1))
  const round: Round = { epochId: id, commitments: [], secrets: [], isClosed: false, seed: 'open' }
  return new Map([...kept, [proposal, round]])
}

export function commitTo(
  rounds: Rounds,
  proposal: Digest,
  epoch: Epoch,
  validator: number | undefined,
  commitment: Digest
): Rounds | RoundFault {
  const round = rounds.get(proposal)
  if (round?.epochId !== epoch.id || round.isClosed || round.seed !== 'open') return 'no-round'
  if (validator === undefined) return 'not-validator'
  if (round.commitments.some(([who]) => who === validator)) return 'already-committed'
  const commitments = inOrder([...round.commitments, [validator, commitment]])
  const power = commitments.reduce((sum, [who]) => sum + epoch.powerAt(who)!, 0)
  return new Map(rounds).set(proposal, { ...round, commitments, isClosed: epoch.isQuorum(power) })
}

export function revealIn(
  rounds: Rounds,
  proposal: Digest,
  epoch: Epoch,
  validator: number | undefined,
  secret: Digest
): Rounds | RoundFault {
  const round = rounds.get(proposal)
  if (round?.epochId !== epoch.id || !round.isClosed || round.seed !== 'open') return 'no-round'
  if (validator === undefined) return 'not-validator'
  const commitment = round.commitments.find(([who]) => who === validator)?.[1]
  const isNew = !round.secrets.some(([who]) => who === validator)
  const isRight = isNew && commitment === commitmentOf(epoch, validator, hexToBytes(secret))
  if (!isRight) return 'bad-secret'
  const secrets = inOrder([...round.secrets, [validator, secret]])
  const revealed = { ...round, secrets }
  const isFull = secrets.length === round.commitments.length
  return new Map(rounds).set(proposal, isFull ? settled(revealed, epoch) : revealed)
}

/** Ends a round with what was shown: who waits for the others' secrets can't wait for ever. */
export function settleRound(rounds: Rounds, proposal: Digest, epoch: Epoch): Rounds {
  const round = rounds.get(proposal)
  if (round?.seed !== 'open') return rounds
  return new Map(rounds).set(proposal, settled(round, epoch))
}

function settled(round: Round, epoch: Epoch): Round {
  if (round.epochId !== epoch.id || !round.isClosed) return { ...round, seed: 'failed' }
  const fold = new BeaconRound(epoch)
  for (const [validator, commitment] of round.commitments) fold.commit(validator, commitment)
  fold.close()
  for (const [validator, secret] of round.secrets) fold.reveal(validator, hexToBytes(secret))
  const result = fold.result()
  return { ...round, seed: result.ok ? result.value.seed : 'failed' }
}

function inOrder<T>(entries: readonly (readonly [number, T])[]): (readonly [number, T])[] {
  return entries.toSorted(([a], [b]) => a - b)
}
