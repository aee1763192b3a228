import { weigh } from '../kernels/portable.ts'
import { HEAD_ROWS } from './layout.ts'
import { type Observation, PROPOSALS, type ProposalKind } from './observation.ts'
import { headFactor } from './program.ts'
import { type Tokens, tokensOf } from './tokens.ts'

/** What a model says. Confidence is calibrated, in thousandths. */
export type Advice =
  | {
      readonly verdict: 'propose'
      readonly action: ProposalKind
      readonly target: string
      readonly confidencePermille: number
      /** The three likeliest, the first is `action`. */
      readonly ranked: readonly ProposalKind[]
    }
  | { readonly verdict: 'abstain'; readonly why: 'unsure' | 'too-much' | 'nothing-known' }

/** How scores become confidence; goes with the weights it was fitted to. */
export interface Calibration {
  /** Sharpness of the scores in thousandths. */
  readonly sharpnessPermille: number
  /** Below this the model abstains. */
  readonly leastPermille: number
}

export const UNCALIBRATED: Calibration = { sharpnessPermille: 1_000, leastPermille: 600 }

/** A model that can be asked. */
export interface AskedModel {
  readonly vocabulary: number
  readonly width: number
  readonly calibration: Calibration
  /** {@link HEAD_ROWS} integer scores a token. */
  scores(tokens: Tokens): Int32Array
}

/**
 * Asks a small model first and a larger one when the small one abstains. Integers decide: equal
 * observations and weights give equal advice everywhere.
 *
 * @param models - in the order in which they are asked
 * @throws FederatedError `bad-observation`
 */
export function advise(observation: Observation, models: readonly AskedModel[]): Advice {
  let advice: Advice = { verdict: 'abstain', why: 'nothing-known' }
  if (observation.facts.length === 0) return advice
  for (const model of models) {
    const tokens = tokensOf(observation, model.vocabulary)
    if (tokens.dropped > 0) return { verdict: 'abstain', why: 'too-much' }
    advice = read(model.scores(tokens), tokens, observation.services, model)
    if (advice.verdict === 'propose') break
  }
  return advice
}

/** Probabilities of the proposals in Q12 shares of their sum, by integer arithmetic alone. */
export function shares(
  scores: Int32Array,
  width: number,
  sharpnessPermille: number
): { readonly weights: Int32Array; readonly total: number } {
  const factor = Math.trunc((headFactor(width) * sharpnessPermille) / 1_000)
  const weights = scores.slice(0, PROPOSALS.length)
  // A product may pass 32 bits for a sharp wide model; it stays far below 2⁵³.
  for (let i = 0; i < weights.length; i++) weights[i] = Math.floor((weights[i]! * factor) / 1_024)
  return { total: weigh(weights), weights }
}

function read(
  scores: Int32Array,
  { services }: Tokens,
  names: readonly string[],
  { width, calibration }: AskedModel
): Advice {
  const { weights, total } = shares(scores, width, calibration.sharpnessPermille)
  const order = PROPOSALS.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b)
  const confidencePermille = Math.floor((1_000 * weights[order[0]!]!) / total)
  if (confidencePermille < calibration.leastPermille) return { verdict: 'abstain', why: 'unsure' }
  const ranked = order.slice(0, 3).map(i => PROPOSALS[i]!)
  const target = names[pointed(scores, services)]!
  return { verdict: 'propose', action: ranked[0]!, target, confidencePermille, ranked }
}

/** The service whose token has the highest last score; the first of equals. */
export function pointed(scores: Int32Array, services: number): number {
  const score = (service: number): number => scores[(service + 2) * HEAD_ROWS - 1]!
  let best = 0
  for (let i = 1; i < services; i++) if (score(i) > score(best)) best = i
  return best
}
