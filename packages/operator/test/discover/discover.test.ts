import assert from 'node:assert/strict'
import { catalogueYaml, parseCatalogueYaml } from '../../src/catalogue/parse.ts'
import { discover } from '../../src/discover/discover.ts'
import { OperatorError } from '../../src/errors.ts'

const ID = 'f'.repeat(64)

function container(name: string, labels: Readonly<Record<string, string>>, published = 0) {
  const ports = [{ inside: 80, published }]
  return { id: ID, name, image: 'x', labels, networks: ['mesh-net'], ports }
}

describe('discover', () => {
  const containers = [
    container('stack-node-1', { 'com.docker.compose.service': 'node' }, 9_944),
    container('stack-faucet-1', {
      'com.docker.compose.service': 'faucet',
      'com.docker.compose.depends_on': 'node:service_healthy:true,gone:service_started:false',
      'dev.torusmesh.http': 'http://127.0.0.1:8080/health'
    }),
    container('helper', { 'dev.torusmesh.ignore': '' })
  ]
  const source = {
    containers: () => Promise.resolve(containers),
    container: (name: string) => {
      const aliases = [name, ID.slice(0, 12), name.includes('node') ? 'node' : 'faucet']
      const networks = [{ network: 'mesh-net', aliases }]
      return Promise.resolve({ networks, memoryBytes: name.includes('node') ? 1_000 : 0 })
    }
  }

  it('proposes services, dependencies, aliases and checks from what runs, for review', async () => {
    const found = await discover(source)
    const { node, faucet } = Object.fromEntries(found.services)
    assert.deepEqual([...found.services.keys()].toSorted(), ['engine', 'faucet', 'node'])
    assert.deepEqual(faucet?.dependsOn, ['node'])
    assert.deepEqual(node?.networks, [{ network: 'mesh-net', aliases: ['node'] }])
    assert.equal(node?.memoryCapBytes, 2_000)
    assert.deepEqual(
      [...node!.checks, ...faucet!.checks].map(({ type }) => type),
      ['tcp', 'http']
    )
    assert.deepEqual(parseCatalogueYaml(catalogueYaml(found)), found)
  })
})

describe('catalogue', () => {
  const wrong: readonly [desc: string, yaml: string, says: RegExp][] = [
    ['an unknown field', 'services: { a: { port: 1 } }', /services\.a: unknown field port/],
    ['an unknown check', 'services: { a: { checks: [{ type: ping }] } }', /type: one of http/],
    ['a circle', 'services: { a: { dependsOn: [b] }, b: { dependsOn: [a] } }', /circle/],
    ['an unknown dependency', 'services: { a: { dependsOn: [b] } }', /declare it/],
    ['an unknown hook', 'services: { a: { hooks: { vote: [x] } } }', /no such action/],
    ['the name of the engine', 'services: { engine: {} }', /rename/],
    ['YAML that is none', 'services: [', /mend the YAML/],
    ['aliases that blow up', 'services: { a: &x {}, b: *x }', /mend the YAML|alias/i]
  ]
  for (const [desc, yaml, says] of wrong) {
    it(`refuses ${desc} and says where`, () => {
      assert.throws(
        () => parseCatalogueYaml(yaml),
        (error: unknown) =>
          error instanceof OperatorError &&
          error.code === 'CATALOGUE_INVALID' &&
          says.test(error.message)
      )
    })
  }
})
