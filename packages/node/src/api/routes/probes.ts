import { Type } from 'typebox'
import type { ApiInit, App } from '../app.ts'
import { ReadinessSchema } from '../schemas/health.ts'

const LiveSchema = Type.Object({ live: Type.Literal(true) })
const text = { content: { 'text/plain': { schema: Type.String() } } }

/** What an orchestrator and Prometheus ask. */
export function probeRoutes(app: App, { view, metrics }: Pick<ApiInit, 'view' | 'metrics'>): void {
  app.get(
    '/livez',
    {
      config: { summary: 'Answers as long as the process does.' },
      schema: { response: { 200: LiveSchema } }
    },
    () => ({ live: true as const })
  )

  app.get(
    '/readyz',
    {
      config: { summary: '200 once the node serves; 503 and what it waits for until then.' },
      schema: { response: { 200: ReadinessSchema, 503: ReadinessSchema } }
    },
    (_request, reply) => {
      const readiness = view.readiness()
      reply.code(readiness.ready ? 200 : 503).send(readiness)
    }
  )

  app.get(
    '/metrics',
    {
      config: { summary: "Metrics in Prometheus' text format." },
      schema: { response: { 200: text } }
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.scrape(view))
  )
}
