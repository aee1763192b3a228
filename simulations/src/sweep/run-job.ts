import type { RunOutcome } from '../scenario/outcome.ts'
import type { RunOptions, RunSpec } from '../scenario/spec.ts'
import type { JobOutcome, RunReply } from './executor.ts'
import { failureOf } from './failure.ts'
import { decodeReply, encodeReply, packFrames, unpackFrames } from './frame.ts'
import { runsOf, type SweepJob } from './job.ts'

/** How a run is run: the simulator's `runScenario`, or a stand-in for it. */
export type RunFunction = (spec: RunSpec, options: RunOptions) => RunOutcome | Promise<RunOutcome>

/**
 * Runs a job in this thread, one seed after the other. A run that throws fails alone.
 *
 * @returns its replies as bytes, for {@link outcomeOf}
 */
export async function runJob(job: SweepJob, run: RunFunction): Promise<Uint8Array<ArrayBuffer>> {
  const frames: Uint8Array[] = []
  for (const { spec } of runsOf(job)) frames.push(encodeReply(await replyOf(spec, run)))
  return packFrames(frames)
}

async function replyOf(spec: RunSpec, run: RunFunction): Promise<RunReply> {
  try {
    const { summary, violations, tables } = await run(spec, { workers: 1 })
    return { ok: true, result: { summary, violations, tables } }
  } catch (error) {
    return { ok: false, failure: failureOf(error, 'run-failed') }
  }
}

/**
 * A job's replies from their bytes, wherever those come from.
 *
 * @throws SweepError `damaged-result`
 */
export function outcomeOf(job: SweepJob, bytes: Uint8Array): JobOutcome {
  const frames = unpackFrames(bytes, job.seeds.length)
  const replies = runsOf(job).map(({ spec }, i) => decodeReply(frames[i]!, spec))
  return { job, replies }
}
