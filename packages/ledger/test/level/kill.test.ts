import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { openLevelStore } from '../../src/level/index.ts'
import { makeFolder } from '../support/level-folder.ts'
import { collect, eventInput, openTest, verify } from '../support/log.ts'

const appender = fileURLToPath(new URL('../support/appender.ts', import.meta.url))

/**
 * Runs the appender until it has acknowledged `events`, then kills it; returns how many it did in
 * the end.
 */
async function appendUntilKilled(path: string, events: number): Promise<number> {
  const child = spawn(process.execPath, ['--conditions=@torusmesh/source', appender, path], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (Number(said.split('\n').at(-2)) >= events) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return Number(said.split('\n').at(-2))
}

describe('ledger whose process is killed', () => {
  const folder = makeFolder()
  after(() => folder.remove())

  it('has every event it acknowledged, and goes on', async () => {
    for (const events of [700, 2_500]) {
      const acknowledged = await appendUntilKilled(folder.path, events)
      assert.ok(acknowledged >= events)
      const store = await openLevelStore(folder.path)
      const report = await verify(store)
      assert.deepEqual(report.faults, [])
      assert.ok(report.events >= acknowledged, `${report.events} of ${acknowledged}`)
      const ledger = await openTest(store)
      const payloads = (await collect(ledger.read())).map(({ payload }) => Buffer.from(payload))
      assert.deepEqual(
        payloads,
        payloads.map((_, i) => eventInput(i).payload)
      )
      await ledger.close()
    }
  })
})
