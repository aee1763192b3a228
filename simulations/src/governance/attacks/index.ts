import type { Attack } from '../attack.ts'
import { ballotAttacks } from './ballots.ts'
import { lateSwing } from './late-swing.ts'
import { heartbeatCensors, lyingNeighbours } from './neighbours.ts'
import { proposalAttacks } from './proposals.ts'
import { sybilCohort } from './sybil-cohort.ts'
import { weightFarmers } from './weight-farmers.ts'

/** The sixteen. */
export const attacks: readonly Attack[] = [
  ...ballotAttacks,
  ...proposalAttacks,
  lateSwing,
  sybilCohort,
  weightFarmers,
  lyingNeighbours,
  heartbeatCensors
]
