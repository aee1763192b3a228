import { hash } from 'node:crypto'
import {
  type CellDigest,
  chooseSteward,
  type MemberStanding,
  NodeStatus,
  Standing,
  type StewardCandidate,
  summariseCell
} from '@torusmesh/health'
import { equalBytes } from '@torusmesh/protocol'
import type { Directory, Member } from '../overlay/directory.ts'
import { SPEC_VERSION } from '../software.ts'
import type { WatchList } from './watch-list.ts'

export interface CellSurveyInit {
  readonly directory: Directory
  readonly watchList: WatchList
  /** This node's own status. */
  readonly status: () => NodeStatus
}

/** How the members of a cell stand in this node's eyes, and who has to say so. */
export class CellSurvey {
  readonly #init: CellSurveyInit

  constructor(init: CellSurveyInit) {
    this.#init = init
  }

  /** The own cell, and cells nobody alive is in that fell to it. */
  cellsInCharge(): number[] {
    const { directory } = this.#init
    const own = directory.self.cell
    const takeover = directory.takeover()
    if (takeover.occupied.length === directory.torus.cells) return [own]
    const fallen = directory.absentCells().filter(cell => takeover.hostOf(cell) === own)
    return [own, ...fallen]
  }

  /** Whether this node is the one to sign the cell's digest in an epoch. */
  isSteward(cell: number, epoch: number): boolean {
    const { directory } = this.#init
    const host = directory.takeover().hostOf(cell)
    const candidates = (of: number): StewardCandidate[] =>
      directory.membersIn(of).map(member => ({
        id: member.id,
        live: directory.isPresent(member.key),
        rank: rankOf(member, cell, epoch)
      }))
    const steward = chooseSteward(candidates(cell), host === cell ? [] : candidates(host))
    return steward !== undefined && equalBytes(steward, directory.self.id)
  }

  summarise(cell: number, epoch: number): CellDigest {
    const { directory } = this.#init
    const members = directory
      .membersIn(cell)
      .filter(({ key }) => directory.standing(key) !== 'left')
      .map(member => this.#standingOf(member))
    return summariseCell(cell, epoch, members)
  }

  /** Whether a steward's figures are those this node would have stated itself. */
  agrees(digest: CellDigest): boolean {
    const { members, down } = this.summarise(digest.cell, digest.epoch)
    // Which of its members lags is for the cell to know; how many there are and are gone is not.
    return members === digest.members && down === digest.down
  }

  #standingOf({ id, key }: Member): MemberStanding {
    const { directory, watchList, status } = this.#init
    const report = watchList.get(key)?.held?.report
    const specVersion = report?.specVersion ?? SPEC_VERSION
    if (directory.standing(key) === 'down') return { id, specVersion, standing: Standing.down }
    const own = key === directory.self.key
    const degraded =
      (own ? status() : (report?.status ?? NodeStatus.healthy)) !== NodeStatus.healthy
    return { id, specVersion, standing: degraded ? Standing.degraded : Standing.alive }
  }
}

function rankOf({ key }: Member, cell: number, epoch: number): number {
  return hash('sha256', `${key}/${cell}/${epoch}`, 'buffer').readUInt32BE(0)
}
