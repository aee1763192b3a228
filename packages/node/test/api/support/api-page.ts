import { proposalId } from './fake-council.ts'
import { AUTHORISED, type Harness, LOCAL } from './harness.ts'

interface Operation {
  summary: string
  security?: unknown
  parameters?: { name: string; in: string; schema: Record<string, unknown> }[]
}

const INTRODUCTION = `# HTTP API

Each node answers on its own machine, by default at \`http://127.0.0.1:4800\`; \`api.host\` and
\`api.port\` say otherwise. The full contract is \`GET /openapi.json\` (OpenAPI 3.1). Version 1 grows by
addition only.

- Answers are JSON, the same bytes for the same state. Lists come in pages: \`next\` of one page is the
  \`cursor\` or \`from\` of the one after, \`null\` on the last.
- A refusal is \`{ code, message, next }\`: a stable code, one line, and what to do.
- What changes something needs \`Authorization: Bearer TOKEN\` with the token in \`api.json\` of the home
  folder, at most 100 times a minute.
- Requests that name another host than a loopback one, or come from a page of another origin,
  are refused.
- \`createApiClient\` of \`@torusmesh/node\` calls all of it with types.

The examples below are answers of a test node, checked with each change; lists are cut to their
first item.
`

/** Examples by operation: the path that is called, and a body. */
const CALLS: Readonly<Record<string, { url: string; body?: object }>> = {
  'get /v1/nodes': { url: '/v1/nodes?standing=alive&limit=1' },
  'get /v1/ledger/events': { url: '/v1/ledger/events?from=1&limit=1' },
  'get /v1/ledger/proof/{seq}': { url: '/v1/ledger/proof/1' },
  'get /v1/proposals': { url: '/v1/proposals?live=true&limit=1' },
  'get /v1/proposals/{id}': { url: `/v1/proposals/${proposalId(3)}` },
  'get /v1/proposals/{id}/result': { url: `/v1/proposals/${proposalId(1)}/result` },
  'get /v1/proposals/{id}/receipt': { url: `/v1/proposals/${proposalId(1)}/receipt` },
  'get /v1/proposals/{id}/revisit': { url: `/v1/proposals/${proposalId(1)}/revisit?policy=1` },
  'post /v1/proposals': {
    url: '/v1/proposals',
    body: {
      title: 'Gossip to eight peers',
      action: { kind: 'set-parameter', parameter: 'gossip.fanout', to: 8 },
      summary: 'A third more traffic.',
      rollback: 'Set it back to 6.'
    }
  },
  'post /v1/proposals/{id}/votes': {
    url: `/v1/proposals/${proposalId(3)}/votes`,
    body: { choice: 'approve' }
  },
  'post /v1/proposals/{id}/approvals': {
    url: `/v1/proposals/${proposalId(3)}/approvals`,
    body: { approves: true }
  },
  'post /v1/proposals/{id}/objections': { url: `/v1/proposals/${proposalId(3)}/objections` },
  'post /v1/proposals/{id}/cancellation': { url: `/v1/proposals/${proposalId(3)}/cancellation` },
  'get /v1/decisions/{id}': { url: `/v1/decisions/${proposalId(1)}` },
  'get /v1/weights': { url: '/v1/weights?limit=1' },
  'get /v1/weights/{member}': { url: '/v1/weights/self' },
  'get /v1/policies/{version}': { url: '/v1/policies/1' },
  'get /v1/notices': { url: '/v1/notices?stream=governance' },
  'post /v1/appeals': {
    url: '/v1/appeals',
    body: {
      decision: 'a1'.repeat(32),
      decider: 'agent',
      atMs: 1_800_000_000_000,
      grounds: 'The service was being moved.'
    }
  },
  'post /v1/appeals/{id}/review': {
    url: `/v1/appeals/${'a9'.repeat(32)}/review`,
    body: { text: 'The log agrees.' }
  },
  'post /v1/appeals/{id}/resolution': {
    url: `/v1/appeals/${'a9'.repeat(32)}/resolution`,
    body: { outcome: 'reversed', reason: 'See the log.' }
  },
  'get /v1/incidents/{id}': { url: '/v1/incidents/inc4f-1' },
  'post /v1/approvals/{id}/delivery': { url: '/v1/approvals/inc4f-1.2/delivery', body: {} },
  'post /v1/approvals/{id}/answer': {
    url: '/v1/approvals/inc4f-1.2/answer',
    body: { token: 'one-use', answer: 'defer', deferMs: 3_600_000 }
  },
  'post /v1/operator/control': { url: '/v1/operator/control', body: { by: 'operator' } },
  'post /v1/operator/grants': { url: '/v1/operator/grants', body: { hours: 8 } },
  'post /v1/invites': { url: '/v1/invites', body: { validForMs: 3_600_000 } }
}

