#!/usr/bin/env node
import { readFileSync } from 'node:fs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

// Before anything is loaded that an older Node can't read.
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `torusmesh: needs Node 24.15 or newer, this is ${process.versions.node}; see https://nodejs.org\n`
  )
  process.exitCode = 1
} else {
  const { leanRestart } = await import('./lean-restart.ts')
  const restart = leanRestart(process)
  // The same process goes on under other settings: who waits for it or signals it notices nothing.
  if (restart !== undefined) process.execve?.(process.execPath, restart.argv, restart.env)
  const [{ runCli }, { createProcessIo }, { nodePort }] = await Promise.all([
    import('./run-cli.ts'),
    import('./process-io.ts'),
    import('./node-adapter.ts')
  ])
  const packageJson = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  process.exitCode = await runCli({
    argv: process.argv.slice(2),
    io: createProcessIo(),
    node: nodePort,
    sim: () => import('@torusmesh/simulations'),
    version: JSON.parse(packageJson).version
  })
}
