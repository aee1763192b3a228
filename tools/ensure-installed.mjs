// Runs before every npm script, on whatever Node the machine has: installs the pinned packages
// (the project's own Node 24 among them) when they are missing or older than the lockfile.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modifiedMs = path => {
  try {
    return statSync(new URL(path, `file://${root}`)).mtimeMs
  } catch {
    return -1
  }
}

const installedMs = modifiedMs('node_modules/.package-lock.json')
const generatedMs = modifiedMs('packages/protocol/generated/messages.js')
if (installedMs < modifiedMs('package-lock.json') || generatedMs < 0) {
  process.stderr.write('torusmesh: installing packages (once)…\n')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['install', '--no-save', '--loglevel=error', '--include=dev'], {
    cwd: root,
    // Standard output belongs to the command that follows (`--json`).
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32'
  })
  if (status !== 0) {
    process.stderr.write('torusmesh: `npm install` failed; see its message above, then try again\n')
    process.exit(1)
  }
}
