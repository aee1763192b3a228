import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { importMutant } from '../harness/mutation.ts'
import { MUTATIONS } from '../harness/mutations.ts'
import type * as Replays from './replay.ts'
import { Replay, standingOf } from './replay.ts'
import { type Step, stepsOf } from './trace.ts'

const file = new URL('vectors/traces.itf.json', import.meta.url)
const traces: Step[][] = JSON.parse(readFileSync(file, 'utf8')).map(stepsOf)

describe('traces of the model', () => {
  it('are of use: they notarize, give up, finalize and decide', () => {
    const steps = traces.flat()
    for (const kind of ['notarize', 'nullify', 'finalize']) {
      assert.ok(
        steps.some(({ said }) => said.some(word => word.kind === kind)),
        kind
      )
    }
    assert.ok(steps.some(({ floor }) => floor > 0))
    assert.ok(new Set(steps.map(({ act }) => act)).size === 7)
  })

  for (const [number, steps] of traces.entries()) {
    it(`${number + 1}: the engines say the same, and stand where the model does`, () => {
      const replay = new Replay()
      for (const [at, step] of steps.entries()) {
        const standing = replay.play(step)
        if (standing === undefined) continue
        assert.deepEqual(standing, standingOf(step), `step ${at}: ${step.act} by ${step.who}`)
      }
    })
  }

  for (const name of ['finalizes a view it gave up', 'stays where certificates lead on']) {
    it(`aren’t agreed with by an engine that ${name}`, async () => {
      const mutation = MUTATIONS.find(other => other.name === name)!
      const mutant = await importMutant<typeof Replays>('../model/replay.ts', mutation)
      assert.ok(traces.some(steps => differs(steps, new mutant.Replay())))
    })
  }
})

function differs(steps: readonly Step[], replay: Replay): boolean {
  return steps.some(step => {
    const standing = replay.play(step)
    if (standing === undefined) return false
    return JSON.stringify(standing) !== JSON.stringify(standingOf(step))
  })
}
