import { join } from 'node:path'
import { prettyJson } from '../results/json.ts'
import { writeAtomically } from '../sweep/atomic-file.ts'
import type { ReplayFile } from './replay-file.ts'

/**
 * Writes a replay file and its diagram into a folder, which is made where there is none.
 *
 * @returns paths, named by scenario, property and seed
 */
export async function keepReplay(
  folder: string,
  file: ReplayFile,
  svg: string
): Promise<{ readonly replay: string; readonly svg: string }> {
  const { scenario, seed } = file.spec
  const name = `${scenario}-${file.violation.property}-${seed}`
  const paths = { replay: join(folder, `${name}.json`), svg: join(folder, `${name}.svg`) }
  await keepText(paths.replay, prettyJson(file))
  await keepText(paths.svg, svg)
  return paths
}

/** Writes a text file, and the folder it is in. */
export async function keepText(path: string, text: string): Promise<void> {
  await writeAtomically(path, text)
}
