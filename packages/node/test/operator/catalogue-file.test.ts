import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperatorError } from '@torusmesh/operator'
import { cataloguePath, readCatalogue, writeCatalogue } from '../../src/operator/catalogue-file.ts'
import { discoverServices } from '../../src/operator/index.ts'

describe('catalogue file', () => {
  let folder = ''

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'catalogue-'))
  })

  afterEach(() => rm(folder, { recursive: true }))

  it('is inside the folder of the node unless it has a full path', () => {
    assert.equal(cataloguePath('/srv/mesh', 'services.yaml'), '/srv/mesh/services.yaml')
    assert.equal(cataloguePath('/srv/mesh', '/etc/services.yaml'), '/etc/services.yaml')
  })

  it('is written whole, in a folder that may have to be made, never over another unasked', async () => {
    const path = join(folder, 'home', 'services.yaml')
    assert.equal(await writeCatalogue(path, 'services: {}', { replace: false }), true)
    assert.equal(await writeCatalogue(path, 'lost', { replace: false }), false)
    assert.equal(await readFile(path, 'utf8'), 'services: {}')
    assert.equal(await writeCatalogue(path, 'services: { a: {} }', { replace: true }), true)
    assert.deepEqual([...(await readCatalogue(path))!.services.keys()], ['engine', 'a'])
    assert.deepEqual(await readdir(join(folder, 'home')), ['services.yaml'])
  })

  it('may be missing; one that is wrong is refused with its path and its field', async () => {
    const path = join(folder, 'services.yaml')
    assert.equal(await readCatalogue(path), undefined)
    await writeFile(path, 'services: { a: { port: 1 } }')
    await assert.rejects(
      readCatalogue(path),
      (error: unknown) =>
        error instanceof OperatorError &&
        error.code === 'CATALOGUE_INVALID' &&
        error.message.startsWith(`${path}: `) &&
        /services\.a: unknown field port/.test(error.message)
    )
  })

  it('cannot be proposed without an engine, and says what to do', async () => {
    await assert.rejects(
      discoverServices(join(folder, 'none.sock')),
      (error: unknown) => error instanceof OperatorError && error.code === 'ENGINE_AWAY'
    )
  })
})
