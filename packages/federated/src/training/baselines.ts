import { type Observation, PROPOSALS, type ProposalKind } from '../model/observation.ts'
import { best } from './mlp.ts'

/**
 * The documented rules as a baseline: symptoms in the order of the rulebook and the steps each rule
 * tries. It mirrors the operator's rulebook, which a package of this row can't import.
 */
const RULES: readonly [when: readonly string[], steps: readonly ProposalKind[]][] = [
  [['engine-away'], []],
  [['oom-killed'], ['raise-memory', 'start']],
  [
    ['alias-lost', 'network-detached', 'name-unresolved'],
    ['reconnect', 'restart']
  ],
  [['container-paused'], ['unpause', 'restart']],
  [['image-missing', 'container-dead', 'image-mismatch'], ['recreate']],
  [['config-damaged', 'config-drift'], ['restore-config']],
  [['disk-full'], ['free-disk']],
  [['clock-skew', 'certificate-expiring'], []],
  [['rpc-timeout', 'height-stuck'], ['restart']],
  [
    ['container-exited', 'process-missing'],
    ['start', 'recreate']
  ],
  [
    ['container-unhealthy', 'connect-refused', 'timeout'],
    ['restart', 'recreate']
  ],
  [['key-aged'], ['rotate-key']],
  [['balance-low'], ['top-up']],
  [['pool-full'], []],
  [['key-output', 'key-command', 'sign-limit', 'vault-bypass', 'unverified-peer'], ['refuse']],
  [['odd-key-use', 'vault-touched', 'exfiltration-like', 'memory-spill'], ['flag']]
]

/** What the rules say, for the service upstream of all others that has a known symptom. */
export function ruleAnswer({ services, facts }: Observation): {
  readonly action: ProposalKind
  readonly target: number
  /** Whether a rule knew the pattern. */
  readonly known: boolean
} {
  for (let target = 0; target < services.length; target++) {
    const own = facts.filter(({ service }) => service === target)
    const rule = RULES.find(([when]) => own.some(({ value }) => when.includes(value)))
    if (rule === undefined) continue
    const tried = own.filter(({ family }) => family === 'tried').map(({ value }) => value)
    const action = rule[1].find(step => !tried.includes(step)) ?? 'alert'
    return { action, target, known: true }
  }
  return { action: 'alert', target: 0, known: false }
}

/**
 * Multinomial logistic regression over hashed facts, with and without the service's place: what a
 * model without layers can do with the same input.
 */
export class Logistic {
  readonly #weights: Float64Array
  readonly #features: number

  constructor(features: number) {
    this.#features = features
    this.#weights = new Float64Array(features * PROPOSALS.length)
  }

  /** Plain stochastic gradient descent, one pass. */
  learn(ids: ArrayLike<number>, action: number, rate: number): void {
    const scores = this.scores(ids)
    const most = Math.max(...scores)
    const exp = scores.map(score => Math.exp(score - most))
    const total = exp.reduce((sum, value) => sum + value, 0)
    for (let a = 0; a < exp.length; a++) {
      const d = exp[a]! / total - (a === action ? 1 : 0)
      for (let i = 0; i < ids.length; i++) {
        const at = a * this.#features + ids[i]!
        this.#weights[at] = this.#weights[at]! - rate * d
      }
    }
  }

  answer(ids: ArrayLike<number>): number {
    return best(this.scores(ids))
  }

  /** A score per proposal. */
  scores(ids: ArrayLike<number>): Float64Array {
    return Float64Array.from(PROPOSALS, (_, a) => {
      let sum = 0
      for (let i = 0; i < ids.length; i++) sum += this.#weights[a * this.#features + ids[i]!]!
      return sum
    })
  }
}
