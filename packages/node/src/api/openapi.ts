import type { RouteOptions } from 'fastify'
import type { TObject, TSchema } from 'typebox'
import { NAMED_SCHEMAS } from './schemas/index.ts'

/** The document follows v1, which grows by addition only. */
const API_VERSION = '1.0.0'

/** What a registered route tells the document. */
export type DescribedRoute = Pick<RouteOptions, 'method' | 'url' | 'schema' | 'config'>

type Json = Record<string, unknown>

const NAMES = new Map(Object.entries(NAMED_SCHEMAS).map(([name, schema]) => [schema, name]))

/** The OpenAPI 3.1 document of the given routes; named schemas become components. */
export function openApiDocument(routes: readonly DescribedRoute[]): Json {
  const paths: Record<string, Json> = {}
  for (const route of routes.toSorted((a, b) => (a.url < b.url ? -1 : 1))) {
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [String(route.method).toLowerCase()]: operation(route) }
  }
  const schemas = Object.fromEntries(
    Object.entries(NAMED_SCHEMAS).map(([name, schema]) => [name, mapChildren(schema)])
  )
  return {
    openapi: '3.1.0',
    info: {
      title: 'Torusmesh node',
      version: API_VERSION,
      description: 'What one node of the mesh knows and does. Answers only on its own machine.'
    },
    paths,
    components: {
      schemas,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } }
    }
  }
}

function operation({ schema = {}, config }: DescribedRoute): Json {
  const parameters = [
    ...parametersOf('path', schema.params as TObject | undefined),
    ...parametersOf('query', schema.querystring as TObject | undefined),
    ...parametersOf('header', schema.headers as TObject | undefined)
  ]
  return {
    summary: config?.summary,
    ...(config?.needsToken === true && { security: [{ token: [] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(schema.body !== undefined && {
      requestBody: { required: true, content: jsonContent(schema.body as TSchema) }
    }),
    responses: {
      ...responsesOf(schema.response as Record<string, Response>),
      default: { description: 'refused', content: jsonContent(NAMED_SCHEMAS['Error']!) }
    }
  }
}

function parametersOf(where: string, schema: TObject | undefined): Json[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path',
    schema: reference(property)
  }))
}

type Response = TSchema | { content: Record<string, { schema: TSchema }> }

function responsesOf(responses: Record<string, Response>): Json {
  return Object.fromEntries(
    Object.entries(responses).map(([status, response]) => {
      const content =
        'content' in response
          ? mapChildren(response.content as Json)
          : jsonContent(response as TSchema)
      return [status, { description: status < '400' ? 'success' : 'not now', content }]
    })
  )
}

function jsonContent(schema: TSchema): Json {
  return { 'application/json': { schema: reference(schema) } }
}

/** A named schema by its name, any other in full. */
function reference(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const name = NAMES.get(value as TSchema)
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` }
  return Array.isArray(value) ? value.map(reference) : mapChildren(value)
}

function mapChildren(value: object): Json {
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, reference(child)]))
}
