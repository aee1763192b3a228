// Checks the model and writes the traces that the tests replay.
//
//   node packages/consensus/model/traces.mjs QUINT
//
// QUINT is the path of the `quint` command; tried with @informalsystems/quint 0.33.0 and
// antlr4ts 0.5.0-alpha.4.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MODEL = fileURLToPath(new URL('simplex.qnt', import.meta.url))
const TRACES = fileURLToPath(new URL('../test/model/vectors/traces.itf.json', import.meta.url))
const SAMPLES = 200
/** Seeds and steps with which each module shows what it is for: decisions, forks by half. */
const RUNS = { one: [7, 24], half: [1, 20], most: [1, 20] }
/** So many traces are kept: those in which most was decided, voted and heard. */
const KEPT = 16

const [quint] = process.argv.slice(2)
if (quint === undefined) {
  process.stderr.write('traces: give the path of quint\n')
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'simplex-'))
try {
  for (const module of Object.keys(RUNS)) run(module, [])
  run('one', ['--n-traces', '100', '--out-itf', join(folder, '{seq}.itf.json')])
  const traces = readdirSync(folder).map(name => reduce(readFileSync(join(folder, name), 'utf8')))
  traces.sort((a, b) => worthOf(b) - worthOf(a) || (textOf(a) < textOf(b) ? -1 : 1))
  writeFileSync(TRACES, `[\n${traces.slice(0, KEPT).map(textOf).join(',\n')}\n]\n`)
} finally {
  rmSync(folder, { recursive: true })
}

function run(module, more) {
  const [seed, steps] = RUNS[module]
  const limits = ['--max-samples', `${SAMPLES}`, '--max-steps', `${steps}`, '--seed', `${seed}`]
  const promise = ['--invariant', 'promises', '--witnesses', 'decided', 'forked']
  const options = ['run', MODEL, '--main', module, '--backend', 'typescript', '--verbosity', '1']
  const { status } = spawnSync(quint, [...options, ...limits, ...promise, ...more], {
    stdio: 'inherit'
  })
  if (status !== 0) throw new Error(`${module}: the model breaks its promises`)
}

/** The trace with what the replay compares: the step, and the state of who made it. */
function reduce(text) {
  const { states } = JSON.parse(text)
  const steps = states.map(state => Object.entries(state).find(([key]) => key.endsWith('did'))[1])
  return { vars: ['did'], states: steps.map(did => ({ did: small(did) })) }
}

/** The same value with plain integers, which the format allows where they are small. */
function small(value) {
  if (typeof value !== 'object') return value
  if ('#bigint' in value) return Number(value['#bigint'])
  if (Array.isArray(value)) return value.map(small)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, small(part)]))
}

function worthOf({ states }) {
  const acts = states.map(({ did }) => did.act)
  const decisions = states.filter(({ did }) => did.floor > 0).length
  return 2 * decisions + acts.filter(act => act !== 'lie' && act !== 'lead').length
}

function textOf(trace) {
  return JSON.stringify(trace)
}
