import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

type Json = Record<string, unknown>

/** How containers of an image behave. */
export type Behaviour = 'good' | 'crash-at-start' | 'never-ready' | 'dies-later'

export interface FakeImage {
  readonly sha256: string
  readonly repository: string
  readonly sizeBytes: number
  readonly behaviour: Behaviour
  readonly config?: Json
}

interface FakeContainer {
  readonly id: string
  readonly image: FakeImage
  readonly config: Json
  hostConfig: Json
  status: 'created' | 'running' | 'exited'
  looks: number
  readonly networks: Map<string, Json>
}

/** The Docker Engine API over a Unix socket, as much of it as an upgrade uses, in front of a model. */
export class FakeUpgradeEngine {
  readonly containers = new Map<string, FakeContainer>()
  /** What is on this machine, and what a pull finds. */
  readonly images: FakeImage[] = []
  readonly registry: FakeImage[] = []
  readonly requests: string[] = []
  /** From this request on, counted from 0, the engine is away. */
  diesAt = Number.POSITIVE_INFINITY
  #folder = ''
  #server: Server | undefined
  #made = 0

  get socketPath(): string {
    return join(this.#folder, 'engine.sock')
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'fake-upgrade-'))
    this.#server = createServer(async (request, response) => {
      const body = await bodyOf(request)
      if (this.requests.length >= this.diesAt) return void request.socket.destroy()
      this.requests.push(`${request.method} ${request.url}`)
      const [status, json] = this.#answer(request.method ?? '', request.url ?? '', body)
      response.writeHead(status).end(json === undefined ? '' : JSON.stringify(json))
    })
    await new Promise<void>(resolve => this.#server!.listen(this.socketPath, resolve))
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise(resolve => this.#server?.close(resolve))
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Runs a container as somebody set it up by hand. */
  run(
    name: string,
    image: FakeImage,
    places: Readonly<Record<string, readonly string[]>>,
    own: Json = {}
  ): void {
    const body = { ...image.config, ...own, Image: `sha256:${image.sha256}` }
    this.#create(name, {
      ...body,
      HostConfig: { RestartPolicy: { Name: 'always' }, ...(own['HostConfig'] as Json) }
    })
    const made = this.containers.get(name)!
    for (const [network, Aliases] of Object.entries(places)) made.networks.set(network, { Aliases })
    made.status = 'running'
  }

  #answer(method: string, url: string, body: Json): [number, unknown?] {
    const { pathname, searchParams } = new URL(url, 'http://engine')
    const [room, first = '', verb = ''] = pathname.split('/').slice(1).map(decodeURIComponent)
    if (room === 'images' && first === 'create') return this.#pull(searchParams)
    if (room === 'images') {
      const image = this.images.find(
        ({ sha256, repository }) =>
          first === `sha256:${sha256}` || first === `${repository}@sha256:${sha256}`
      )
      return image === undefined ? [404, {}] : [200, describeImage(image)]
    }
    if (room === 'networks') {
      if (verb === '') return [200, {}]
      const on = this.containers.get(String(body['Container']))!.networks
      if (verb === 'connect') on.set(first, body['EndpointConfig'] as Json)
      else on.delete(first)
      return [200]
    }
    if (first === 'create') return this.#create(searchParams.get('name')!, body)
    const container = this.containers.get(first)
    return container === undefined
      ? [404, { message: `No such container: ${first}` }]
      : this.#act(method, first, container, verb, body, searchParams)
  }

  #act(
    method: string,
    name: string,
    container: FakeContainer,
    verb: string,
    body: Json,
    query: URLSearchParams
  ): [number, unknown?] {
    if (method === 'DELETE') {
      this.containers.delete(name)
      return [204]
    }
    switch (verb) {
      case 'json':
        return [200, describe(name, container)]
      case 'start':
      case 'restart':
        if (verb === 'start' && container.status === 'running') return [304]
        container.looks = 0
        container.status = container.image.behaviour === 'crash-at-start' ? 'exited' : 'running'
        return [204]
      case 'stop':
        if (container.status !== 'running') return [304]
        container.status = 'exited'
        return [204]
      case 'update':
        container.hostConfig = { ...container.hostConfig, ...body }
        return [200, { Warnings: [] }]
      case 'rename': {
        const to = query.get('name')!
        if (this.containers.has(to)) return [409, { message: `${to} is in use` }]
        this.containers.delete(name)
        this.containers.set(to, container)
        return [204]
      }
      default:
        return [404, { message: 'page not found' }]
    }
  }

  #create(
    name: string,
    { HostConfig, NetworkingConfig, Image, ...config }: Json
  ): [number, unknown?] {
    if (this.containers.has(name)) return [409, { message: `${name} is in use` }]
    const image = this.images.find(({ sha256 }) => `sha256:${sha256}` === Image)
    if (image === undefined) return [404, { message: `No such image: ${Image}` }]
    const id = (this.#made++).toString(16).padStart(2, '0').repeat(32)
    const endpoints = (NetworkingConfig as { EndpointsConfig?: Json } | undefined)?.EndpointsConfig
    this.containers.set(name, {
      ...{ id, image, hostConfig: HostConfig as Json, status: 'created', looks: 0 },
      config: { Hostname: id.slice(0, 12), ...image.config, ...config },
      networks: new Map(Object.entries(endpoints ?? {})) as Map<string, Json>
    })
    return [201, { Id: id }]
  }

  #pull(query: URLSearchParams): [number, unknown?] {
    const found = this.registry.find(
      ({ repository, sha256 }) =>
        repository === query.get('fromImage') && query.get('tag') === `sha256:${sha256}`
    )
    if (found === undefined) return [200, { error: 'manifest unknown' }]
    this.images.push(found)
    return [200, { status: 'Downloaded' }]
  }
}

function describe(name: string, container: FakeContainer): Json {
  const { behaviour } = container.image
  const isUp = container.status === 'running'
  if (isUp) container.looks++
  const Status =
    behaviour === 'never-ready' ? 'starting' : container.looks > 1 ? 'healthy' : 'starting'
  // It was healthy for a while.
  if (isUp && behaviour === 'dies-later' && container.looks > 5) container.status = 'exited'
  return {
    Id: container.id,
    Name: `/${name}`,
    Image: `sha256:${container.image.sha256}`,
    State: {
      Status: container.status,
      ExitCode: isUp ? 0 : 1,
      OOMKilled: false,
      Health: { Status }
    },
    RestartCount: 0,
    Config: { Env: [], ...container.config },
    HostConfig: { Memory: 0, MemorySwap: 0, ...container.hostConfig },
    Mounts: [{ Type: 'volume', Name: 'data', Destination: '/data' }],
    NetworkSettings: { Networks: Object.fromEntries(container.networks) }
  }
}

function describeImage({ sha256, repository, sizeBytes, config }: FakeImage): Json {
  return {
    Id: `sha256:${sha256}`,
    RepoDigests: [`${repository}@sha256:${sha256}`],
    Size: sizeBytes,
    Config: config ?? {}
  }
}

async function bodyOf(request: IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Json)
}
