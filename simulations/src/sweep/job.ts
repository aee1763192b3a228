import type { RunSpec } from '../scenario/spec.ts'
import { contentHash } from './content-hash.ts'
import { SweepError } from './errors.ts'
import type { SweepRun } from './run-sink.ts'

/** A run without its seed. */
export type PointSpec = Omit<RunSpec, 'seed'>

/** Several seeds of one point: what one worker runs in one go. */
export interface SweepJob {
  /** SHA-256 in hex of the other fields: the same work has the same name everywhere. */
  readonly id: string
  /** {@link codeVersion} of who planned it; nobody else's code runs it. */
  readonly code: string
  readonly spec: PointSpec
  readonly seeds: readonly number[]
}

/** As outside input a job has at most so many seeds and so large a spec. */
export const MAX_JOB_SEEDS = 1_000
export const MAX_SPEC_CHARS: number = 256 * 1024
const MAX_SEED: number = 2 ** 32 - 1
const SHOWN_DIGITS = 12

export function sweepJob(code: string, spec: PointSpec, seeds: readonly number[]): SweepJob {
  return { id: contentHash({ code, spec, seeds }), code, spec, seeds }
}

/** The runs of a job, in the order of its seeds. */
export function runsOf({ code, spec, seeds }: Omit<SweepJob, 'id'>): SweepRun[] {
  return seeds.map(seed => {
    const run: RunSpec = { ...spec, seed }
    return { id: contentHash({ code, spec: run }), spec: run }
  })
}

/**
 * A job as it came out of a queue. That its id is the hash of what it says shows that it is whole;
 * what its spec says is for the scenario to check, as with a scenario file.
 *
 * @param code - what runs here
 * @throws SweepError `bad-job`, `other-code`
 */
export function checkJob(data: unknown, code: string): SweepJob {
  const { id, code: wanted, spec, seeds } = (data ?? {}) as Partial<Record<keyof SweepJob, unknown>>
  if (
    typeof wanted !== 'string' ||
    typeof spec !== 'object' ||
    spec === null ||
    !isSeeds(seeds) ||
    JSON.stringify(spec).length > MAX_SPEC_CHARS
  ) {
    throw new SweepError('bad-job', 'a job of the queue is malformed; run the sweep anew')
  }
  const job = sweepJob(wanted, spec as PointSpec, seeds)
  if (job.id !== id) {
    throw new SweepError('bad-job', 'a job of the queue was altered; run the sweep anew')
  }
  if (wanted !== code) {
    const [here, there] = [code, wanted].map(hash => hash.slice(0, SHOWN_DIGITS))
    const what = `the sweep wants code ${there}, here runs ${here}`
    throw new SweepError('other-code', `${what}; install the same version on all machines`)
  }
  return job
}

function isSeeds(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) && value.length > 0 && value.length <= MAX_JOB_SEEDS && value.every(isSeed)
  )
}

/** Whether it is an unsigned 32-bit number. */
export function isSeed(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_SEED
}
