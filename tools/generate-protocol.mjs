// Generates the message classes of `packages/protocol/generated` from `proto/`. Run by `prepare`.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const cli = dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json'))
const out = join(root, 'packages/protocol/generated')
const protos = readdirSync(join(root, 'proto/torusmesh/v1'))
  .filter(name => name.endsWith('.proto'))
  .sort()
  .map(name => join(root, 'proto/torusmesh/v1', name))

mkdirSync(out, { recursive: true })
const run = (tool, args) =>
  execFileSync(process.execPath, [join(cli, 'bin', tool), ...args], { cwd: root, stdio: 'inherit' })

const js = join(out, 'messages.js')
run('pbjs', [
  ...['-t', 'static-module', '-w', 'es6', '--es6'],
  ...['--force-number', '--no-create', '--no-verify', '--no-delimited', '--no-service'],
  ...['-p', join(root, 'proto'), '-o', js],
  ...protos
])
run('pbts', ['-o', join(out, 'messages.d.ts'), js])
// pbts names the runtime's types by a package whose ES module has a default export only.
writeFileSync(js, readFileSync(js, 'utf8'))
