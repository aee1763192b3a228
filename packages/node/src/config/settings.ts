import { choice, flag, integer, type Kind, list, loopbackHost, tcpAddress, text } from './kinds.ts'
import type { Preset, SettingKey, SettingValue } from './types.ts'

/** What a setting means, takes and starts with. */
export interface Setting<T> {
  /** One sentence for people. */
  readonly help: string
  readonly kind: Kind<T>
  readonly default: T
  /** Presets that start elsewhere than the default. */
  readonly presets?: Readonly<Partial<Record<Preset, T>>>
}

/** Every setting of a node: the file format, its checks, `config explain` and docs/config.md. */
export const SETTINGS: { readonly [K in SettingKey]: Setting<SettingValue<K>> } = {
  env: {
    help: 'What the mesh is for; mock signatures work in dev only.',
    kind: choice('dev', 'beta', 'mainnet'),
    default: 'dev'
  },
  preset: {
    help: 'Starting values for one machine (local), one data centre (rack) or the internet (wan).',
    kind: choice('local', 'rack', 'wan'),
    default: 'local'
  },
  'listen.address': {
    help: 'Where other nodes connect to; port 0 takes any free one.',
    kind: tcpAddress,
    default: '/ip4/0.0.0.0/tcp/4801',
    presets: { local: '/ip4/127.0.0.1/tcp/4801' }
  },
  'listen.announce': {
    help: 'What to tell other nodes instead, behind a router or load balancer.',
    kind: list(tcpAddress, 8),
    default: []
  },
  'api.host': {
    help: 'Where the HTTP API and dashboard listen.',
    kind: loopbackHost,
    default: '127.0.0.1'
  },
  'api.port': {
    help: 'Port of the HTTP API and dashboard; 0 takes any free one.',
    kind: integer(0, 65_535),
    default: 4_800
  },
  'overlay.maxLinks': {
    help: 'Links to other nodes: six torus neighbours, cell mates and long links.',
    kind: integer(8, 64),
    default: 16
  },
  'overlay.dialsInParallel': {
    help: 'Connections being opened at once.',
    kind: integer(1, 32),
    default: 4,
    presets: { wan: 8 }
  },
  'overlay.dialTimeoutMs': {
    help: 'How long opening a connection may take, handshake included.',
    kind: integer(500, 60_000),
    default: 5_000,
    presets: { wan: 15_000 }
  },
  'health.epochMs': {
    help: 'Length of an epoch of cell digests and witnessed uptime; one value for a whole mesh.',
    kind: integer(10_000, 86_400_000),
    default: 3_600_000
  },
  'health.datagrams': {
    help: 'Beats go as UDP datagrams, on the port of listen.address, to whom they reach.',
    kind: flag,
    default: true
  },
  'ledger.groupCommitMs': {
    help: 'How long an event may wait for others before they are synced to disk together.',
    kind: integer(0, 100),
    default: 2
  },
  'ledger.checkpointEveryMs': {
    help: 'How often a checkpoint is signed when there are new events.',
    kind: integer(100, 60_000),
    default: 1_000
  },
  'ledger.cacheMb': {
    help: 'Memory for blocks read from the ledger.',
    kind: integer(1, 4_096),
    default: 8,
    presets: { local: 2 }
  },
  'ledger.writeBufferMb': {
    help: 'Memory for events on their way into sorted files.',
    kind: integer(1, 256),
    default: 4,
    presets: { local: 1 }
  },
  'operator.enabled': {
    help: 'Whether the agent watches the services of the catalogue, where there is one.',
    kind: flag,
    default: true
  },
  'operator.engineSocket': {
    help: "The container engine's Unix socket: Docker's, or Podman's.",
    kind: text('an absolute path', value => /^\/[^\0]{1,100}$/.test(value)),
    default: '/var/run/docker.sock'
  },
  'operator.catalogue': {
    help: "The services to keep alive, YAML; a relative path is inside the node's folder.",
    kind: text('a path', value => /^[^\0]+$/.test(value)),
    default: 'services.yaml'
  },
  'operator.prefix': {
    help: 'What the ids of incidents begin with.',
    kind: text('1 to 16 lower-case letters', value => /^[a-z]{1,16}$/.test(value)),
    default: 'inc'
  },
  'log.level': {
    help: 'The least urgent messages still written.',
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info'
  },
  'log.format': {
    help: 'One JSON object a line, or one readable line.',
    kind: choice('json', 'pretty'),
    default: 'json',
    presets: { local: 'pretty' }
  }
}

/** All keys in the order of the documentation. */
export const SETTING_KEYS: readonly SettingKey[] = Object.keys(SETTINGS) as SettingKey[]

/** `overlay.maxLinks` → `TORUSMESH_OVERLAY_MAX_LINKS`. */
export function environmentName(key: SettingKey): string {
  return `TORUSMESH_${key
    .replace(/([A-Z])/g, '_$1')
    .replace('.', '_')
    .toUpperCase()}`
}

/** `overlay.maxLinks` → `--overlay-max-links`. */
export function flagName(key: SettingKey): string {
  return `--${key
    .replace(/([A-Z])/g, '-$1')
    .replace('.', '-')
    .toLowerCase()}`
}
