import type { Readable } from 'node:stream'
import { type TUnsafe, Type } from 'typebox'

/** An answer that is sent piece by piece; `description` says what the pieces are. */
export const streamOf = (description: string): TUnsafe<Readable> =>
  Type.Unsafe<Readable>(Type.String({ description }))
