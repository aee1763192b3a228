/** Specs of one run at most. */
export const FAULTS_MAX = 10_000
/** Entries of a schedule at most. */
export const SCHEDULE_MAX = 1_000_000
/** Partitions that last at one time, at most. */
export const PARTITIONS_MAX = 16
