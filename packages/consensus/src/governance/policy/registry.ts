import { isCount } from '../checks.ts'
import { GovernanceError } from '../errors.ts'
import { POLICY_VERSIONS_MAX } from '../limits.ts'
import type { RefusalCode } from '../refusal.ts'
import { checkPolicy } from './check-policy.ts'
import type { Policy } from './policy.ts'

interface Entry {
  readonly policy: Policy
  readonly fromEpoch: number
}

/** All versions of the policy, from the first; a version never changes once it is in. */
export class PolicyRegistry {
  readonly #entries: Entry[] = []

  /**
   * @param first - in force from epoch 0
   * @throws {GovernanceError} `unknown-version` if it can't be in force
   */
  constructor(first: Policy) {
    const refusal = checkPolicy(first)
    if (refusal !== undefined) {
      throw new GovernanceError('unknown-version', `the first policy is refused: ${refusal}`)
    }
    this.#entries.push({ policy: deepFreeze(first), fromEpoch: 0 })
  }

  /** A registry that goes on by itself; versions are shared, they never change. */
  clone(): PolicyRegistry {
    const copy = new PolicyRegistry(this.get(this.#entries[0]!.policy.version))
    copy.#entries.splice(0, 1, ...this.#entries)
    return copy
  }

  get latest(): Policy {
    return this.#entries.at(-1)!.policy
  }

  /** Adds the next version, in force from an epoch later than the last one's. */
  add(policy: Policy, fromEpoch: number): RefusalCode | undefined {
    const last = this.#entries.at(-1)!
    if (this.#entries.length >= POLICY_VERSIONS_MAX) return 'too-many-versions'
    if (policy.version !== last.policy.version + 1) return 'bad-version'
    if (!isCount(fromEpoch) || fromEpoch <= last.fromEpoch) return 'version-not-later'
    const refusal = checkPolicy(policy)
    if (refusal === undefined) this.#entries.push({ policy: deepFreeze(policy), fromEpoch })
    return refusal
  }

  /** The policy in force in `epoch`. */
  at(epoch: number): Policy {
    return this.#entries.findLast(({ fromEpoch }) => fromEpoch <= epoch)?.policy ?? this.get(1)
  }

  /** @throws {GovernanceError} `unknown-version` */
  get(version: number): Policy {
    const entry = this.#entries.find(({ policy }) => policy.version === version)
    if (entry !== undefined) return entry.policy
    throw new GovernanceError('unknown-version', `no policy ${version}; see the registry's list`)
  }

  /** Every version with the epoch from which it is in force. */
  entries(): readonly { readonly policy: Policy; readonly fromEpoch: number }[] {
    return this.#entries
  }

  versions(): number[] {
    return this.#entries.map(({ policy }) => policy.version)
  }
}

/** A frozen copy: what the caller holds can change, what the registry holds can't. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, deepFreeze(part)])
  )
  return Object.freeze(copy) as Value
}
