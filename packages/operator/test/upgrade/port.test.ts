import assert from 'node:assert/strict'
import type * as Upgrade from '../../../upgrade/src/execute/index.ts'
import { STEP_REFUSALS, STEPS } from '../../../upgrade/src/execute/index.ts'
import * as api from '../../src/upgrade/index.ts'
import type * as Operator from '../../src/upgrade/port.ts'

/** Compiles only where each can stand for the other. */
type Same<A, B> = [A, B] extends [B, A] ? true : false

describe('the executor port', () => {
  it('is the same on both sides', () => {
    const same: readonly true[] = [
      true satisfies Same<Operator.ExecutionStep, Upgrade.ExecutionStep>,
      true satisfies Same<Operator.StepRefusal, Upgrade.StepRefusal>,
      true satisfies Same<Operator.UpgradeJob, Upgrade.UpgradeJob>,
      true satisfies Same<Operator.StepOutcome, Upgrade.StepOutcome>,
      true satisfies Same<Operator.StepRow, Upgrade.StepRow>,
      true satisfies Same<Operator.Executor, Upgrade.Executor>,
      true satisfies Same<Operator.StepJournal, Upgrade.StepJournal>
    ]
    assert.equal(same.length, 7)
    const steps: readonly Operator.ExecutionStep[] = STEPS
    assert.equal(steps.length, 8)
    const codes = Object.keys(STEP_REFUSALS) as Operator.StepRefusal[]
    assert.equal(codes.length, 13)
  })

  it('comes with these executors and what they need', () => {
    assert.deepEqual(Object.keys(api).sort(), [
      'ArtefactStore',
      'ContainerExecutor',
      'ProcessExecutor',
      'Supervised',
      'UpgradeEngine',
      'folderSource',
      'healDependents',
      'keptSteps',
      'mirrorSource',
      'openStepJournal',
      'startKeeper'
    ])
  })
})
