import { Agent, request } from 'node:http'
import { StepFailure } from './failure.ts'

const ANSWER_MAX_BYTES = 4 * 1_048_576
const TIMEOUT_MS = 10_000
const STOP_GRACE_S = 10

type Json = Readonly<Record<string, unknown>>

/** A container as the engine describes it, as far as an upgrade looks at it. */
export interface Container {
  readonly id: string
  readonly status: string
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  readonly exitCode: number
  readonly restarts: number
  readonly imageId: string
  /** What it was made with, the image's own settings mixed in. */
  readonly config: Json
  readonly hostConfig: Json
  readonly volumes: readonly { readonly name: string; readonly destination: string }[]
  readonly networks: Readonly<Record<string, Json>>
}

export interface Image {
  readonly id: string
  readonly sizeBytes: number
  /** Digests it is known by, hexadecimal digits. */
  readonly digests: readonly string[]
  readonly config: Json
}

/**
 * What an upgrade needs of the Docker Engine API beyond what the agent uses: making, renaming and
 * removing containers, and pulling images. Answers and times are bounded; the engine is this machine's
 * own, so its answers are read, not defended against.
 */
export class UpgradeEngine {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 })

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  /** `undefined` if there is none. */
  async container(name: string): Promise<Container | undefined> {
    const json = await this.#ask('GET', `${at(name)}/json`, { or: [404] })
    return json === undefined ? undefined : containerOf(json as Json)
  }

  /** `undefined` if it isn't on this machine. */
  async image(reference: string): Promise<Image | undefined> {
    const path = `/images/${encodeURIComponent(reference)}/json`
    const json = await this.#ask('GET', path, { or: [404] })
    return json === undefined ? undefined : imageOf(json as Json)
  }

  async pull(repository: string, sha256: string, timeoutMs: number): Promise<void> {
    const query = new URLSearchParams({ fromImage: repository, tag: `sha256:${sha256}` })
    await this.#ask('POST', `/images/create?${query}`, { timeoutMs })
  }

  async create(name: string, body: Json): Promise<void> {
    await this.#ask('POST', `/containers/create?name=${encodeURIComponent(name)}`, { body })
  }

  async connect(network: string, name: string, endpoint: Json): Promise<void> {
    const body = { Container: name, EndpointConfig: endpoint }
    await this.#ask('POST', `/networks/${encodeURIComponent(network)}/connect`, { body })
  }

  async start(name: string): Promise<void> {
    await this.#ask('POST', `${at(name)}/start`, { or: [304], timeoutMs: 3 * TIMEOUT_MS })
  }

  async stop(name: string): Promise<void> {
    const timeoutMs = (STOP_GRACE_S + 20) * 1_000
    await this.#ask('POST', `${at(name)}/stop?t=${STOP_GRACE_S}`, { or: [304], timeoutMs })
  }

  async rename(name: string, to: string): Promise<void> {
    await this.#ask('POST', `${at(name)}/rename?name=${encodeURIComponent(to)}`)
  }

  /** Whether the engine starts it by itself, as the engine writes it. */
  async setRestartPolicy(name: string, policy: unknown): Promise<void> {
    await this.#ask('POST', `${at(name)}/update`, { body: { RestartPolicy: policy } })
  }

  /** Gone afterwards, whether it was there or not; named volumes stay. */
  async remove(name: string): Promise<void> {
    await this.#ask('DELETE', `${at(name)}?force=true`, { or: [404], timeoutMs: 3 * TIMEOUT_MS })
  }

  close(): void {
    this.#agent.destroy()
  }

  /** @returns `undefined` for a status in `or` */
  async #ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    options: { body?: Json; or?: readonly number[]; timeoutMs?: number } = {}
  ): Promise<unknown> {
    const { body, or = [], timeoutMs = TIMEOUT_MS } = options
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const { status, text } = await this.#send(method, path, bytes, timeoutMs)
    if (or.includes(status)) return undefined
    const words = path.split('?')[0]
    if (status >= 300) {
      const why = text.slice(0, 200).replace(/[^\x20-\x7e]+/g, ' ')
      throw new StepFailure('host-failed', `${method} ${words}: ${status} ${why}`)
    }
    if (path.startsWith('/images/create')) return pulled(text)
    return text === '' ? {} : JSON.parse(text)
  }

  #send(
    method: string,
    path: string,
    bytes: Buffer | undefined,
    timeoutMs: number
  ): Promise<{ readonly status: number; readonly text: string }> {
    const signal = AbortSignal.timeout(timeoutMs)
    const headers = {
      host: 'engine',
      'content-length': bytes?.length ?? 0,
      ...(bytes === undefined ? {} : { 'content-type': 'application/json' })
    }
    const options = { socketPath: this.#socketPath, agent: this.#agent, method, path, headers }
    return new Promise((resolve, reject) => {
      const sent = request({ ...options, signal }, response => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          // Of a long pull the end tells; anything else that is so long is no answer.
          text = (text + chunk).slice(-ANSWER_MAX_BYTES)
        })
        response.once('error', reject)
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      sent.once('error', reject)
      sent.end(bytes)
    })
  }
}

function at(name: string): string {
  return `/containers/${encodeURIComponent(name)}`
}

/** A pull answers 200 and then says in its last line that it failed. */
function pulled(text: string): unknown {
  const last = text.trim().split('\n').at(-1) ?? ''
  if (!last.includes('"error"')) return {}
  throw new StepFailure('download-failed', `the registry: ${last.slice(0, 200)}`)
}

function containerOf(json: Json): Container {
  const state = json['State'] as Json
  const health = (state['Health'] as Json | undefined)?.['Status']
  const mounts = (json['Mounts'] ?? []) as readonly Json[]
  return {
    id: String(json['Id']),
    status: String(state['Status']),
    health:
      health === 'starting' || health === 'healthy' || health === 'unhealthy' ? health : 'none',
    exitCode: Number(state['ExitCode'] ?? 0),
    restarts: Number(json['RestartCount'] ?? 0),
    imageId: String(json['Image']),
    config: json['Config'] as Json,
    hostConfig: json['HostConfig'] as Json,
    volumes: mounts
      .filter(mount => mount['Type'] === 'volume')
      .map(mount => ({ name: String(mount['Name']), destination: String(mount['Destination']) })),
    networks: ((json['NetworkSettings'] as Json)['Networks'] ?? {}) as Record<string, Json>
  }
}

function imageOf(json: Json): Image {
  const id = String(json['Id'])
  const repoDigests = (json['RepoDigests'] ?? []) as readonly string[]
  const digests = [id, ...repoDigests].map(name => name.split('sha256:').at(-1)!)
  return {
    id,
    sizeBytes: Number(json['Size'] ?? 0),
    digests,
    config: (json['Config'] ?? {}) as Json
  }
}
