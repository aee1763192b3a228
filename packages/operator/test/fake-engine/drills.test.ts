import assert from 'node:assert/strict'
import { FAULT_FOLDER, readDrills } from '../../src/drill/catalogue-files.ts'
import { complaints } from '../../src/drill/play.ts'
import { FAMILIES } from '../../src/drill/scenario.ts'
import { trainingRows } from '../../src/incidents/book.ts'
import { explain } from '../../src/incidents/explain.ts'
import { playOnEngine } from './play-on-engine.ts'

const drills = await readDrills(FAULT_FOLDER)

describe('fault catalogue through the Engine API', () => {
  for (const family of FAMILIES) {
    it(`heals, asks or alerts as declared: ${family}`, async () => {
      const found: string[] = []
      const todo = drills.filter(({ scenario }) => scenario.family === family)
      for (const { scenario, catalogue } of todo) {
        const result = await playOnEngine(scenario, catalogue)
        found.push(...complaints(scenario, result).map(line => `${scenario.name}: ${line}`))
      }
      assert.deepEqual(found, [])
    })
  }

  it('heals the headline and tells it in full', async () => {
    const headline = drills.find(({ scenario }) => scenario.name === 'alias-lost-after-recreate')!
    const { operator, requests, rows } = await playOnEngine(headline.scenario, headline.catalogue)
    const [incident] = operator.incidents.list()
    assert.equal(operator.incidents.list().length, 1)
    const told = explain(incident!)
      .split('\n')
      .map(line => line.replace(/\d+ ms/g, 'N ms').trim())
    assert.deepEqual(told, [
      'Incident fake-1: cause node, healthy again after N ms.',
      '+N ms  node is not on its network (not on mesh-net)',
      '+N ms  node: network-detached → rule name-lost → act: connect it to its networks under its names',
      '+N ms  recorded, then done: reconnect node (undo: disconnect it from the networks it was not on)',
      '+N ms  reconnect node: healed after N ms',
      ...['faucet', 'dashboard', 'kyc'].map(
        name =>
          `+N ms  ${name}: container-unhealthy → rule dependent-disconnected → act: restart it`
      ),
      ...['faucet', 'dashboard', 'kyc'].map(
        name => `+N ms  recorded, then done: restart ${name} (undo: none needed: it runs as before)`
      ),
      ...['faucet', 'dashboard', 'kyc'].map(name => `+N ms  restart ${name}: healed after N ms`),
      '+N ms  closed: all stayed healthy',
      ''
    ])
    assert.ok(requests.includes('POST /networks/mesh-net/connect'))
    assert.deepEqual(
      trainingRows(incident!).map(({ service, rule, action, outcome }) => [
        service,
        rule,
        action,
        outcome
      ]),
      [
        ['node', 'name-lost', 'reconnect', 'healed'],
        ['faucet', 'dependent-disconnected', 'restart', 'healed'],
        ['dashboard', 'dependent-disconnected', 'restart', 'healed'],
        ['kyc', 'dependent-disconnected', 'restart', 'healed']
      ]
    )
    const first = rows.findIndex(({ kind }) => kind === 'acting')
    assert.ok(first > 0 && rows[first - 1]?.kind === 'decided')
  })
})
