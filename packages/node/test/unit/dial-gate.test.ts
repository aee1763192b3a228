import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { DialGate } from '../../src/overlay/dial-gate.ts'

/** Dials that end when told to. */
function dials(gate: DialGate, names: string) {
  const started: string[] = []
  const ends = new Map<string, PromiseWithResolvers<string>>()
  const runs = [...names].map(name => {
    const end = Promise.withResolvers<string>()
    ends.set(name, end)
    const run = gate.run(() => {
      started.push(name)
      return end.promise
    })
    run.catch(() => undefined)
    return run
  })
  return { started, ends, runs }
}

describe('dial gate', () => {
  it('lets so many dials run, the rest in the order they came', async () => {
    const { started, ends, runs } = dials(new DialGate(2), 'abcd')
    await turn()
    assert.equal(started.join(''), 'ab')
    ends.get('b')!.resolve('done')
    assert.equal(await runs[1], 'done')
    assert.equal(started.join(''), 'abc')
    ends.get('c')!.resolve('done')
    await turn()
    assert.equal(started.join(''), 'abcd')
  })

  it('a dial that fails makes room like any other', async () => {
    const { started, ends, runs } = dials(new DialGate(1), 'ab')
    ends.get('a')!.reject(new Error('refused'))
    await assert.rejects(runs[0]!, /refused/)
    await turn()
    assert.equal(started.join(''), 'ab')
  })

  it('room that came back serves later dials', async () => {
    const gate = new DialGate(1)
    for (let round = 0; round < 3; round++) assert.equal(await gate.run(async () => round), round)
    const { started } = dials(gate, 'ab')
    await turn()
    assert.equal(started.join(''), 'a')
  })
})
