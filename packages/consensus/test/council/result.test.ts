import assert from 'node:assert/strict'
import { Env } from '@torusmesh/protocol'
import { council } from '../../src/index.ts'
import { ports, START_MS, seal, World } from './world.ts'

const fanout = { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 } as const

describe('a result with its ballots', () => {
  let world: World
  let proof: council.ResultProof
  before(() => {
    world = new World(4)
    const id = world.propose(world.seats[0]!, fanout, 'parameter')
    world.vote(id, world.seats)
    world.approve(id, world.seats)
    world.settle()
    const bundle = world.seats[0]!.council.state.book.get(id)!.result()
    const ballots = world.seats.map(({ key }) => ({
      key,
      envelopes: [
        seal(world.terms, key, { kind: 'ballot', proposal: id, revision: 0, choice: 0 }, START_MS)
      ]
    }))
    proof = { network: world.terms.network, env: Env.dev, bundle, ballots }
  })

  const fault = (changed: council.ResultProof): string => {
    const checked = council.checkResult(changed, ports)
    return checked.ok ? 'ok' : checked.fault
  }

  it('is counted again with nothing but itself', () => assert.equal(fault(proof), 'ok'))

  const cases: readonly [string, (proof: council.ResultProof) => unknown, string][] = [
    ['a ballot is missing', p => ({ ...p, ballots: p.ballots.slice(1) }), 'signature'],
    [
      'ballots are of another mesh',
      p => ({ ...p, network: 'other-0123456789abcdef' }),
      'signature'
    ],
    [
      'somebody signed for another',
      p => ({
        ...p,
        ballots: p.ballots.map(({ envelopes }) => ({ key: p.ballots[0]!.key, envelopes }))
      }),
      'signature'
    ],
    [
      'the sums are others',
      p => {
        const certificate = { ...p.bundle.certificate, tally: { approve: 1, deny: 0, abstain: 0 } }
        return { ...p, bundle: { ...p.bundle, certificate } }
      },
      'tally'
    ],
    [
      'a weight is another',
      p => {
        const weights = p.bundle.weights.map((row, at) => (at === 0 ? { ...row, total: 21 } : row))
        return { ...p, bundle: { ...p.bundle, weights } }
      },
      'weights'
    ],
    ['there is no bundle', p => ({ ...p, bundle: undefined }), 'malformed'],
    ['the policy is none', p => ({ ...p, bundle: { ...p.bundle, policy: {} } }), 'malformed'],
    ['votes are a word', p => ({ ...p, bundle: { ...p.bundle, votes: 'all' } }), 'malformed']
  ]
  for (const [desc, change, code] of cases) {
    it(`is refused where ${desc}: ${code}`, () => {
      assert.equal(fault(change(proof) as council.ResultProof), code)
    })
  }
})
