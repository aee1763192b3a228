import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folders of the simulator that decide a run; sweeps and results only carry it. */
const ROOMS = [
  'engine',
  'faults',
  'flood',
  'gossip',
  'health',
  'network',
  'scenario',
  'topology'
] as const
const PACKAGES = ['gossip', 'health', 'protocol', 'torus'] as const
/** Sources or built modules, and data; no types and no source maps. */
const DECIDES = /(?<!\.d)\.[jt]s$|\.(json|csv|bin|wasm)$/

let known: string | undefined

/**
 * SHA-256 over every module and data file that decides a run, 64 hex digits: the simulator's models
 * and the protocol packages. Sources and their build differ, so all who share a sweep run one of
 * them. Read once a process.
 */
export function codeVersion(): string {
  known ??= hashed([
    ...ROOMS.map(room => [
      `simulations/${room}`,
      fileURLToPath(new URL(`../${room}`, import.meta.url))
    ]),
    ...PACKAGES.map(name => [
      name,
      dirname(fileURLToPath(import.meta.resolve(`@torusmesh/${name}`)))
    ])
  ] as [string, string][])
  return known
}

function hashed(folders: readonly (readonly [name: string, folder: string])[]): string {
  const hash = createHash('sha256')
  for (const [name, folder] of folders) {
    for (const file of filesIn(folder)) {
      hash
        .update(`${name}/${file}\0`)
        .update(readFileSync(join(folder, file)))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

/** Paths below the folder in the same order on every machine; none if there is no such folder. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map(file => file.replaceAll('\\', '/'))
      .filter(file => DECIDES.test(file))
      .toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
