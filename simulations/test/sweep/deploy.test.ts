import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { parseAllDocuments } from 'yaml'

const FOLDER = new URL('../../../deploy/simulations/', import.meta.url)
const PAGES = ['../../../docs/cli.md', '../../../docs/sweeps.md'] as const
const textOf = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8')

/** Options of `torusmesh sim <command>` in the reference, which is made from the command itself. */
function optionsIn(reference: string, command: string): Set<string> {
  const section = reference.split(/^#+ /m).find(part => part.startsWith(`torusmesh sim ${command}`))
  assert.ok(section, `docs/cli.md has no torusmesh sim ${command}`)
  return new Set(section.match(/--[a-z][a-z-]*/g))
}

/** Every `torusmesh sim …` in a text: its command, and the options up to the end of the statement. */
function callsIn(text: string): { command: string; options: string[] }[] {
  const flat = text
    .replaceAll(/\\\n\s*/g, ' ')
    .replaceAll(/\]\n\s*args: \[/g, ', ')
    .replaceAll(', ', ' ')
  return [...flat.matchAll(/torusmesh sim (sweep|merge|worker)([^\n#|]*)/g)].map(
    ([, command, rest]) => ({
      command: command!,
      options: rest!.match(/--[a-z][a-z-]*/g) ?? []
    })
  )
}

describe('manifests of sweeps', () => {
  it('are YAML that names its kinds', async () => {
    const kinds: string[] = []
    for (const file of (await readdir(FOLDER)).toSorted()) {
      if (!file.endsWith('.yaml')) continue
      for (const document of parseAllDocuments(await textOf(new URL(file, FOLDER).href))) {
        assert.deepEqual(document.errors, [], file)
        kinds.push((document.toJS() as { kind: string }).kind)
      }
    }
    const [claim, ...others] = kinds
    assert.equal(claim, 'PersistentVolumeClaim')
    assert.deepEqual(others, ['Job', 'Job', 'Service', 'StatefulSet', 'Deployment'])
  })

  it('call the command with options it has', async () => {
    const reference = await textOf(PAGES[0])
    const files = (await readdir(FOLDER)).map(file => new URL(file, FOLDER).href)
    let calls = 0
    for (const path of [...files, PAGES[1]]) {
      for (const { command, options } of callsIn(await textOf(path))) {
        const known = optionsIn(reference, command)
        for (const option of options) assert.ok(known.has(option), `${path}: ${command} ${option}`)
        calls++
      }
    }
    assert.ok(calls > 10)
  })

  it('shard as many ways as they have completions', async () => {
    const text = await textOf(new URL('kubernetes-indexed-job.yaml', FOLDER).href)
    const job = parseAllDocuments(text)[1]!.toJS()
    const { args } = job.spec.template.spec.containers[0]
    assert.ok(args.includes(`$(JOB_COMPLETION_INDEX)/${job.spec.completions}`))
  })
})
