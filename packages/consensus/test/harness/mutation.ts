import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** One seeded bug: a piece of a source file, and what it becomes. */
export interface Mutation {
  readonly name: string
  /** Below `src`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

const SOURCES = new URL('../../src/', import.meta.url).href
const active = new Map<string, Mutation>()
let isHooked = false

/** Imports a module of this folder with everything it needs, the bug built in. */
export async function importMutant<T>(module: string, mutation: Mutation): Promise<T> {
  if (!isHooked) hook()
  active.set(mutation.name, mutation)
  const url = new URL(module, import.meta.url)
  url.searchParams.set('mutant', mutation.name)
  return (await import(url.href)) as T
}

/** The source with the bug; the piece must be there exactly once. */
function mutate(url: URL, mutation: Mutation): string {
  url.search = ''
  const source = readFileSync(fileURLToPath(url), 'utf8')
  const parts = source.split(mutation.find)
  if (parts.length !== 2) throw new Error(`${mutation.name}: ${parts.length - 1} places to mutate`)
  return parts.join(mutation.replace)
}

function hook(): void {
  isHooked = true
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context)
      const parent = context.parentURL ? new URL(context.parentURL) : null
      const mutant = parent?.searchParams.get('mutant')
      if (!mutant || !specifier.startsWith('.')) return resolved
      const url = new URL(resolved.url)
      url.searchParams.set('mutant', mutant)
      return { ...resolved, url: url.href }
    },
    load(address, context, next) {
      const url = new URL(address)
      const mutation = active.get(url.searchParams.get('mutant') ?? '')
      const isHit = mutation && url.href.startsWith(`${SOURCES}${mutation.file}?`)
      if (!isHit) return next(address, context)
      return { format: 'module-typescript', source: mutate(url, mutation), shortCircuit: true }
    }
  })
}
