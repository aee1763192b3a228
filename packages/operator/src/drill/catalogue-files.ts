import { readdir, readFile } from 'node:fs/promises'
import { parseCatalogueYaml } from '../catalogue/parse.ts'
import type { Catalogue } from '../catalogue/types.ts'
import { FAMILIES, parseScenario, type Scenario } from './scenario.ts'

/** A scenario with the services it plays on. */
export interface Drill {
  readonly scenario: Scenario
  readonly catalogue: Catalogue
}

const MAX_FILES = 1_000

/**
 * Reads a fault catalogue: a folder for each family with a scenario a file, and `catalogues/`.
 *
 * @throws OperatorError `SCENARIO_INVALID`, `CATALOGUE_INVALID`, or the file system's error
 */
export async function readDrills(folder: URL): Promise<Drill[]> {
  const catalogues = new Map<string, Catalogue>()
  const drills: Drill[] = []
  for (const family of FAMILIES) {
    const at = new URL(`${family}/`, folder)
    for (const file of (await readdir(at)).toSorted().slice(0, MAX_FILES)) {
      const scenario = parseScenario(await readFile(new URL(file, at), 'utf8'))
      const name = scenario.catalogue
      if (!catalogues.has(name)) {
        const text = await readFile(new URL(`catalogues/${name}.yaml`, folder), 'utf8')
        catalogues.set(name, parseCatalogueYaml(text))
      }
      drills.push({ scenario, catalogue: catalogues.get(name)! })
    }
  }
  return drills
}

/** The fault catalogue that comes with this package. */
export const FAULT_FOLDER: URL = new URL('../../faults/', import.meta.url)
