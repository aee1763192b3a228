import { parentPort } from 'node:worker_threads'
import { ProtocolError } from '../errors.ts'
import { type SuiteId, suiteOf } from '../suites/suite.ts'
import { unpackChecks } from './batch.ts'
import { generateKeyPair, type NativeSuites, nativeSuites } from './suites.ts'

/** What a worker of the attestation pool can be asked. */
export type PoolTask =
  | { readonly op: 'keygen'; readonly suite: SuiteId }
  | {
      readonly op: 'sign'
      readonly suite: SuiteId
      readonly secretKey: Uint8Array
      readonly message: Uint8Array
      readonly context: Uint8Array
    }
  | { readonly op: 'verify'; readonly checks: ArrayBuffer }

/** A worker's answer; an error's message has passed through {@link ProtocolError} and names no key. */
export type PoolAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string }

let loading: Promise<NativeSuites> | undefined

async function work(task: PoolTask): Promise<unknown> {
  if (task.op === 'keygen') return await generateKeyPair(task.suite)
  loading ??= nativeSuites()
  const { suites, checkFalcon } = await loading
  switch (task.op) {
    case 'sign':
      return suiteOf(suites, task.suite).sign(task.secretKey, task.message, task.context)
    case 'verify':
      return Uint8Array.from(unpackChecks(task.checks), check => (checkFalcon(check) ? 1 : 0))
    default:
      return task satisfies never
  }
}

async function answer(task: PoolTask): Promise<PoolAnswer> {
  try {
    return { ok: true, value: await work(task) }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    return { ok: false, code: error.code, message: error.message }
  }
}

parentPort?.on('message', async (task: PoolTask) => {
  parentPort?.postMessage(await answer(task))
})