/** docs/api.md: every operation of the OpenAPI document with what it really answers. */
export async function apiPage(harness: Harness): Promise<string> {
  const { app } = harness.api
  const { body } = await app.inject({ url: '/openapi.json', headers: LOCAL })
  const paths: Record<string, Record<string, Operation>> = JSON.parse(body).paths
  const parts: string[] = []
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      parts.push(await section(harness, method, path, operation))
    }
  }
  return `${INTRODUCTION}\n${parts.join('\n')}`
}

async function section(
  harness: Harness,
  method: string,
  path: string,
  operation: Operation
): Promise<string> {
  const name = `${method} ${path}`
  const token = operation.security === undefined ? '' : ' Needs the token.'
  const parameters = (operation.parameters ?? []).map(
    ({ name: parameter, in: where, schema }) => `- \`${parameter}\` (${where}): ${limits(schema)}\n`
  )
  const { url, body } = CALLS[name] ?? { url: path }
  const example = await call(harness, method === 'post' ? 'POST' : 'GET', url, body)
  const list = parameters.length > 0 ? `\n${parameters.join('')}` : ''
  return `## ${method.toUpperCase()} ${path}\n\n${operation.summary}${token}\n${list}\n${example}`
}

function limits(schema: Record<string, unknown>): string {
  const { type, enum: values, minimum, maximum, default: fallback, description } = schema
  const range = Array.isArray(values)
    ? values.join(', ')
    : minimum !== undefined && maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER
      ? `${minimum} to ${maximum}`
      : `${type}`
  const start = fallback === undefined ? '' : `, default ${fallback}`
  return `${range}${start}${description === undefined ? '' : `; ${description}`}`
}

async function call(
  { api, events }: Harness,
  method: 'GET' | 'POST',
  url: string,
  payload?: object
): Promise<string> {
  const shown = `${method} ${url}${payload === undefined ? '' : ` ${JSON.stringify(payload)}`}`
  const answer = await api.app.inject({
    method,
    url,
    headers: { ...LOCAL, ...(method === 'POST' && AUTHORISED) },
    ...(payload !== undefined && { payload }),
    payloadAsStream: url === '/v1/events'
  })
  const status = `${answer.statusCode}`
  if (url === '/v1/events') {
    let text = ''
    events.publish({ seq: 42, timeMs: 1_800_000_000_042, type: 'verdict', summary: 'one is down' })
    for await (const chunk of answer.stream()) {
      text += chunk
      if (text.includes('data: ')) break
    }
    return `\`\`\`text\n${shown}\n${status}\n${text.trimEnd()}\n\`\`\`\n`
  }
  if (url === '/metrics') {
    const line = answer.body.split('\n').find(found => found.startsWith('torusmesh_members'))
    return `\`\`\`text\n${shown}\n${status}\n…\n${line}\n…\n\`\`\`\n\nAll of them: [metrics.md](metrics.md).\n`
  }
  return `\`\`\`text\n${shown}\n${status} ${compact(firstItems(answer.json()))}\n\`\`\`\n`
}

/** JSON that breaks lines only where it would not fit into one. */
function compact(value: unknown, indent = ''): string {
  const inline = JSON.stringify(value)
  if (typeof value !== 'object' || value === null || inline.length + indent.length <= 96) {
    return inline
  }
  const inner = `${indent}  `
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  const items = Object.entries(value).map(([key, held]) => {
    const name = Array.isArray(value) ? '' : `"${key}": `
    return `${inner}${name}${compact(held, inner)}`
  })
  return `${open}\n${items.join(',\n')}\n${indent}${close}`
}

function firstItems(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.every(item => typeof item === 'object') ? value.slice(0, 1) : value
    return items.map(firstItems)
  }
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, firstItems(held)]))
}
