import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceSpec } from '@torusmesh/operator'
import { createCatalogue } from '@torusmesh/operator'
import { World } from '@torusmesh/operator/drill'
import { FakeEngine } from '../../../operator/test/fake-engine/fake-engine.ts'
import { createApiClient, type IncidentDetailView, type VerifyResult } from '../../src/index.ts'
import { answerOf, endAll, type NodeProcess, startNode } from './support/cli.ts'
import { until } from './support/until.ts'

const spec = (name: string, dependsOn: readonly string[]): ServiceSpec => ({
  ...{ name, runtime: 'container', target: `stack-${name}-1`, dependsOn, checks: [], hooks: {} },
  networks: [{ network: 'mesh-net', aliases: [name] }],
  ...{ startMs: 5_000, graceMs: 500 }
})

/** Reads from a node without starting a process each time. */
const askerOf = ({ started }: NodeProcess) => createApiClient({ url: started.api })

describe('an operator beside real services', function () {
  this.timeout(120_000)
  const catalogue = createCatalogue([spec('node', []), spec('faucet', ['node'])])
  const world = new World(catalogue)
  const engine = new FakeEngine({ world, catalogue, remote: true })
  let home = ''
  let socket: readonly [string, string]

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'torusmesh-operator-'))
    await engine.start()
    socket = ['--operator-engine-socket', engine.socketPath]
  })

  after(async () => {
    await endAll()
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  })

  it('reviews, grants, is healed for, asked once over a crash, and can prove it all', async () => {
    await answerOf('operator', 'discover', ...socket, '--home', home)
    const first = await startNode('up', ...socket, '--home', home)
    await answerOf('operator', 'grant', '8h', '--home', home)
    const asked = askerOf(first)

    world.inject({ atMs: 0, fault: 'disconnect', service: 'node' })
    await until('it is healed', async () => (await asked.incidents())[0]?.tookMs != null)
    const healed = await answerOf<IncidentDetailView>('operator', 'explain', '--home', home)
    assert.match(healed.explanation, /rule name-lost/)
    assert.deepEqual(
      healed.rows.map(({ kind }) => kind),
      ['opened', 'decided', 'acting', 'outcome', 'closed']
    )

    world.inject({ atMs: 0, fault: 'remove', service: 'faucet' })
    await until('its question is on record', async () =>
      (await asked.events({ limit: 500 })).events.some(({ summary }) => /^asked /.test(summary))
    )
    const { id } = (await asked.approvals())[0]!
    await first.end('SIGKILL')

    const second = await startNode('up', ...socket, '--home', home)
    const again = askerOf(second)
    assert.equal((await again.operator()).autonomy, 'self-heal')
    assert.deepEqual(
      (await again.approvals()).map(open => open.id),
      [id]
    )
    await answerOf('approve', id, '--yes', '--home', home)
    // There is no command for it: who consents does it by hand.
    world.act('recreate', 'faucet')
    await until('it sees that', async () => (await again.incidents())[0]?.tookMs != null)
    assert.deepEqual(await again.approvals(), [])
    assert.equal((await second.end('SIGINT')).code, 0)
    assert.ok((await answerOf<VerifyResult>('ledger', 'verify', '--home', home)).ok)
  })
})
