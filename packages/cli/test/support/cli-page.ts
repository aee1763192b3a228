import type { Command } from 'commander'
import { Context } from '../../src/context.ts'
import { createProgram } from '../../src/program.ts'
import type { SimPort } from '../../src/sim-port.ts'
import { FakeIo, screenOf } from './fake-io.ts'
import { FakeNode, hostRows, RunningDemo } from './fake-node.ts'
import { run, settle, simulations } from './run.ts'
import { createSignedLog } from './signed-log.ts'

/** `docs/cli.md`: each command's own help, and what it prints when it runs. */
export async function cliPage(): Promise<string> {
  const sections: string[] = []
  for (const path of leavesOf(
    createProgram(new Context(new FakeIo(), new FakeNode(), simulations), '0.1.0')
  )) {
    const { out } = await run(`${path} --help`)
    sections.push(`## torusmesh ${path}`, block(out), ...(await (EXAMPLES[path]?.() ?? [])))
  }
  const { out } = await run('--help')
  return [INTRODUCTION, block(out), ...sections].join('\n\n').concat('\n')
}

function leavesOf(command: Command, path = ''): string[] {
  if (command.commands.length === 0) return [path]
  return command.commands.flatMap(child => leavesOf(child, `${path} ${child.name()}`.trim()))
}

const block = (text: string): string => `\`\`\`\n${text.trim()}\n\`\`\``

/** What a command prints, under the line that makes it print that. */
async function shown(line: string, node = new FakeNode(), files: Record<string, string> = {}) {
  const io = Object.assign(new FakeIo(), { files })
  return block(`$ torusmesh ${line}\n${elided((await run(line, { io, node })).out)}`)
}

/** A run with a speed that does not change. */
async function shownRun(line: string): Promise<string> {
  const sim: SimPort = async () => {
    const real = await simulations()
    return {
      ...real,
      runScenario: async (...args) => {
        const timing = { workers: 1, wallMs: 8, eventsPerSecond: 320_250, realTimeFactor: 7_500 }
        return { ...(await real.runScenario(...args)), timing }
      }
    }
  }
  return block(`$ torusmesh ${line}\n${(await run(line, { sim })).out}`)
}

/** Keys and signatures say nothing to a reader. */
function elided(text: string): string {
  return text.replace(/[A-Za-z0-9+/=]{120,}/g, '…')
}

const both = (line: string) => async (): Promise<string[]> => [
  await shown(line),
  await shown(`${line} --json`)
]

const why = '--why more-traffic --rollback set-it-back --yes'

const EXAMPLES: Readonly<Record<string, () => Promise<string[]>>> = {
  proposals: async () => [await shown('proposals'), await shown('proposals 4fa2')],
  'propose parameter': async () => [await shown(`propose parameter gossip.fanout 8 ${why}`)],
  'vote cast': async () => [await shown('vote 4fa2 approve')],
  'vote verify': async () => [
    'A file that is no result, with exit code 3:',
    await shown('vote verify other.json', new FakeNode(), { 'other.json': '{}' })
  ],
  object: async () => [await shown('object 4fa2 --yes')],
  weight: both('weight --explain'),
  'policy revisit': both('policy revisit 4fa2'),
  decisions: async () => [await shown('decisions')],
  notices: both('notices'),
  'appeal list': async () => [await shown('appeal')],
  demo: async () => [
    'On a terminal the table is drawn in place; `lost` counts the hosts that this one knows to be down:',
    block(await demoScreen('demo', 8, 2)),
    'More than 24 hosts are shown as a map of the torus, those in trouble first in the rows:',
    block(await demoScreen('demo --nodes 512', 512, 8)),
    'In the end:',
    await shown('demo --duration 20'),
    await shown('demo --duration 20 --json')
  ],
  up: async () => [
    block(`$ torusmesh up\n${await serving('up')}`),
    block(`$ torusmesh up --json\n${await serving('up --json')}`)
  ],
  init: both('init --name home'),
  join: both('join tm1exampleinvite --enrol-only'),
  invite: both('invite --valid 30m'),
  'vault init': async () => [
    await shown('vault init --passphrase-file pass', new FakeNode(), { pass: 'correct horse' })
  ],
  'vault status': both('vault status'),
  'vault backup': both('vault backup'),
  status: both('status'),
  peers: async () => [
    ...(await both('peers')()),
    await shown('peers --all'),
    'With `--all --json`: `{ "members": [ … ] }`, each as in `GET /v1/nodes` of [the API](api.md).'
  ],
  health: async () => [
    await shown('health'),
    'With `--json`: what `GET /v1/health` of [the API](api.md) answers.'
  ],
  'ledger verify': async () => [
    ...(await both('ledger verify')()),
    'A fault, with exit code 3:',
    await shown('ledger verify', faulty()),
    await shown('ledger verify --json', faulty())
  ],
  'ledger show': async () => [
    await shown('ledger show'),
    await shown('ledger show 1'),
    await shown('ledger show 1 --json'),
    'A list is `{ "size", "events": [ … ], "next" }`; `next` is the `--from` of what follows, or null.'
  ],
  'ledger tail': async () => [
    await shown('ledger tail --limit 2'),
    await shown('ledger tail --limit 2 --json')
  ],
  'ledger prove': proofExamples,
  'ledger key': both('ledger key'),
  'operator discover': both('operator discover'),
  'operator status': both('operator status'),
  'operator rules': async () => [
    await shown('operator rules'),
    await shown('operator rules name-lost --json')
  ],
  'operator incidents': both('operator incidents'),
  'operator explain': async () => [await shown('operator explain')],
  'operator take-control': async () => [await shown('operator take-control')],
  'operator release': async () => [await shown('operator release')],
  'operator grant': async () => [await shown('operator grant 8h')],
  approve: async () => [await shown('approve inc4f-1.2 --yes')],
  deny: async () => [await shown('deny inc4f-1.2')],
  defer: async () => [await shown('defer inc4f-1.2 --for 8h')],
  'sim list': async () => [await shown('sim list'), await shown('sim list flood')],
  'sim run': async () => [
    'How fast it went differs from run to run, all else is equal:',
    await shownRun('sim run flood'),
    await shownRun('sim run flood --json')
  ],
  'config show': async () => [
    await shown('config show --preset wan'),
    'With `--json`: the same settings as one object, `{ "env", "preset", "listen": { … }, … }`.'
  ],
  'config explain': async () => [
    await shown('config explain --api-port 4900'),
    await shown('config explain api.port'),
    await shown('config explain api.port --json')
  ]
}

