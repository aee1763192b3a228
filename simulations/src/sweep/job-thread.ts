import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { SweepJob } from './job.ts'
import { type RunFunction, runJob } from './run-job.ts'

const port = parentPort as MessagePort
const { runModule } = workerData as { readonly runModule: string }
const { runScenario } = (await import(runModule)) as { readonly runScenario: RunFunction }

port.on('message', async (job: SweepJob) => {
  const bytes = await runJob(job, runScenario)
  port.postMessage(bytes, [bytes.buffer])
})
