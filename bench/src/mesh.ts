import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { median, type Row } from './row.ts'

const HOSTS = 512
/** Each run takes about a minute and a half, both sides. */
const RUNS = 3
const KILLS = 5
const RUN_S = 45
const PEER = 'bare js-libp2p: gossipsub, torus links alone'

interface MeshFigures {
  wiredMs: number
  rssMb: number
  reach: number
  p50Ms: number
  p99Ms: number
}

interface DemoFigures extends MeshFigures {
  copiesPerNode: number
  detectedP50Ms: number
  detectedP99Ms: number
  falseRemovals: number
  verified: number
}

/** 512 hosts in one process, against as many bare libp2p hosts, in turn. */
export async function meshRows(): Promise<Row[]> {
  const ours: DemoFigures[] = []
  const bare: MeshFigures[] = []
  for (let run = 0; run < RUNS; run++) {
    bare.push(await runBare())
    ours.push(await runDemo())
  }
  const of = <T>(figures: readonly T[], pick: (figure: T) => number): number =>
    median(figures.map(pick))
  const against = (name: string, unit: string, key: keyof MeshFigures): Row => {
    const value = of(ours, figures => figures[key])
    const peer = of(bare, figures => figures[key])
    return { name: `mesh of ${HOSTS}: ${name}`, value, unit, peer: PEER, ratio: value / peer }
  }
  const own = (name: string, unit: string, key: keyof DemoFigures): Row => ({
    name: `mesh of ${HOSTS}: ${name}`,
    value: of(ours, figures => figures[key]),
    unit
  })
  return [
    against('wired', 'ms', 'wiredMs'),
    against('memory', 'MB', 'rssMb'),
    against('hosts a broadcast reaches', 'hosts', 'reach'),
    against('broadcast p50', 'ms', 'p50Ms'),
    against('broadcast p99', 'ms', 'p99Ms'),
    own('copies of a broadcast a host', 'copies', 'copiesPerNode'),
    own('killed host known, p50', 'ms', 'detectedP50Ms'),
    own('killed host known, p99', 'ms', 'detectedP99Ms'),
    own('false removals', 'members', 'falseRemovals'),
    own('reports verified', 'reports', 'verified')
  ]
}

async function runDemo(): Promise<DemoFigures> {
  const main = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))
  const demo = ['demo', '--nodes', HOSTS, '--duration', RUN_S, '--kill', KILLS, '--json']
  const summary = await runJson([main, ...demo.map(String)])
  const { broadcast, failures, reports, wiredMs, rssMb } = summary as unknown as {
    wiredMs: number
    rssMb: number
    broadcast: { reach: number; p50Ms: number; p99Ms: number; copiesPerNode: number }
    failures: { detectedP50Ms: number; detectedP99Ms: number; falseRemovals: number }
    reports: { verified: number }
  }
  return { wiredMs, rssMb, ...broadcast, ...failures, verified: reports.verified }
}

async function runBare(): Promise<MeshFigures> {
  const bare = fileURLToPath(new URL('./bare-mesh.ts', import.meta.url))
  return (await runJson([bare, String(HOSTS)])) as unknown as MeshFigures
}

/** Runs a script in a process of its own, so that memory is its own, and parses what it prints. */
async function runJson(args: readonly string[]): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, ['--conditions=@torusmesh/source', ...args], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let printed = ''
  child.stdout.on('data', chunk => {
    printed += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}; its message is above`)
  return JSON.parse(printed)
}
