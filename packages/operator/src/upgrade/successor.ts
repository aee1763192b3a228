import { isDeepStrictEqual } from 'node:util'
import type { Container, Image } from './engine.ts'

type Json = Readonly<Record<string, unknown>>

/** Settings that a container takes over from its image when nobody sets them. */
const PLAIN = ['Cmd', 'Entrypoint', 'WorkingDir', 'User', 'Healthcheck', 'StopSignal'] as const
const TABLES = ['Labels', 'ExposedPorts', 'Volumes'] as const

/**
 * What the next container is made with: what somebody set for the old one, without what the old image
 * brought along, on the same networks under the same names, with the same volumes.
 *
 * @param declared - names by network that it must have besides
 * @returns the body to create it with, and the networks to connect it to before its start
 */
export function successorOf(
  old: Container,
  oldImage: Image | undefined,
  imageId: string,
  declared: ReadonlyMap<string, readonly string[]>
): { readonly body: Json; readonly networks: ReadonlyMap<string, Json> } {
  const networks = new Map(
    [...new Set([...Object.keys(old.networks), ...declared.keys()])].map(network => {
      const before = old.networks[network] ?? {}
      return [network, endpointOf(before, declared.get(network) ?? [], old.id)]
    })
  )
  const body = {
    ...ownConfig(old, oldImage?.config ?? {}),
    Image: imageId,
    HostConfig: { ...old.hostConfig, Binds: bindsOf(old) }
  }
  return { body, networks }
}

/** How an artefact is tried: cut off from networks and data. */
export function probeOf(body: Json, variable: string): Json {
  const env = (body['Env'] ?? []) as readonly string[]
  const memory = (body['HostConfig'] as Json)['Memory'] ?? 0
  return {
    ...body,
    Env: [...env, variable],
    HostConfig: { NetworkMode: 'none', Memory: memory, RestartPolicy: { Name: 'no' } }
  }
}

function ownConfig({ id, config }: Container, image: Json): Json {
  const own: Record<string, unknown> = { ...config }
  // A container that nobody named a host for is called by its id.
  if (id.startsWith(String(config['Hostname']))) delete own['Hostname']
  for (const key of PLAIN) {
    if (isDeepStrictEqual(config[key] ?? null, image[key] ?? null)) delete own[key]
  }
  for (const key of TABLES) {
    const theirs = (image[key] ?? {}) as Json
    const entries = Object.entries((config[key] ?? {}) as Json)
    own[key] = Object.fromEntries(
      entries.filter(([name, value]) => !isDeepStrictEqual(theirs[name], value))
    )
  }
  const inherited = new Set((image['Env'] ?? []) as readonly string[])
  own['Env'] = ((config['Env'] ?? []) as readonly string[]).filter(line => !inherited.has(line))
  return own
}

/** Addresses are given anew; names, and an address that somebody fixed, stay. */
function endpointOf(before: Json, declared: readonly string[], id: string): Json {
  const aliases = (before['Aliases'] ?? []) as readonly string[]
  const kept = aliases.filter(alias => !id.startsWith(alias))
  return {
    Aliases: [...new Set([...kept, ...declared])],
    ...(before['IPAMConfig'] == null ? {} : { IPAMConfig: before['IPAMConfig'] })
  }
}

/** A volume without a name of its own would stay behind with the old container. */
function bindsOf({ hostConfig, volumes }: Container): readonly string[] {
  const binds = (hostConfig['Binds'] ?? []) as readonly string[]
  const mounts = (hostConfig['Mounts'] ?? []) as readonly Json[]
  const taken = new Set([
    ...binds.map(bind => bind.split(':')[1]),
    ...mounts.map(mount => mount['Target'])
  ])
  const left = volumes.filter(({ destination }) => !taken.has(destination))
  return [...binds, ...left.map(({ name, destination }) => `${name}:${destination}`)]
}
