import { Type } from 'typebox'
import type { ApiInit, App } from '../app.ts'
import { InviteSchema } from '../schemas/ledger.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

const InviteBody = Type.Object(
  {
    validForMs: Type.Integer({
      minimum: MINUTE_MS,
      maximum: 7 * DAY_MS,
      default: DAY_MS,
      description: 'how long the invite works'
    })
  },
  { additionalProperties: false }
)

/** Asking newcomers in. */
export function inviteRoutes(app: App, { invites }: Pick<ApiInit, 'invites'>): void {
  app.post(
    '/v1/invites',
    {
      config: { summary: 'Creates an invite that works once.', needsToken: true },
      schema: { body: InviteBody, response: { 201: InviteSchema } }
    },
    async ({ body: { validForMs } }, reply) => {
      return reply.code(201).send(await invites.create({ validForMs }))
    }
  )
}
