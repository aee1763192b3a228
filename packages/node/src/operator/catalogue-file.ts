import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import {
  type Catalogue,
  catalogueYaml,
  discover,
  EngineClient,
  OperatorError,
  parseCatalogueYaml
} from '@torusmesh/operator'

const MAX_FILE_BYTES = 1_000_000
const HEADER = `# Services that this node's agent keeps alive. Review it: what stands here is watched from the
# next start on. Fields and checks: docs/operator.md.
`

/** A catalogue as discovery proposes it. */
export interface Proposed {
  /** What the file would hold. */
  readonly yaml: string
  readonly services: readonly ProposedService[]
}

export interface ProposedService {
  readonly name: string
  /** Container. */
  readonly target: string
  readonly dependsOn: readonly string[]
  readonly networks: readonly string[]
  /** Checks besides those that every service has. */
  readonly checks: readonly string[]
}

/** Where a node's catalogue is: relative paths are inside its folder. */
export function cataloguePath(homePath: string, named: string): string {
  return isAbsolute(named) ? named : join(homePath, named)
}

/**
 * @returns `undefined` if there is no such file
 * @throws OperatorError `CATALOGUE_INVALID` with the path, the field and what to write
 */
export async function readCatalogue(path: string): Promise<Catalogue | undefined> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new OperatorError(
      'CATALOGUE_INVALID',
      `${path}: can't be read (${code}); check it`,
      error
    )
  }
  try {
    if (bytes.length > MAX_FILE_BYTES) throw new OperatorError('CATALOGUE_INVALID', 'over 1 MB')
    return parseCatalogueYaml(bytes.toString('utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new OperatorError('CATALOGUE_INVALID', `${path}: ${why}`, error)
  }
}

/**
 * Writes a catalogue whole or not at all.
 *
 * @returns whether it was written: not over another file, unless `replace`
 */
export async function writeCatalogue(
  path: string,
  yaml: string,
  { replace }: { readonly replace: boolean }
): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.draft`
  await writeFile(draft, yaml, { mode: 0o600, flag: 'wx' })
  try {
    if (replace) await rename(draft, path)
    else await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

/** Proposes a catalogue from what runs on an engine. @throws OperatorError `ENGINE_…`, `CATALOGUE_INVALID` */
export async function discoverServices(engineSocket: string): Promise<Proposed> {
  const engine = new EngineClient({ socketPath: engineSocket })
  try {
    const catalogue = await discover(engine)
    const found = [...catalogue.services.values()].filter(({ runtime }) => runtime !== 'host')
    const services = found.map(({ name, target, dependsOn, networks, checks }) => ({
      ...{ name, target, dependsOn },
      networks: networks.map(({ network }) => network),
      checks: checks.map(check => check.name)
    }))
    return { yaml: HEADER + catalogueYaml(catalogue), services }
  } finally {
    engine.close()
  }
}
