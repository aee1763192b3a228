import { OperatorError } from '../errors.ts'
import { type EngineRequest, EngineSocket, type EngineSocketInit } from './http.ts'
import {
  type ContainerDetails,
  type ContainerSummary,
  type EngineEvent,
  readDetails,
  readEvent,
  readExit,
  readId,
  readSummaries
} from './types.ts'

const MAX_LINE = 65_536
const MAX_LOG = 65_536
const LOG_LINES = 100
/** What a container gets to stop by itself in a restart, seconds. */
const STOP_GRACE_S = 5
const RESTART_TIMEOUT_MS = 30_000
const EXEC_POLLS = 50

/**
 * The Docker Engine API over its Unix socket, as much of it as the agent needs; Podman's socket
 * speaks it too. All failures are `OperatorError`s with an `ENGINE_…` code.
 */
export class EngineClient {
  readonly #socket: EngineSocket

  constructor(init: EngineSocketInit) {
    this.#socket = new EngineSocket(init)
  }

  async ping(): Promise<void> {
    await this.#done({ method: 'GET', path: '/_ping' })
  }

  /** Running and stopped containers. */
  async containers(): Promise<ContainerSummary[]> {
    return readSummaries(await this.#json('/containers/json?all=true'))
  }

  /** `undefined` if there is none. */
  async container(name: string): Promise<ContainerDetails | undefined> {
    const json = await this.#found(`/containers/${encodeURIComponent(name)}/json`)
    return json === undefined ? undefined : readDetails(json)
  }

  async hasNetwork(name: string): Promise<boolean> {
    return (await this.#found(`/networks/${encodeURIComponent(name)}`)) !== undefined
  }

  async hasImage(name: string): Promise<boolean> {
    return (await this.#found(`/images/${encodeURIComponent(name)}/json`)) !== undefined
  }

  async start(name: string): Promise<void> {
    await this.#post(`${at(name)}/start`)
  }

  async restart(name: string): Promise<void> {
    const path = `${at(name)}/restart?t=${STOP_GRACE_S}`
    await this.#done({ method: 'POST', path, timeoutMs: RESTART_TIMEOUT_MS })
  }

  async unpause(name: string): Promise<void> {
    await this.#post(`${at(name)}/unpause`)
  }

  /** Sets limits, bytes; -1 swap is unlimited. */
  async limit(name: string, memoryBytes: number, swapBytes: number): Promise<void> {
    await this.#post(`${at(name)}/update`, { Memory: memoryBytes, MemorySwap: swapBytes })
  }

  async connect(network: string, name: string, aliases: readonly string[]): Promise<void> {
    const body = { Container: name, EndpointConfig: { Aliases: aliases } }
    await this.#post(`/networks/${encodeURIComponent(network)}/connect`, body)
  }

  async disconnect(network: string, name: string): Promise<void> {
    const body = { Container: name, Force: true }
    await this.#post(`/networks/${encodeURIComponent(network)}/disconnect`, body)
  }

  /** The last lines of both streams. */
  async logs(name: string): Promise<string> {
    const path = `${at(name)}/logs?stdout=true&stderr=true&tail=${LOG_LINES}`
    const body = await this.#done({ method: 'GET', path })
    return plainLog(body).toString('utf8').slice(-MAX_LOG)
  }

  /** Runs a command in a container. @returns its exit code */
  async exec(name: string, argv: readonly string[]): Promise<number> {
    const create = { method: 'POST', path: `${at(name)}/exec` } as const
    const created = await this.#done({ ...create, body: { Cmd: argv, AttachStdout: true } })
    const exec = `/exec/${encodeURIComponent(readId(parse(created)))}`
    await this.#done({ method: 'POST', path: `${exec}/start`, body: { Detach: false } })
    // The output has ended; the exit code can lag behind it.
    for (let i = 0; i < EXEC_POLLS; i++) {
      const exitCode = readExit(await this.#json(`${exec}/json`))
      if (exitCode !== undefined) return exitCode
    }
    throw new OperatorError('ENGINE_TIMEOUT', `${argv[0]} in ${name} does not end`)
  }

  /** Events of containers and networks until `signal` aborts or the engine ends the stream. */
  async *events(signal: AbortSignal): AsyncGenerator<EngineEvent> {
    const filters = encodeURIComponent(JSON.stringify({ type: ['container', 'network'] }))
    const response = await this.#socket.stream(`/events?filters=${filters}`, signal)
    let rest = ''
    response.setEncoding('utf8')
    for await (const chunk of response as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE) {
        response.destroy()
        throw new OperatorError('ENGINE_MALFORMED', 'an event is too long')
      }
      for (const line of lines) {
        const event = line.trim() === '' ? undefined : readEvent(parse(Buffer.from(line)))
        if (event !== undefined) yield event
      }
    }
  }

  close(): void {
    this.#socket.close()
  }

  async #post(path: string, body?: unknown): Promise<void> {
    await this.#done({ method: 'POST', path, ...(body === undefined ? {} : { body }) })
  }

  async #json(path: string): Promise<unknown> {
    return parse(await this.#done({ method: 'GET', path }))
  }

  async #found(path: string): Promise<unknown> {
    const { status, body } = await this.#socket.ask({ method: 'GET', path })
    if (status === 404) return undefined
    return parse(accepted(path, status, body))
  }

  async #done(asked: EngineRequest): Promise<Buffer> {
    const { status, body } = await this.#socket.ask(asked)
    // 304: it is started or stopped already.
    return status === 304 ? body : accepted(asked.path, status, body)
  }
}

function at(name: string): string {
  return `/containers/${encodeURIComponent(name)}`
}

function accepted(path: string, status: number, body: Buffer): Buffer {
  if (status >= 200 && status < 300) return body
  const why = body
    .toString('utf8', 0, 200)
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
  const code = status === 401 || status === 403 ? 'ENGINE_DENIED' : 'ENGINE_REFUSED'
  throw new OperatorError(code, `${path.split('?')[0]}: ${status} ${why}`)
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    throw new OperatorError('ENGINE_MALFORMED', 'the engine answers no JSON; update it', error)
  }
}

const FRAME_HEADER = 8

/** A log without the frames that tell the two streams apart; a terminal's log has none. */
function plainLog(body: Buffer): Buffer {
  const parts: Buffer[] = []
  let offset = 0
  while (offset + FRAME_HEADER <= body.length) {
    const framed = body[offset]! <= 2 && body.readUIntBE(offset + 1, 3) === 0
    if (!framed) return body
    const end = offset + FRAME_HEADER + body.readUInt32BE(offset + 4)
    parts.push(body.subarray(offset + FRAME_HEADER, end))
    offset = end
  }
  return Buffer.concat(parts)
}
