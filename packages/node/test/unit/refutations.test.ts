import assert from 'node:assert/strict'
import { Envelope, Statement } from '@torusmesh/protocol'
import { openDigestPayload } from '../../src/runtime/payloads.ts'
import { Refutations } from '../../src/runtime/refutations.ts'
import { Tidings } from '../../src/runtime/tidings.ts'
import { fakeContext, fakeLink } from './support/node-fakes.ts'
import { fullWorld } from './support/world.ts'

interface Step {
  readonly atMs: number
  /** A notice declared this node down under this incarnation; the node's own is `own`. */
  readonly notice?: number
  readonly own?: number
  /** The detector refutes under this incarnation. */
  readonly refute?: number
}

interface Case {
  readonly desc: string
  readonly steps: readonly Step[]
  readonly near: number
  /** Incarnations told to the whole mesh. */
  readonly far: readonly number[]
}

const cases: Case[] = [
  {
    desc: 'accusations alone are answered around the cell',
    steps: [
      { atMs: 0, refute: 5 },
      { atMs: 2_000, refute: 6 }
    ],
    near: 2,
    far: []
  },
  {
    desc: 'a notice is answered everywhere',
    steps: [
      { atMs: 0, notice: 5, own: 5 },
      { atMs: 10, refute: 6 }
    ],
    near: 1,
    far: [6]
  },
  {
    desc: 'a notice of what was refuted before it came is answered at once',
    steps: [
      { atMs: 0, refute: 6 },
      { atMs: 10, notice: 5, own: 6 }
    ],
    near: 1,
    far: [6]
  },
  {
    desc: 'copies of a notice are answered once in five seconds',
    steps: [
      { atMs: 0, notice: 5, own: 6 },
      { atMs: 4_999, notice: 5, own: 6 },
      { atMs: 5_000, notice: 5, own: 6 }
    ],
    near: 0,
    far: [6, 6]
  },
  {
    desc: 'once answered, later accusations stay around the cell',
    steps: [
      { atMs: 0, notice: 5, own: 5 },
      { atMs: 10, refute: 6 },
      { atMs: 9_000, refute: 7 }
    ],
    near: 2,
    far: [6]
  }
]

describe('refutations', () => {
  for (const { desc, steps, near, far } of cases) {
    it(desc, async () => {
      const world = fullWorld([2, 2, 2])
      const link = fakeLink(world.members[1]!)
      const fake = fakeContext({ world, links: [link] })
      const refutations = new Refutations(fake.context, new Tidings(fake.context))
      for (const { atMs, notice, own, refute } of steps) {
        fake.clock.monotonicNowMs = atMs
        if (notice !== undefined) refutations.declaredDown(notice, own!)
        if (refute !== undefined) refutations.refute(refute)
        await fake.idle()
      }
      assert.equal(link.sent.length, near)
      assert.deepEqual(
        fake.published.map(({ envelope }) => {
          const sealed = Statement.decode(Envelope.decode(envelope).statement)
          const payload = openDigestPayload(sealed.payload, 8)
          return payload.ok ? payload.value.returned?.incarnation : payload.code
        }),
        far
      )
      assert.deepEqual(fake.failures, [])
    })
  }
})
