import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryStore, type Ledger, openLedger } from '@torusmesh/ledger'
import { resolveConfig } from '../../src/config/index.ts'
import { Voice } from '../../src/identity/voice.ts'
import { silentLogger } from '../../src/log/index.ts'
import { createNodeMetrics } from '../../src/metrics/index.ts'
import { OperatorService } from '../../src/operator/index.ts'
import { Journal } from '../../src/runtime/journal.ts'

const HOUR_MS = 3_600_000
const CATALOGUE = 'services: { node: { target: stack-node-1 } }'

async function memoryLedger(): Promise<Ledger> {
  const name = 'example.org/log'
  return await openLedger({
    store: createMemoryStore(),
    clock: Date.now,
    scheduler: { setTimer: callback => setImmediate(callback), clearTimer: () => {} },
    origin: name,
    cosigner: { name, publicKey: new Uint8Array(1_312), sign: async () => new Uint8Array(2_420) },
    checkpointEveryMs: 0
  })
}

describe('the agent inside a node', () => {
  let homePath = ''
  let ledger: Ledger
  const keys = new Voice(true)

  beforeEach(async () => {
    homePath = await mkdtemp(join(tmpdir(), 'agent-'))
    ledger = await memoryLedger()
    keys.set(true)
  })

  afterEach(() => rm(homePath, { recursive: true }))

  const start = (flags: Record<string, string> = {}): Promise<OperatorService> => {
    const socket = { 'operator.engineSocket': join(homePath, 'none.sock') }
    const { config } = resolveConfig({ flags: { ...socket, ...flags } })
    const journal = new Journal(ledger, new Uint8Array(32), createNodeMetrics().ledger)
    return OperatorService.start({
      ...{ homePath, ledger, journal, keys },
      config: config.operator,
      logger: silentLogger
    })
  }

  it('says why it does not run, and lets the node run', async () => {
    assert.equal((await start({ 'operator.enabled': 'false' })).state().state, 'off')
    const without = (await start()).state()
    assert.equal(without.state, 'no-catalogue')
    assert.match(without.detail, /torusmesh operator discover/)
    await writeFile(join(homePath, 'services.yaml'), 'services: [')
    const refused = (await start()).state()
    assert.equal(refused.state, 'catalogue-refused')
    assert.match(refused.detail, /services\.yaml: mend the YAML/)
    assert.equal(ledger.size, 0)
  })

  it('takes a missing engine for what is wrong, does nothing, and stops cleanly', async () => {
    await writeFile(join(homePath, 'services.yaml'), CATALOGUE)
    const service = await start()
    assert.equal(service.state().state, 'running')
    service.grant(8)
    assert.equal(service.state().autonomy, 'self-heal')
    await service.stop()
    assert.ok(ledger.size > 0)
    for await (const { payload } of ledger.read()) {
      assert.ok(!Buffer.from(payload).includes('"acting"'))
    }
  })

  it('goes on with its grant and with who is in control after a restart', async () => {
    await writeFile(join(homePath, 'services.yaml'), CATALOGUE)
    const first = await start()
    first.grant(8)
    first.control('operator')
    await first.stop()
    const again = await start()
    const { autonomy, control, grantUntilMs } = again.state()
    assert.deepEqual([autonomy, control], ['self-heal', 'operator'])
    assert.ok(grantUntilMs! > Date.now() + 7 * HOUR_MS)
    await again.stop()
  })

  it('heals alone only while the keys can be used', async () => {
    await writeFile(join(homePath, 'services.yaml'), CATALOGUE)
    const first = await start()
    first.grant(8)
    await first.stop()
    keys.set(false)
    const again = await start()
    assert.equal(again.state().autonomy, 'watch-only')
    assert.throws(() => again.grant(8), /unlock it first/)
    keys.set(true)
    assert.equal(again.state().autonomy, 'self-heal')
    keys.set(false)
    assert.equal(again.state().autonomy, 'locked')
    await again.stop()
  })
})
