import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Catalogue, ServiceSpec } from '../../src/catalogue/types.ts'
import type { World } from '../../src/drill/world.ts'
import type { ActionKind } from '../../src/remedy/actions.ts'

type Json = Readonly<Record<string, unknown>>

export interface FakeEngineInit {
  readonly world: World
  readonly catalogue: Catalogue
  /** Whoever listens is another process: it can't be waited for. */
  readonly remote?: true
}

/** The Docker Engine API over a Unix socket, in front of modelled services; and those services. */
export class FakeEngine {
  readonly #init: FakeEngineInit
  readonly #listeners = new Set<ServerResponse>()
  readonly #execs = new Map<string, number>()
  readonly requests: string[] = []
  #folder = ''
  #engine: Server | undefined
  #services: Server | undefined

  constructor(init: FakeEngineInit) {
    this.#init = init
  }

  get socketPath(): string {
    return join(this.#folder, 'engine.sock')
  }

  get servicePort(): number {
    return (this.#services!.address() as AddressInfo).port
  }

  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'fake-engine-'))
    this.#engine = createServer((request, response) => this.#serve(request, response))
    await new Promise<void>(resolve => this.#engine!.listen(this.socketPath, resolve))
    this.#services = createServer((request, response) => this.#answer(request, response))
    await new Promise<void>(resolve => this.#services!.listen(0, '127.0.0.1', resolve))
  }

  async stop(): Promise<void> {
    for (const listener of this.#listeners) listener.destroy()
    for (const server of [this.#engine, this.#services]) {
      server?.closeAllConnections()
      await new Promise(resolve => server?.close(resolve))
    }
    await rm(this.#folder, { recursive: true, force: true })
  }

  /** Events that reached the one who listens. */
  heard = 0

  /** Ends once somebody listens to events. */
  async listened(): Promise<void> {
    while (this.#listeners.size === 0) await new Promise(resolve => setImmediate(resolve))
  }

  /** Ends once the event was heard; with the engine away nobody hears it. */
  async emit(type: string, action: string, name: string): Promise<void> {
    const event = { Type: type, Action: action, Actor: { Attributes: { name } } }
    const { heard } = this
    if (this.#init.world.engineFault !== undefined) {
      for (const listener of this.#listeners) listener.destroy()
      return
    }
    for (const listener of this.#listeners) listener.write(`${JSON.stringify(event)}\n`)
    if (this.#init.remote === true) return
    while (this.#listeners.size > 0 && this.heard === heard) {
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: unknown = await bodyOf(request)
    const [path = ''] = (request.url ?? '').split('?')
    this.requests.push(`${request.method} ${path}`)
    const { engineFault } = this.#init.world
    if (engineFault === 'engine-away') return void request.socket.destroy()
    if (engineFault === 'engine-denied') return say(response, 403, { message: 'denied' })
    const words = path.split('/').slice(1).map(decodeURIComponent)
    if (path === '/events') {
      this.#listeners.add(response)
      response.on('close', () => this.#listeners.delete(response))
      return void response.writeHead(200).flushHeaders()
    }
    if (path === '/_ping') return void response.end('OK')
    if (path === '/containers/json') return say(response, 200, this.#summaries())
    const [room, name = '', verb = ''] = words
    if (room === 'networks') return this.#network(response, name, verb, body as Json)
    if (room === 'images') return this.#image(response, name)
    if (room === 'exec') return this.#exec(response, name, verb)
    const spec = [...this.#init.catalogue.services.values()].find(({ target }) => target === name)
    if (room !== 'containers' || spec === undefined || this.#missing(spec)) {
      return say(response, 404, { message: `No such container: ${name}` })
    }
    return this.#container(response, spec, verb, body as Json)
  }

  #missing({ name }: ServiceSpec): boolean {
    return this.#init.world.of(name).status === 'missing'
  }

  #container(
    response: ServerResponse,
    spec: ServiceSpec,
    verb: string,
    body: Json
  ): void | Promise<void> {
    switch (verb) {
      case 'json':
        return say(response, 200, this.#details(spec))
      case 'start':
        // The limit was raised by an update before it.
        return this.#act(response, spec, this.#raised.delete(spec.name) ? 'raise-memory' : 'start')
      case 'restart':
        return this.#act(response, spec, 'restart')
      case 'unpause':
        return this.#act(response, spec, 'unpause')
      case 'update':
        this.#raised.add(spec.name)
        return say(response, 200, { Warnings: [] })
      case 'logs':
        return void response.end(frame(`${spec.name} says hello\nSECRET_TOKEN=hunter2222\n`))
      case 'exec': {
        const [, host = ''] = (body['Cmd'] as string[] | undefined) ?? []
        const check = { type: 'name', name: 'name', from: spec.name, host } as const
        const reply = this.#init.world.reply(spec, check)
        const id = `exec-${this.#execs.size}`
        this.#execs.set(id, reply.kind === 'name' && reply.resolved ? 0 : 1)
        return say(response, 201, { Id: id })
      }
      default:
        return say(response, 404, { message: 'page not found' })
    }
  }

  readonly #raised = new Set<string>()

  async #act(response: ServerResponse, spec: ServiceSpec, kind: ActionKind): Promise<void> {
    try {
      this.#init.world.act(kind, spec.name)
      await this.emit('container', kind, spec.target)
      response.writeHead(204).end()
    } catch (error) {
      say(response, 500, { message: String(error) })
    }
  }

  async #network(
    response: ServerResponse,
    network: string,
    verb: string,
    body: Json
  ): Promise<void> {
    const { world, catalogue } = this.#init
    if (!world.hasNetwork(network)) return say(response, 404, { message: 'no such network' })
    if (verb === '') return say(response, 200, { Id: network, Name: network })
    const target = body['Container']
    const spec = [...catalogue.services.values()].find(service => service.target === target)
    if (spec === undefined) return say(response, 404, { message: 'no such container' })
    const service = world.of(spec.name)
    if (verb === 'disconnect') {
      service.networks.delete(network)
    } else {
      if (service.networks.has(network)) return say(response, 403, { message: 'already there' })
      const config = body['EndpointConfig'] as { Aliases?: string[] }
      service.networks.set(network, config.Aliases ?? [])
      // Faults of the network end once every place is as declared.
      const placed = spec.networks.every(place =>
        place.aliases.every(alias => service.networks.get(place.network)?.includes(alias) === true)
      )
      if (placed) world.act('reconnect', spec.name)
    }
    await this.emit('network', verb, network)
    response.writeHead(200).end()
  }

  #image(response: ServerResponse, id: string): void {
    const present = [...this.#init.world.services.values()].some(
      service => service.imagePresent && service.imageId === id
    )
    say(response, present ? 200 : 404, present ? { Id: id } : { message: 'no such image' })
  }

  #exec(response: ServerResponse, id: string, verb: string): void {
    if (verb === 'start') return void response.end()
    say(response, 200, { Running: false, ExitCode: this.#execs.get(id) ?? 127 })
  }

  #summaries(): Json[] {
    const containers = [...this.#init.catalogue.services.values()].filter(
      service => service.runtime === 'container' && !this.#missing(service)
    )
    return containers.map(spec => ({
      Id: idOf(spec),
      Names: [`/${spec.target}`],
      Image: `local/${spec.name}`,
      Labels: { 'com.docker.compose.service': spec.name },
      NetworkSettings: { Networks: this.#places(spec) },
      Ports: []
    }))
  }

  #details(spec: ServiceSpec): Json {
    const { world } = this.#init
    const state = world.look(spec)
    return {
      Id: idOf(spec),
      Name: `/${spec.target}`,
      State: {
        Status: state.status,
        ExitCode: state.exitCode,
        OOMKilled: state.oomKilled,
        ...(state.health === 'none' ? {} : { Health: { Status: state.health } })
      },
      RestartCount: state.restarts,
      Image: state.imageId,
      HostConfig: { Memory: state.memoryBytes, MemorySwap: 0 },
      Config: { Env: ['PATH=/bin', ...state.exposed.map(name => `${name}=${'ab'.repeat(32)}`)] },
      NetworkSettings: { Networks: this.#places(spec) }
    }
  }

  #places({ name }: ServiceSpec): Json {
    const { networks } = this.#init.world.of(name)
    return Object.fromEntries([...networks].map(([network, Aliases]) => [network, { Aliases }]))
  }

  /** The services themselves: `/SERVICE/CHECK`. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await bodyOf(request)
    const { world, catalogue } = this.#init
    const [, name = '', checkName = ''] = (request.url ?? '').split('/')
    const spec = catalogue.services.get(name)
    const check = spec?.checks.find(check => check.name === checkName)
    if (spec === undefined || check === undefined) return void response.writeHead(404).end()
    const reply = world.reply(spec, check)
    if (reply.kind === 'http') return void response.writeHead(reply.status).end(reply.body)
    if (reply.kind !== 'failed') return void response.end()
    if (reply.code === 'oversized') return void response.end('x'.repeat(300_000))
    // A service that hangs is left to the check's own timeout.
    if (reply.code === 'timeout') return
    if (reply.code === 'other') request.socket.write('not HTTP at all\r\n\r\n')
    request.socket.destroySoon()
  }
}

function idOf({ name }: ServiceSpec): string {
  return Buffer.from(name).toString('hex').padEnd(64, '0')
}

function say(response: ServerResponse, status: number, json: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
}

/** Output as the engine multiplexes it: stream, length, bytes. */
function frame(text: string): Buffer {
  const bytes = Buffer.from(text)
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([header, bytes])
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : JSON.parse(text)
}
