import assert from 'node:assert/strict'
import { Engine, type EngineOutput, type Epoch, Kind, type Message } from '@torusmesh/consensus'
import { type Actor, Cluster } from '../../src/consensus/cluster/cluster.ts'
import { Dice } from '../../src/consensus/cluster/dice.ts'
import type { Finding } from '../../src/consensus/cluster/judge.ts'
import type { Mark } from '../../src/consensus/cluster/marks.ts'
import { HOSTILE, type Plot } from '../../src/consensus/cluster/plot.ts'
import { FATES } from '../../src/consensus/cluster/seat.ts'
import { StandInKeys } from '../../src/consensus/stand-in.ts'

/** Between them, member 0 writes everything there is, and may lose its store. */
const SEEDS = [2, 23, 54]
const MEMBERS = 4
const EVENTS_MAX = 50_000
const DELAY_MAX_MS = 8
/** All are honest, and now and then an item ends the epoch. */
const CALM: Plot = { ...HOSTILE, honest: 1_000, partition: 0, evil: 0, crash: 0, submit: 250 }
const KIND_NAMES = Object.fromEntries(Object.entries(Kind).map(([name, kind]) => [kind, name]))
/** All that a member ever writes. */
const WRITES: readonly string[] = [
  'block',
  'decision',
  'proposal',
  ...['notarize', 'nullify', 'finalize', 'closing', 'opening'].flatMap(kind => [
    `${kind} vote`,
    `${kind} certificate`
  ])
]

interface Ran {
  readonly finding: Finding | null
  readonly marks: ReadonlyMap<Mark, number>
  /** What member 0 wrote, in order. */
  readonly writes: readonly string[]
}

/** One cluster of four through its two phases, in virtual time. */
function runCluster(seed: number, blow: Plot['blow'], isLost: boolean): Ran {
  const events: { atMs: number; run: () => void }[] = []
  const marks = new Map<Mark, number>()
  const delays = new Dice(seed, 1)
  let nowMs = 0
  const after = (delayMs: number, run: () => void): void => {
    const atMs = nowMs + delayMs
    const before = events.findLastIndex(event => event.atMs <= atMs)
    events.splice(before + 1, 0, { atMs, run })
  }
  const keys = new StandInKeys(seed)
  const cluster: Cluster = new Cluster({
    size: MEMBERS,
    plot: { ...CALM, blow, lose: isLost ? 1_000 : 0 },
    keys,
    dice: new Dice(seed, 0),
    verifierOf: (epoch: Epoch) => keys.verifier(epoch),
    port: {
      get nowMs() {
        return nowMs
      },
      post: (from, to, message) =>
        after(1 + delays.below(DELAY_MAX_MS), () => cluster.deliver(to, from.number, message)),
      wake: (actor, seat, atMs) => after(atMs - nowMs, () => cluster.wakeUp(actor, seat)),
      restart: (actor, delayMs) => after(delayMs, () => cluster.restart(actor)),
      link: (actor, delayMs) => after(delayMs, () => cluster.linkUp(actor)),
      mark: mark => marks.set(mark, (marks.get(mark) ?? 0) + 1)
    }
  })
  const writes: string[] = []
  const stop = spy(cluster.actors[0]!, writes)
  for (let act = 1; act <= CALM.acts; act++) after(act * CALM.actMs, () => cluster.act())
  after((CALM.acts + 1) * CALM.actMs, () => cluster.heal())
  cluster.start()
  for (let count = 0; events.length > 0; count++) {
    assert.ok(count < EVENTS_MAX, 'the cluster never rests')
    const { atMs, run } = events.shift()!
    nowMs = atMs
    run()
  }
  cluster.checkLiveness()
  stop()
  return { finding: cluster.judge.finding, marks, writes }
}

/** Notes what an actor's engines have written. */
function spy(actor: Actor, writes: string[]): () => void {
  const { handle } = Engine.prototype
  Engine.prototype.handle = function (input, nowMs, out) {
    const isHis = actor.seats.some(({ engine }) => engine === this)
    handle.call(this, input, nowMs, output => {
      const name = isHis ? writeOf(output) : null
      if (name !== null) writes.push(name)
      out(output)
    })
  }
  return () => {
    Engine.prototype.handle = handle
  }
}

function writeOf(output: EngineOutput): string | null {
  if (output.type === 'decide') return 'decision'
  return output.type === 'persist' ? nameOf(output.record) : null
}

function nameOf(record: Message): string {
  switch (record.type) {
    case 'vote':
      return `${KIND_NAMES[record.vote.kind]} vote`
    case 'certificate':
      return `${KIND_NAMES[record.claim.kind]} certificate`
    case 'blocks':
      return 'block'
    default:
      return record.type
  }
}

describe('every write of a member', () => {
  const calm = new Map(SEEDS.map(seed => [seed, runCluster(seed, null, false).writes]))

  it('of every kind there is, is among those that fail below', () => {
    const seen = new Set([...calm.values()].flat())
    assert.deepEqual([...seen].sort(), [...WRITES].sort())
  })

  for (const [seed, writes] of calm) {
    for (const isLost of [false, true]) {
      const store = isLost ? 'lost' : 'kept'
      it(`fails in every way, its store ${store}: no contradiction, no lost decision (seed ${seed}, ${writes.length} writes)`, () => {
        let hits = 0
        for (const write of writes.keys()) {
          for (const fate of FATES) {
            if (fate === 'ok') continue
            const { finding, marks } = runCluster(seed, { write, fate }, isLost)
            assert.equal(finding, null, `write ${write}, ${writes[write]}, ${fate}`)
            assert.equal(marks.get('write-failed'), 1)
            assert.equal(marks.get('state-lost') ?? 0, isLost ? 1 : 0)
            hits++
          }
        }
        assert.equal(hits, writes.length * (FATES.length - 1))
      })
    }
  }
})