/** A demo on a terminal of 80×50 after three seconds, with one host killed. */
async function demoScreen(line: string, hosts: number, side: number): Promise<string> {
  const io = new FakeIo().asTerminal({ columns: 100, rows: 50 })
  const node = new FakeNode()
  const demo = new RunningDemo(hostRows(hosts, side), [side, side, side])
  node.demo = demo.run
  const ended = run(line, { io, node })
  await settle()
  io.press('k')
  await settle()
  for (const row of demo.rows) row.knowsDown = 1
  io.pass(4_000)
  const screen = screenOf(io.stdout.text).join('\n')
  demo.end()
  await ended
  return `$ torusmesh ${line}\n${screen}`
}

async function serving(line: string): Promise<string> {
  const io = new FakeIo()
  const ended = run(line, { io })
  await settle()
  io.interrupt()
  return (await ended).out
}

function faulty(): FakeNode {
  const node = new FakeNode()
  const faults = [{ fault: 'event-forged', seq: 1_700, detail: 'leaf hash differs' }]
  node.verification = { ok: false, verified: 2_048, checkpoints: 2, root: 'ab'.repeat(32), faults }
  return node
}

async function proofExamples(): Promise<string[]> {
  const log = await createSignedLog(3, 1)
  const node = Object.assign(new FakeNode(), {
    ledger: log.events,
    proofOf: log.proof,
    key: log.key
  })
  const { out } = await run('ledger prove 1', { node })
  const files = { 'proof.json': out }
  return [
    'Long values are left out here:',
    await shown('ledger prove 1', node),
    await shown('ledger prove --check proof.json', node, files),
    await shown('ledger prove --check proof.json --json', node, files)
  ]
}

const INTRODUCTION = `# Command line

Generated from the command itself; \`torusmesh COMMAND --help\` says the same.

A person reads tables, a program reads JSON: every command takes \`--json\`. JSON goes to standard
output alone, times are Unix milliseconds, ids and hashes hexadecimal; fields are only ever added.
Progress and messages go to standard error. Colours appear on terminals only and never with
\`NO_COLOR\` set. Times on the command line are \`20\` (seconds), \`20s\`, \`5m\`, \`24h\` or \`7d\`.

A failure is one line on standard error that says what to do next, and with \`--json\` also
\`{ "error": { "code", "message" } }\` on standard output. Codes are stable, messages are not.

Without \`--home\` the node's folder is \`TORUSMESH_HOME\`, else \`$XDG_DATA_HOME/torusmesh\`, else
\`~/.local/share/torusmesh\`. \`--url\` asks any node on this machine instead, such as the demo's.
[Every setting](config.md) is also a flag of the commands that run a node.`
