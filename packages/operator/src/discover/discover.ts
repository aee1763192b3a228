import { createCatalogue } from '../catalogue/parse.ts'
import type { Catalogue, CheckSpec, ServiceSpec } from '../catalogue/types.ts'
import type { ContainerSummary } from '../engine-api/types.ts'
import { OperatorError } from '../errors.ts'

const COMPOSE_SERVICE = 'com.docker.compose.service'
const COMPOSE_DEPENDS = 'com.docker.compose.depends_on'
/** What an operator may say on a container: `dev.torusmesh.depends-on=node,db`. */
const OWN_DEPENDS = 'dev.torusmesh.depends-on'
const OWN_HTTP = 'dev.torusmesh.http'
const OWN_IGNORE = 'dev.torusmesh.ignore'
const HOST_NETWORKS: ReadonlySet<string> = new Set(['bridge', 'host', 'none'])

/** Where discovery reads containers from: an engine. */
export interface DiscoverySource {
  containers(): Promise<ContainerSummary[]>
  container(name: string): Promise<
    | {
        readonly networks: readonly {
          readonly network: string
          readonly aliases: readonly string[]
        }[]
        readonly memoryBytes: number
      }
    | undefined
  >
}

/**
 * Proposes a catalogue from what runs: names and dependencies from compose's labels or one's own,
 * networks with their aliases, a TCP check for each published port, an HTTP check where a label asks
 * for one. For review: nothing is watched by it until it is accepted.
 *
 * @throws OperatorError `CATALOGUE_INVALID` if labels make a circle; the engine's errors
 */
export async function discover(source: DiscoverySource): Promise<Catalogue> {
  const containers = (await source.containers()).filter(({ labels }) => !(OWN_IGNORE in labels))
  const names = new Map(containers.map(found => [found.name, nameOf(found)]))
  const known = new Set(names.values())
  const services: ServiceSpec[] = []
  for (const found of containers) {
    const details = await source.container(found.name)
    if (details === undefined) continue
    const name = names.get(found.name)!
    if (services.some(service => service.name === name)) {
      const message = `two containers are ${name}; label one ${OWN_IGNORE}`
      throw new OperatorError('CATALOGUE_INVALID', message)
    }
    const { memoryBytes } = details
    services.push({
      name,
      runtime: 'container',
      target: found.name,
      dependsOn: dependenciesOf(found).filter(upstream => upstream !== name && known.has(upstream)),
      networks: networksOf(found, details.networks),
      checks: checksOf(found),
      startMs: 30_000,
      graceMs: 750,
      hooks: {},
      // Room for one raise; what more it may have is for the operator to say.
      ...(memoryBytes > 0 ? { memoryCapBytes: memoryBytes * 2 } : {})
    })
  }
  return createCatalogue(services.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
}

function nameOf({ name, labels }: ContainerSummary): string {
  const text = labels[COMPOSE_SERVICE] ?? name
  const plain = text.toLowerCase().replace(/[^a-z0-9_.-]/g, '-')
  return plain.replace(/^[^a-z0-9]+/, '').slice(0, 63) || 'service'
}

/** Compose writes `node:service_started:false,db:service_healthy:true`. */
function dependenciesOf({ labels }: ContainerSummary): string[] {
  const text = labels[OWN_DEPENDS] ?? labels[COMPOSE_DEPENDS] ?? ''
  const names = text.split(',').map(entry => entry.split(':')[0]!.trim())
  return [...new Set(names.filter(entry => entry !== ''))]
}

function networksOf(
  { id, name }: ContainerSummary,
  networks: readonly { readonly network: string; readonly aliases: readonly string[] }[]
): ServiceSpec['networks'] {
  return networks
    .filter(({ network }) => !HOST_NETWORKS.has(network))
    .map(({ network, aliases }) => ({
      network,
      // The short id is another one after each recreation.
      aliases: aliases.filter(alias => alias !== name && !id.startsWith(alias))
    }))
}

function checksOf({ labels, ports }: ContainerSummary): CheckSpec[] {
  const published = [...new Set(ports.map(port => port.published))].filter(port => port > 0)
  const tcp = published.map((port): CheckSpec => {
    return { type: 'tcp', name: `tcp-${port}`, host: '127.0.0.1', port, timeoutMs: 800 }
  })
  const url = labels[OWN_HTTP]
  if (url === undefined || !/^https?:\/\/[^\s@]+$/.test(url)) return tcp
  return [...tcp, { type: 'http', name: 'http', url, status: 200, timeoutMs: 800 }]
}
