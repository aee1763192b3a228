import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { ResultsManifest } from '../results/index.ts'
import { codeVersion } from '../sweep/index.ts'

/** With which code and data runs are made. */
export type Provenance = Omit<ResultsManifest, 'sweep'>

const ROOT: URL = new URL('../../', import.meta.url)
const DATA: URL = new URL('../network/data/', import.meta.url)
/** Map files and types decide nothing. */
const DATA_FILE = /(?<!\.d)\.[jt]s$/

/** The code, packages and data that runs in this process are made with. */
export function provenance(): Provenance {
  const { version, dependencies } = JSON.parse(
    readFileSync(new URL('package.json', ROOT), 'utf8')
  ) as { version: string; dependencies: Record<string, string> }
  return {
    code: { version, hash: codeVersion(), ...commitOf() },
    packages: dependencies,
    node: process.versions.node,
    data: Object.fromEntries(
      readdirSync(DATA)
        .filter(name => DATA_FILE.test(name))
        .toSorted()
        .map(name => [
          name.replace(DATA_FILE, ''),
          createHash('sha256')
            .update(readFileSync(new URL(name, DATA)))
            .digest('hex')
        ])
    )
  }
}

/** Unknown where the code came without its repository. */
function commitOf(): { commit: string | null; date?: string } {
  try {
    const [commit = '', date = ''] = git('log', '-1', '--format=%H %cs').split(' ')
    const dirty = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '-dirty'
    return { commit: `${commit}${dirty}`, date }
  } catch {
    return { commit: null }
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim()
}
