/** A rule that no vote changes: which parameters it guards, and the only changes it allows. */
export interface ConstitutionalRule {
  readonly id: 'post-quantum-signatures' | 'keys-in-vault' | 'audit-chain'
  readonly guards: string
  readonly allows: (from: number, to: number) => boolean
}

const never = (): boolean => false

/** Written in code, not in policy: a policy is voted on. */
export const constitution: readonly ConstitutionalRule[] = [
  // Security categories of NIST; a higher one is a stronger signature.
  { id: 'post-quantum-signatures', guards: 'signature.', allows: (from, to) => to >= from },
  { id: 'keys-in-vault', guards: 'vault.', allows: never },
  { id: 'audit-chain', guards: 'audit.', allows: never }
]

/** The rule that a change of `parameter` would break, if any. */
export function breachOf(
  parameter: string,
  from: number,
  to: number
): ConstitutionalRule['id'] | undefined {
  return constitution.find(
    ({ guards, allows }) => parameter.startsWith(guards) && !allows(from, to)
  )?.id
}
