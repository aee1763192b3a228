import { type MessagePort, parentPort } from 'node:worker_threads'
import type { RunSpec } from '../scenario/spec.ts'
import { type Attempt, attempt } from './attempt.ts'

export interface LaneRequest {
  readonly spec: RunSpec
  readonly timeoutMs: number
}

export type LaneReply = { readonly attempt: Attempt } | { readonly error: unknown }

const port = parentPort as MessagePort

port.on('message', async ({ spec, timeoutMs }: LaneRequest) => {
  const reply: LaneReply = await attempt(spec, { timeoutMs }).then(
    attempt => ({ attempt }),
    (error: unknown) => ({ error })
  )
  port.postMessage(reply)
})
