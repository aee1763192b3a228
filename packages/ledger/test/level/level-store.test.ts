import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LedgerError } from '../../src/index.ts'
import { openLevelStore } from '../../src/level/index.ts'
import { ledgerErrorOf } from '../../src/level/level-errors.ts'
import { describeLedgerStore } from '../support/describe-ledger-store.ts'
import { filesOf, flipBit, makeFolder } from '../support/level-folder.ts'
import { buildLog, growTo, openTest, verify } from '../support/log.ts'

const folder = makeFolder()
let stores = 0
const newPath = (): string => join(folder.path, `store-${stores++}`)
after(() => folder.remove())

const paths = new Map<unknown, string>()
describeLedgerStore('LevelDB', {
  open: async () => {
    const path = newPath()
    const store = await openLevelStore(path)
    paths.set(store, path)
    return store
  },
  reopen: async store => {
    await store.close()
    return openLevelStore(paths.get(store)!)
  }
})

describe('LevelDB store', () => {
  it('holds a ledger that verifies and goes on where it ended', async () => {
    const path = newPath()
    const first = await openTest(await openLevelStore(path))
    await growTo(first, 700)
    await first.close()
    const second = await openTest(await openLevelStore(path))
    assert.deepEqual([second.size, second.signed?.size, second.faults], [700, 700, []])
    await growTo(second, 1_100)
    const root = second.root()
    await second.close()
    const store = await openLevelStore(path)
    const report = await verify(store)
    await store.close()
    assert.deepEqual([report.faults, report.events, report.root], [[], 1_100, root])
    const inMemory = await openTest(await buildLog(1_100, []))
    assert.deepEqual(inMemory.root(), root)
  })

  it('says so when it is in use', async () => {
    const path = newPath()
    const store = await openLevelStore(path)
    await assert.rejects(openLevelStore(path), { code: 'LEDGER_LOCKED' })
    await store.close()
    await (await openLevelStore(path)).close()
  })

  it('says so when its path is a file', async () => {
    const path = newPath()
    writeFileSync(path, '')
    await assert.rejects(openLevelStore(path), { code: 'LEDGER_IO' })
  })

  it('says so when its manifest is damaged', async () => {
    const path = newPath()
    await (await openLevelStore(path)).close()
    const manifest = filesOf(path).find(({ name }) => name.startsWith('MANIFEST'))!
    flipBit(path, manifest.name, 80)
    await assert.rejects(openLevelStore(path), { code: 'LEDGER_UNREADABLE' })
  })

  it('does not start anew over a database whose first file is lost', async () => {
    const path = newPath()
    const store = await openLevelStore(path)
    await store.write([{ key: Buffer.from('x'), value: Buffer.from('y') }], true)
    await store.close()
    rmSync(join(path, 'CURRENT'))
    await assert.rejects(openLevelStore(path), { code: 'LEDGER_UNREADABLE' })
  })

  it('does not mind what a crash left half written', async () => {
    const path = newPath()
    await (await openLevelStore(path)).close()
    writeFileSync(join(path, '000099.ldb'), Buffer.alloc(5_000, 7))
    const store = await openLevelStore(path)
    assert.equal(await store.get(Buffer.from('x')), undefined)
    await store.close()
  })

  it('finds a record that the Bloom filter of its table denies', async () => {
    const path = newPath()
    const [key, value] = [Buffer.from('some key'), Buffer.alloc(100, 7)]
    const store = await openLevelStore(path)
    await store.write([{ key, value }], true)
    await store.close()
    await (await openLevelStore(path)).close()
    const table = join(path, filesOf(path).find(({ name }) => name.endsWith('.ldb'))!.name)
    const bytes = readFileSync(table)
    // The filter's 8 bytes follow the data block: its value, one restart, their number, a trailer.
    const filter = bytes.indexOf(value) + value.length + 4 + 4 + 5
    writeFileSync(table, bytes.fill(0, filter, filter + 8))
    const again = await openLevelStore(path)
    assert.deepEqual(await again.get(key), value)
    assert.deepEqual(await again.getMany([key, Buffer.from('other')]), [value, undefined])
    await again.close()
  })

  it('refuses a table that would end the process', async () => {
    const path = newPath()
    const store = await openLevelStore(path)
    await store.write([{ key: Buffer.from('some key'), value: Buffer.alloc(100) }], true)
    await store.close()
    await (await openLevelStore(path)).close()
    const table = filesOf(path).find(({ name }) => name.endsWith('.ldb'))!
    // The length of the first key's own part: too short to be one of LevelDB's keys.
    flipBit(path, table.name, 8 + 4)
    await assert.rejects(openLevelStore(path), { code: 'LEDGER_UNREADABLE' })
  })
})

describe('failures of LevelDB', () => {
  const levelError = (code: string, message: string, cause?: Error): Error =>
    Object.assign(new Error(message, { cause }), { code })
  const notOpen = (cause: Error): Error =>
    levelError('LEVEL_DATABASE_NOT_OPEN', 'Database failed to open', cause)
  const cases = [
    {
      error: notOpen(levelError('LEVEL_LOCKED', 'IO error: lock /x/LOCK: already held by process')),
      code: 'LEDGER_LOCKED'
    },
    {
      error: notOpen(levelError('LEVEL_CORRUPTION', 'Corruption: checksum mismatch')),
      code: 'LEDGER_UNREADABLE'
    },
    {
      error: notOpen(
        levelError('LEVEL_IO_ERROR', 'IO error: /x/MANIFEST-000009: No such file or directory')
      ),
      code: 'LEDGER_UNREADABLE'
    },
    {
      error: notOpen(levelError('LEVEL_IO_ERROR', 'IO error: /x/LOCK: Permission denied')),
      code: 'LEDGER_PERMISSION'
    },
    {
      error: notOpen(levelError('EACCES', "EACCES: permission denied, mkdir '/x'")),
      code: 'LEDGER_PERMISSION'
    },
    {
      error: notOpen(levelError('EROFS', "EROFS: read-only file system, mkdir '/x'")),
      code: 'LEDGER_PERMISSION'
    },
    {
      error: levelError('LEVEL_IO_ERROR', 'IO error: /x/000003.log: No space left on device'),
      code: 'LEDGER_DISK_FULL'
    },
    {
      error: notOpen(
        levelError('LEVEL_IO_ERROR', 'IO error: /x/MANIFEST-000001: No space left on device')
      ),
      code: 'LEDGER_DISK_FULL'
    },
    {
      error: levelError('LEVEL_IO_ERROR', 'IO error: /x/000003.log: Input/output error'),
      code: 'LEDGER_IO'
    },
    { error: levelError('LEVEL_DATABASE_NOT_OPEN', 'Database is not open'), code: 'LEDGER_CLOSED' },
    { error: 'no error at all', code: 'LEDGER_IO' }
  ]
  for (const { error, code } of cases) {
    const text =
      error instanceof Error
        ? ((error.cause as Error | undefined)?.message ?? error.message)
        : error
    it(`are ${code} for "${text}"`, () => {
      const mapped = ledgerErrorOf(error, '/x')
      assert.equal(mapped.code, code)
      assert.match(mapped.message, /^\/x: .+: .+/)
      assert.equal(mapped.cause, error)
    })
  }

  it('stay what they are if they have a code already', () => {
    const error = new LedgerError('LEDGER_READ_ONLY', 'as it was')
    assert.equal(ledgerErrorOf(error, '/x'), error)
  })
})
