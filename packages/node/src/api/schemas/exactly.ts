import type { Static, TSchema, TUnsafe } from 'typebox'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/**
 * Ties a schema to the type it describes: compiles only when each fits the other. Optional
 * properties could slip through; answers have none, what may be missing is `null`.
 *
 * ```ts
 * export const Invite: TUnsafe<Invite> = exactly<Invite>()(Type.Object({ … }))
 * ```
 */
export function exactly<T>(): <S extends TSchema>(
  schema: Same<Static<S>, T> extends true ? S : never
) => TUnsafe<T> {
  return schema => schema as unknown as TUnsafe<T>
}
