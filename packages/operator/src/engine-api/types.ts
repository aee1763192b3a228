import { Reader } from '../reader.ts'

const MAX_ENTRIES = 1_024
const MAX_VALUE = 131_072

/** A container in a list. */
export interface ContainerSummary {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
  readonly networks: readonly string[]
  /** Ports reachable from this machine. */
  readonly ports: readonly { readonly inside: number; readonly published: number }[]
}

/** A container as the engine knows it. */
export interface ContainerDetails {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly health: string
  readonly exitCode: number
  readonly oomKilled: boolean
  readonly restarts: number
  readonly imageId: string
  readonly memoryBytes: number
  readonly swapBytes: number
  /** `NAME=value`: never to leave the runtime. */
  readonly env: readonly string[]
  readonly networks: readonly { readonly network: string; readonly aliases: readonly string[] }[]
}

/** Something that happened to a container or a network. */
export interface EngineEvent {
  readonly type: string
  readonly action: string
  /** The container's name; of a network event, its id. */
  readonly target: string
}

function reader(json: unknown, at: string): Reader {
  return new Reader(json, at, 'ENGINE_MALFORMED')
}

export function readSummaries(json: unknown): ContainerSummary[] {
  return reader(json, 'containers').list(MAX_ENTRIES, item => ({
    id: item.get('Id').text(),
    name:
      item
        .get('Names')
        .list(64, name => name.text())[0]
        ?.slice(1) ?? '',
    image: item.get('Image').optional(text) ?? '',
    labels: Object.fromEntries(
      item.get('Labels').entries(MAX_ENTRIES, value => textOrEmpty(value))
    ),
    networks: item
      .get('NetworkSettings')
      .get('Networks')
      .entries(64, () => undefined)
      .map(([name]) => name),
    ports: item.get('Ports').list(MAX_ENTRIES, port => ({
      inside: port.get('PrivatePort').integer(0, 65_535, 0),
      published: port.get('PublicPort').integer(0, 65_535, 0)
    }))
  }))
}

export function readDetails(json: unknown): ContainerDetails {
  const from = reader(json, 'container')
  const state = from.get('State')
  const host = from.get('HostConfig')
  return {
    id: from.get('Id').text(),
    name: from.get('Name').text().replace(/^\//, ''),
    status: state.get('Status').text(),
    health: state.get('Health').optional(health => health.get('Status').text()) ?? 'none',
    exitCode: state.get('ExitCode').integer(-(2 ** 31), 2 ** 32, 0),
    oomKilled: state.get('OOMKilled').flag(false),
    restarts: from.get('RestartCount').integer(0, 2 ** 31, 0),
    imageId: from.get('Image').optional(text) ?? '',
    memoryBytes: host.get('Memory').integer(0, 2 ** 53, 0),
    swapBytes: host.get('MemorySwap').integer(-1, 2 ** 53, 0),
    env: from.get('Config').get('Env').list(MAX_ENTRIES, textOrEmpty),
    networks: from
      .get('NetworkSettings')
      .get('Networks')
      .entries(64, place => place.get('Aliases').list(64, text))
      .map(([network, aliases]) => ({ network, aliases }))
  }
}

/** `undefined` for events of a kind nobody asked for. */
export function readEvent(json: unknown): EngineEvent | undefined {
  const from = reader(json, 'event')
  const type = from.get('Type').optional(text)
  const action = from.get('Action').optional(text)
  if (type === undefined || action === undefined) return undefined
  const actor = from.get('Actor')
  const named = actor.given
    ? actor.get('Attributes').optional(found => found.get('name'))
    : undefined
  return { type, action, target: named?.optional(text) ?? '' }
}

export function readId(json: unknown): string {
  return reader(json, 'answer').get('Id').text()
}

export function readExit(json: unknown): number | undefined {
  const from = reader(json, 'exec')
  return from.get('Running').flag(false) ? undefined : from.get('ExitCode').integer(-1, 65_535)
}

function text(from: Reader): string {
  return from.text(MAX_VALUE)
}

function textOrEmpty(from: Reader): string {
  return from.raw === '' ? '' : from.text(MAX_VALUE)
}
