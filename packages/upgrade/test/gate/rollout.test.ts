import assert from 'node:assert/strict'
import { Reason } from '../../src/index.ts'
import { BAD, Mesh, NEW, OLD, planFor, STEP_MS } from './mesh.ts'

const END_MS = 200_000

function rollout(sides: readonly number[], part: Parameters<typeof planFor>[1] = {}): Mesh {
  const mesh = new Mesh(planFor(sides, part))
  mesh.speak(1, { kind: 'schedule', startMs: 50 })
  return mesh
}

describe('a rollout', () => {
  it('goes from canary to done, one certificate after the other', () => {
    const mesh = rollout([2, 2, 2])
    mesh.run(END_MS)
    assert.ok(mesh.runs.every(digest => digest === NEW))
    assert.ok(mesh.gates.every(({ status }) => status.stage === 'done'))
    const zero = mesh.log.filter(line => line.split(' ')[1] === '0')
    assert.deepEqual(
      zero.map(line => line.split(' ')[2]),
      ['canary', 'octants', 'wave', 'done']
    )
  })

  it('of a start-up crash ends at the canary, which goes back', () => {
    const mesh = rollout([3, 3, 3])
    const begun: number[] = []
    mesh.onExecute = (member, phase) => {
      if (phase === 'execute') begun.push(member)
      return { ok: phase !== 'verify' }
    }
    mesh.run(END_MS)
    assert.deepEqual(begun, mesh.plan.members[0])
    assert.ok(mesh.runs.every(digest => digest === OLD))
    assert.ok(mesh.gates.every(({ status }) => status.isHalted))
  })

  it('that the judge finds worse goes back in its wave, and keeps the waves before', () => {
    const mesh = rollout([3, 3, 3])
    mesh.onJudge = (_, wave) => wave === 2
    mesh.run(END_MS)
    for (const [member, digest] of mesh.runs.entries()) {
      assert.equal(digest, mesh.plan.waveOf[member]! < 2 ? NEW : OLD, `${member}`)
    }
  })

  it('halts when somebody goes down who isn’t in the wave', () => {
    const mesh = rollout([3, 3, 3])
    mesh.run(300)
    const wave = mesh.gates[0]!.status.wave
    const bystander = mesh.plan.members.at(-1)![0]!
    mesh.setDown(bystander, true)
    mesh.run(END_MS)
    assert.ok(mesh.gates.every(({ status }, at) => at === bystander || status.isHalted))
    assert.ok(mesh.gates[0]!.status.wave <= wave + 1)
  })

  it('does not begin a wave that would leave somebody too few neighbours, and ends', () => {
    const mesh = rollout([4, 4, 4], { tolerance: 1 })
    const absent = mesh.plan.members.at(-1)![0]!
    mesh.setDown(absent, true)
    mesh.run(END_MS)
    const reasons = mesh.said.flatMap(word => (word.kind === 'verdict' ? [word.reason] : []))
    assert.ok(reasons.includes(Reason.deadline))
    assert.ok(mesh.gates.every(({ status }, at) => at === absent || status.isHalted))
  })

  it('outvotes a member that claims to run what it doesn’t', () => {
    const mesh = rollout([3, 3, 3])
    const [canary] = mesh.plan.members[0]!
    mesh.seen = member => (member === canary ? BAD : mesh.runs[member]!)
    mesh.run(END_MS)
    assert.equal(mesh.runs.filter(digest => digest === NEW).length, 0)
  })

  it('never runs an artefact that was not voted', () => {
    const mesh = rollout([3, 3, 3])
    const ran = new Set<string>()
    mesh.onExecute = (_, phase) => {
      if (phase === 'execute') ran.add(BAD)
      return phase === 'preflight' ? { ok: true, digest: BAD } : { ok: true }
    }
    mesh.run(END_MS)
    assert.equal(ran.size, 0)
  })

  it('takes up a wave in which a node restarts', () => {
    const mesh = rollout([2, 2, 2])
    for (let at = 60; at < 6_000; at += 97) {
      mesh.run(at)
      mesh.restart(at % 8)
    }
    mesh.run(END_MS)
    const stages = mesh.gates.map(({ status }) => status.stage)
    assert.deepEqual([...new Set(stages)], ['done'])
    assert.equal(mesh.records.flat().filter(({ type }) => type === 'evidence').length, 0)
  })

  it('is stopped by one word of somebody with the right, and of nobody else', () => {
    const mesh = rollout([3, 3, 3])
    mesh.speak(5, { kind: 'halt', reason: 10 })
    mesh.run(200)
    assert.ok(mesh.gates.every(({ status }) => !status.isHalted))
    mesh.speak(2, { kind: 'halt', reason: 10 })
    mesh.run(200 + 2 * STEP_MS)
    assert.ok(mesh.gates.every(({ status }) => status.isHalted))
    mesh.run(END_MS)
    assert.ok(mesh.runs.every(digest => digest === OLD))
  })

  it('does not begin where the coordinator says two things', () => {
    const mesh = rollout([3, 3, 3])
    mesh.speak(1, { kind: 'schedule', startMs: 60 })
    mesh.run(END_MS)
    assert.ok(mesh.runs.every(digest => digest === OLD))
    assert.ok(mesh.records.every(records => records.some(({ type }) => type === 'evidence')))
  })
})
