import { type TUnsafe, Type } from 'typebox'
import type { Standing } from '../../view.ts'
import type { ErrorBody } from '../errors.ts'
import { exactly } from './exactly.ts'

const options = (description: string): { description: string } => ({ description })

/** A count, size or sequence number. */
export const count = (description: string, limits: { maximum?: number } = {}): TUnsafe<number> =>
  exactly<number>()(Type.Integer({ minimum: 0, description, ...limits }))

export const timeMs = (what: string): TUnsafe<number> => count(`${what}, Unix milliseconds`)

export const text = (description: string): TUnsafe<string> =>
  exactly<string>()(Type.String(options(description)))

export const hex32 = (description: string): TUnsafe<string> =>
  exactly<string>()(Type.String({ pattern: '^[0-9a-f]{64}$', description }))

export const flag = (description: string): TUnsafe<boolean> =>
  exactly<boolean>()(Type.Boolean(options(description)))

export const STANDINGS = ['alive', 'suspect', 'down', 'left', 'unknown'] as const

export const StandingSchema: TUnsafe<Standing> = exactly<Standing>()(
  Type.Enum([...STANDINGS], options('where a member stands as this node knows it'))
)

export const ErrorSchema: TUnsafe<ErrorBody> = exactly<ErrorBody>()(
  Type.Object({
    code: text('stable code'),
    message: text('what is wrong, one line'),
    next: text('what to do about it')
  })
)
