// `npm test`: everything that has to hold, cheapest first. `npm test -- NAME…` runs only these steps.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'

const steps = {
  lint: [
    'biome',
    'ci',
    '--error-on-warnings',
    ...(process.stdout.isTTY ? [] : ['--colors=off']),
    '.'
  ],
  types: ['tsc', '-b'],
  'test-types': ['tsc', '-p', 'tsconfig.test.json'],
  unused: ['knip'],
  tests: ['mocha']
}

const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(name in steps))
if (unknown.length > 0) {
  process.stderr.write(
    `no step ${unknown.join(', ')}: choose from ${Object.keys(steps).join(', ')}\n`
  )
  process.exit(2)
}
for (const [name, [command, ...args]] of Object.entries(steps)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const started = performance.now()
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    shell: process.platform === 'win32'
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'}: ${name} (${seconds} s)\n`)
  if (status !== 0) process.exit(1)
}
