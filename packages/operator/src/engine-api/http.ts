import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http'
import { OperatorError } from '../errors.ts'

const MAX_BODY = 4 * 1_048_576
const MAX_SOCKETS = 8

export interface EngineSocketInit {
  /** `/var/run/docker.sock`, or Podman's. */
  readonly socketPath: string
  /** For a whole request, unless it says otherwise. */
  readonly timeoutMs?: number
}

export interface EngineAnswer {
  readonly status: number
  readonly body: Buffer
}

export interface EngineRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: unknown
  readonly timeoutMs?: number
}

/** HTTP over the engine's Unix socket: bounded answers, bounded time. */
export class EngineSocket {
  readonly #socketPath: string
  readonly #timeoutMs: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS })

  constructor({ socketPath, timeoutMs = 5_000 }: EngineSocketInit) {
    this.#socketPath = socketPath
    this.#timeoutMs = timeoutMs
  }

  /** @throws OperatorError `ENGINE_AWAY`, `ENGINE_DENIED`, `ENGINE_TIMEOUT` or `ENGINE_MALFORMED` */
  async ask(asked: EngineRequest): Promise<EngineAnswer> {
    const signal = AbortSignal.timeout(asked.timeoutMs ?? this.#timeoutMs)
    try {
      const response = await this.#send(asked, signal)
      const chunks: Buffer[] = []
      let length = 0
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length
        if (length > MAX_BODY) {
          response.destroy()
          throw new OperatorError(
            'ENGINE_MALFORMED',
            `${asked.path} answers over ${MAX_BODY} bytes`
          )
        }
        chunks.push(chunk)
      }
      return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) }
    } catch (error) {
      throw engineError(error, this.#socketPath)
    }
  }

  /** An answer without end; the caller bounds what it keeps and ends it by `signal`. */
  async stream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      const response = await this.#send({ method: 'GET', path }, signal)
      if (response.statusCode === 200) return response
      response.destroy()
      throw new OperatorError('ENGINE_REFUSED', `${path}: status ${response.statusCode}`)
    } catch (error) {
      throw engineError(error, this.#socketPath)
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #send({ method, path, body }: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const headers: Record<string, string | number> =
      bytes === undefined
        ? { host: 'engine', 'content-length': 0 }
        : { host: 'engine', 'content-type': 'application/json', 'content-length': bytes.length }
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.#socketPath, agent: this.#agent, method, path, headers }
      const sent: ClientRequest = request({ ...options, signal }, resolve)
      sent.once('error', reject)
      sent.end(bytes)
    })
  }
}

function engineError(error: unknown, socketPath: string): OperatorError {
  if (error instanceof OperatorError) return error
  const { name, code } = error as NodeJS.ErrnoException
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ABORT_ERR') {
    return new OperatorError('ENGINE_TIMEOUT', 'the engine does not answer; restart it', error)
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `${socketPath}: not allowed; add this user to the socket’s group`
    return new OperatorError('ENGINE_DENIED', message, error)
  }
  if (code?.startsWith('HPE_') === true) {
    return new OperatorError('ENGINE_MALFORMED', `${socketPath} speaks no HTTP`, error)
  }
  return new OperatorError(
    'ENGINE_AWAY',
    `${socketPath}: no engine; start it, or name another socket`,
    error
  )
}
