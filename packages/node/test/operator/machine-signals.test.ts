import assert from 'node:assert/strict'
import { flagOf } from '@torusmesh/operator'
import { procStatus, signalsOf } from '../../src/operator/machine-signals.ts'

const LIMITS = (core: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax core file size        ${core.padEnd(20)} unlimited            bytes     \n`
const STATUS = (tracer: number, swapKb: number): string =>
  `Name:\tnode\nTracerPid:\t${tracer}\nVmSwap:\t       ${swapKb} kB\n`

const harmless = procStatus(STATUS(0, 0), LIMITS('0'))

describe('what /proc tells of the process that holds keys', () => {
  const cases = [
    { desc: 'a debugger', to: procStatus(STATUS(77, 0), LIMITS('0')), flag: 'vault-touched' },
    { desc: 'swap', to: procStatus(STATUS(0, 12), LIMITS('0')), flag: 'memory-spill' },
    { desc: 'core files', to: procStatus(STATUS(0, 0), LIMITS('unlimited')), flag: 'memory-spill' }
  ]
  for (const { desc, to, flag } of cases) {
    it(`raises ${desc}, once`, () => {
      const raised = signalsOf(harmless, to).map(signal => flagOf(signal)?.code)
      assert.deepEqual(raised, [flag])
      assert.deepEqual(signalsOf(to, to), [])
    })
  }

  it('is harmless where there is no /proc', () => {
    assert.deepEqual(procStatus('', ''), harmless)
    assert.deepEqual(signalsOf(harmless, harmless), [])
  })
})
