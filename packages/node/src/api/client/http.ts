import type { ErrorBody } from '../errors.ts'
import { ApiClientError } from './errors.ts'

/** How requests are sent. */
export interface HttpInit {
  /** `http://127.0.0.1:4800`. */
  readonly url: string
  readonly token?: string | undefined
  readonly fetch: typeof fetch
  readonly timeoutMs: number
}

/** One request. */
export interface Call {
  readonly method?: 'GET' | 'POST'
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** Ends the call; without it the call ends after the client's timeout. */
  readonly signal?: AbortSignal
  /** Statuses whose body is an answer although they aren't a success. */
  readonly answers?: readonly number[]
}

/** Requests to one node whose failures are {@link ApiClientError}s. */
export class Http {
  readonly #init: HttpInit

  constructor(init: HttpInit) {
    this.#init = init
  }

  get url(): string {
    return this.#init.url
  }

  /** The parsed answer. The node checks what it sends against its schemas; it isn't checked twice. */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    const response = await this.open(path, call)
    const answer = await this.#parse(response)
    if (response.ok || call.answers?.includes(response.status) === true) return answer as T
    throw refused(answer, response.status)
  }

  /** The body of a stream. */
  async stream(
    path: string,
    call: Call & { signal: AbortSignal }
  ): Promise<ReadableStream<Uint8Array>> {
    const headers = { ...call.headers, accept: 'text/event-stream' }
    const response = await this.open(path, { ...call, headers })
    if (response.ok && response.body !== null) return response.body
    throw refused(await this.#parse(response), response.status)
  }

  async open(path: string, call: Call): Promise<Response> {
    const { url, token, timeoutMs } = this.#init
    const target = new URL(path, url)
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) target.searchParams.set(name, String(value))
    }
    const headers: Record<string, string> = { ...call.headers }
    if (call.body !== undefined) headers['content-type'] = 'application/json'
    if (token !== undefined && call.method === 'POST') headers['authorization'] = `Bearer ${token}`
    try {
      return await this.#init.fetch(target, {
        method: call.method ?? 'GET',
        headers,
        redirect: 'error',
        signal: call.signal ?? AbortSignal.timeout(timeoutMs),
        ...(call.body !== undefined && { body: JSON.stringify(call.body) })
      })
    } catch (error) {
      throw this.#unreachable(error)
    }
  }

  async #parse(response: Response): Promise<unknown> {
    try {
      return await response.json()
    } catch {
      throw new ApiClientError(
        'NODE_UNKNOWN_ANSWER',
        `what answers at ${this.url} is not a torusmesh node (HTTP ${response.status})`,
        'check the address, or set api.port'
      )
    }
  }

  #unreachable(error: unknown): unknown {
    const { name } = error as Error
    if (name === 'AbortError') return error
    if (name === 'TimeoutError') {
      return new ApiClientError(
        'NODE_SILENT',
        `the node at ${this.url} did not answer within ${this.#init.timeoutMs} ms`,
        "try again, or see the node's log"
      )
    }
    return notRunning(this.url)
  }
}

/** Nobody answers at `url`. */
export function notRunning(url: string): ApiClientError {
  return new ApiClientError(
    'NODE_NOT_RUNNING',
    `no node answers at ${url}`,
    'start one with `torusmesh up`'
  )
}

function refused(answer: unknown, status: number): ApiClientError {
  const { code, message, next } = (answer ?? {}) as Partial<ErrorBody>
  return new ApiClientError(
    code ?? 'NODE_UNKNOWN_ANSWER',
    message ?? `the node answered HTTP ${status}`,
    next ?? "see the node's log"
  )
}
