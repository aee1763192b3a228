import assert from 'node:assert/strict'
import { NodeStatus } from '@torusmesh/health'
import type { HealthReport } from '@torusmesh/protocol'
import type { Member } from '../../src/overlay/directory.ts'
import { CellSurvey } from '../../src/runtime/cell-survey.ts'
import { WatchList } from '../../src/runtime/watch-list.ts'
import { type World, worldOf } from './support/world.ts'

const EPOCH = 9
const CELLS = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7]

function surveyOf(world: World, status: NodeStatus = NodeStatus.healthy) {
  const watchList = new WatchList(16)
  const { directory } = world
  const survey = new CellSurvey({ directory, watchList, status: () => status })
  const reports = (member: Member, said: NodeStatus): void => {
    const report = { status: said, specVersion: 1 } as HealthReport
    watchList.add(member)!.held = {
      ...{ envelope: new Uint8Array(0), report, receivedMs: 0, watchers: [] }
    }
  }
  return { survey, reports, directory }
}

const figuresOf = ({ members, alive, degraded, down }: Record<string, unknown>) => ({
  ...{ members, alive, degraded, down }
})

describe('cell survey', () => {
  it('counts who is well, who lags and who is gone; who left does not count', () => {
    const world = worldOf([2, 2, 2], CELLS)
    const { survey, reports, directory } = surveyOf(world)
    reports(world.members[1]!, NodeStatus.degraded)
    directory.setStanding(world.members[2]!.key, 'down', 1)
    directory.setStanding(world.members[3]!.key, 'left', 1)
    const digest = survey.summarise(0, EPOCH)
    assert.deepEqual(figuresOf({ ...digest }), { members: 3, alive: 1, degraded: 1, down: 1 })
    assert.deepEqual([digest.cell, digest.epoch], [0, EPOCH])
  })

  it('says of itself what it reports', () => {
    const { survey } = surveyOf(worldOf([2, 2, 2], CELLS), NodeStatus.degraded)
    assert.equal(survey.summarise(0, EPOCH).degraded, 1)
  })

  it('agrees on who is there and who is down, whoever lags', () => {
    const world = worldOf([2, 2, 2], CELLS)
    const { survey, directory } = surveyOf(world)
    const digest = survey.summarise(0, EPOCH)
    assert.equal(survey.agrees({ ...digest, alive: 1, degraded: 3 }), true)
    assert.equal(survey.agrees({ ...digest, members: 5 }), false)
    directory.setStanding(world.members[1]!.key, 'down', 1)
    assert.equal(survey.agrees(digest), false)
  })

  it('exactly one live member of a cell is its steward, and they take turns', () => {
    const stewardIn = (epoch: number, downAt?: number): number[] =>
      [0, 1, 2, 3].filter(self => {
        const world = worldOf([2, 2, 2], CELLS, self)
        if (downAt !== undefined) {
          world.directory.setStanding(world.members[downAt]!.key, 'down', 1)
        }
        return self !== downAt && surveyOf(world).survey.isSteward(0, epoch)
      })
    const stewards = new Set<number>()
    for (let epoch = 0; epoch < 24; epoch++) {
      const [steward, ...others] = stewardIn(epoch)
      assert.deepEqual(others, [])
      stewards.add(steward!)
      assert.equal(stewardIn(epoch, steward).length, 1)
    }
    assert.equal(stewards.size, 4)
  })

  it('takes charge of the dead cells that fell to it, and of no other', () => {
    const dead = [4, 5, 6]
    const inCharge = CELLS.flatMap((_, self) => {
      if (dead.includes(self)) return []
      const world = worldOf([2, 2, 2], CELLS, self)
      for (const at of dead) world.directory.setStanding(world.members[at]!.key, 'down', 1)
      const { survey } = surveyOf(world)
      return survey.cellsInCharge().filter(cell => survey.isSteward(cell, EPOCH))
    })
    assert.deepEqual(
      inCharge.sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7]
    )
  })

  it('with everybody there each cell cares for itself', () => {
    assert.deepEqual(surveyOf(worldOf([2, 2, 2], CELLS, 4)).survey.cellsInCharge(), [1])
  })
})
