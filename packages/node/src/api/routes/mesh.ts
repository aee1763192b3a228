import { Type } from 'typebox'
import type { ApiInit, App } from '../app.ts'
import { orderedHealth, orderedMembers, orderedMesh } from '../order.ts'
import { StandingSchema } from '../schemas/common.ts'
import { HealthSchema } from '../schemas/health.ts'
import { MemberPageSchema, MeshSchema } from '../schemas/mesh.ts'

const MAX_PAGE = 500

const NodesQuery = Type.Object(
  {
    standing: Type.Optional(StandingSchema),
    cell: Type.Optional(Type.Integer({ minimum: 0, description: 'members of this cell only' })),
    cursor: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{64}$', description: '`next` of the page before' })
    ),
    limit: Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })
  },
  { additionalProperties: false }
)

/** The mesh, its members and their health, as this node sees them. */
export function meshRoutes(app: App, { view }: Pick<ApiInit, 'view'>): void {
  app.get(
    '/v1/mesh',
    {
      config: { summary: 'The mesh as this node sees it, and its own links.' },
      schema: { response: { 200: MeshSchema } }
    },
    () => orderedMesh(view.mesh())
  )

  app.get(
    '/v1/nodes',
    {
      config: { summary: 'Members by id, a page at a time.' },
      schema: { querystring: NodesQuery, response: { 200: MemberPageSchema } }
    },
    ({ query: { standing, cell, cursor = '', limit } }) => {
      const matching = view
        .nodes()
        .filter(node => standing === undefined || node.standing === standing)
        .filter(node => cell === undefined || node.cell === cell)
      const rest = orderedMembers(matching.filter(node => node.member > cursor))
      const nodes = rest.slice(0, limit)
      const next = rest.length > limit ? nodes.at(-1)!.member : null
      return { total: matching.length, nodes, next }
    }
  )

  app.get(
    '/v1/health',
    {
      config: { summary: 'Reports of the neighbours, cell digests and witnessed uptime.' },
      schema: { response: { 200: HealthSchema } }
    },
    () => orderedHealth(view.health())
  )
}
