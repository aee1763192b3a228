import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cellsOf, checkGenesis, Env } from '@torusmesh/protocol'
import { createAttestationPool } from '@torusmesh/protocol/native'
import { resolveConfig } from '../../../src/config/index.ts'
import type { CouncilSettings } from '../../../src/council/index.ts'
import { Home } from '../../../src/identity/home.ts'
import { createSecrets, type MemberSecrets, publicKeysOf } from '../../../src/identity/keys.ts'
import { keptSigners } from '../../../src/identity/signers.ts'
import { createLogger } from '../../../src/log/index.ts'
import type { MeshNode } from '../../../src/node.ts'
import { openNode } from '../../../src/open-node.ts'
import { type Clock, systemClock } from '../../../src/runtime/clock.ts'
import { ResourceMeter } from '../../../src/runtime/resources.ts'
import { createCharter, createProcessResources } from '../../../src/shared.ts'
import { until } from './until.ts'

/** Real hosts of one process over TCP on loopback, wired and known to each other. */
export interface TestMesh {
  readonly nodes: readonly MeshNode[]
  /** Their keys, in the same order. */
  readonly secrets: readonly MemberSecrets[]
  /** What the hosts said went wrong. */
  readonly complaints: readonly string[]
  /** Ends those that still run, and removes their folders. */
  close(): Promise<void>
  kill(node: MeshNode): Promise<void>
  stop(node: MeshNode): Promise<void>
  /** Starts a host that was killed or stopped, with what it left behind. */
  revive(index: number): Promise<MeshNode>
}

export interface MeshInit {
  /** Settings of each host beside those of every test. */
  readonly flags?: readonly Readonly<Record<string, string>>[]
  /** What the council begins with, where it isn't what every mesh begins with. */
  readonly council?: CouncilSettings
  /** What all hosts go by, where it isn't the system's. */
  readonly clock?: Clock
  /** Before any host dials. */
  readonly onOpened?: (node: MeshNode) => void
}

/** One host in each of so many cells, from cell 0 on. */
export async function startMesh(
  count: number,
  sides: readonly number[],
  init: MeshInit = {}
): Promise<TestMesh> {
  const folder = await mkdtemp(join(tmpdir(), 'torusmesh-mesh-'))
  const resources = await createProcessResources(1)
  const meter = new ResourceMeter(folder)
  await meter.start()
  const pool = createAttestationPool({ threads: 1 })
  const secrets = await Promise.all(Array.from({ length: count }, () => createSecrets(pool)))
  await pool.close()
  const founders = secrets.map((own, cell) => ({ keys: publicKeysOf(own), cell, addresses: [] }))
  const genesis = { name: 'test', env: Env.dev, sides, createdMs: systemClock.wallMs(), founders }
  if (count > cellsOf(sides)) throw new Error('one host a cell')
  const checked = checkGenesis(genesis)
  if (!checked.ok) throw new Error(checked.message)
  const charter = createCharter(checked.genesis, init.council)
  const complaints: string[] = []
  const destination = { write: (line: string) => complaints.push(line) }
  const logger = createLogger({ level: 'warn', format: 'json', destination })
  const addresses = new Map<string, readonly string[]>()
  const nodes: MeshNode[] = []
  const open = async (n: number): Promise<MeshNode> => {
    const home = new Home(join(folder, `host-${n}`))
    const own = secrets[n]!
    const flags = { 'listen.address': '/ip4/127.0.0.1/tcp/0', ...init.flags?.[n] }
    const { config } = resolveConfig({ flags })
    const node = await openNode({
      ...{ home, config, charter, resources, meter, logger, addresses },
      ...{
        signers: keptSigners(own, resources.pool),
        state: await home.state(),
        enrolment: undefined
      },
      ...{ clock: init.clock ?? systemClock, records: [] }
    })
    addresses.set(node.parts.self.key, node.addresses)
    return node
  }
  for (const n of secrets.keys()) {
    await new Home(join(folder, `host-${n}`)).create()
    const node = await open(n)
    nodes.push(node)
    init.onOpened?.(node)
  }
  for (const node of nodes) node.engage()
  const running = new Set(nodes)
  await until('all links are open', () => nodes.every(node => node.wired))
  return {
    ...{ nodes, secrets, complaints },
    async kill(node) {
      running.delete(node)
      await node.kill()
    },
    async stop(node) {
      running.delete(node)
      await node.stop()
    },
    async revive(index) {
      const node = await open(index)
      running.add(node)
      node.engage()
      return node
    },
    async close() {
      for (const node of running) node.halt()
      await Promise.all([...running].map(node => node.stop({ farewell: false })))
      meter.stop()
      await resources.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
