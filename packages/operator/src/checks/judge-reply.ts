import type { CheckSpec, HttpCheck, JsonRpcCheck } from '../catalogue/types.ts'
import { holds, valueAt, wholeNumber } from './json-condition.ts'
import type { FailureCode, ProbeReply } from './reply.ts'
import { type Symptom, symptom } from './symptoms.ts'

const DAY_MS = 86_400_000
const OTHERS_MAY = 0o077

/** The height a check saw grow last, and when. */
export interface Progress {
  readonly height: bigint
  readonly sinceMs: number
}

/** What a reply means, and the progress to remember for the next one. */
export interface Judgement {
  readonly symptoms: readonly Symptom[]
  readonly progress?: Progress
}

/**
 * Judges one reply. Pure: `now` is injected, integer milliseconds that never go back.
 *
 * @param before - progress from the judgement before
 */
export function judgeReply(
  check: CheckSpec,
  reply: ProbeReply,
  now: number,
  before?: Progress
): Judgement {
  if (check.type === 'json-rpc') return judgeRpc(check, reply, now, before)
  return { symptoms: symptomsOf(check, reply) }
}

function symptomsOf(check: Exclude<CheckSpec, JsonRpcCheck>, reply: ProbeReply): Symptom[] {
  if (reply.kind === 'failed') {
    // A clock or certificate server that is away says nothing about this machine.
    return check.type === 'clock' ? [] : [failure(reply.code)]
  }
  switch (reply.kind) {
    case 'connected':
      return []
    case 'http':
      return check.type === 'http' ? httpSymptoms(check, reply) : [odd()]
    case 'process':
      if (check.type !== 'process') return [odd()]
      if (!reply.running) return [symptom('process-missing', check.command)]
      return reply.descriptorsPercent >= check.descriptorsPercent
        ? [symptom('descriptors-spent', `${reply.descriptorsPercent} % of the limit`)]
        : []
    case 'disk':
      return check.type === 'disk' ? diskSymptoms(check, reply) : [odd()]
    case 'clock':
      if (check.type !== 'clock') return [odd()]
      return Math.abs(reply.skewMs) > check.maxSkewMs
        ? [symptom('clock-skew', `off by ${reply.skewMs} ms`)]
        : []
    case 'certificate':
      if (check.type !== 'certificate') return [odd()]
      if (reply.validForMs <= 0) return [symptom('certificate-expired', check.host)]
      return reply.validForMs < check.warnDays * DAY_MS
        ? [symptom('certificate-expiring', check.host)]
        : []
    case 'name':
      if (check.type !== 'name') return [odd()]
      return reply.resolved ? [] : [symptom('name-unresolved', `${check.host} in ${check.from}`)]
    case 'file':
      return check.type === 'file' ? fileSymptoms(check, reply) : [odd()]
    default:
      return reply satisfies never
  }
}

function httpSymptoms(check: HttpCheck, reply: ProbeReply & { kind: 'http' }): Symptom[] {
  if (reply.status !== check.status) return [statusSymptom(reply.status)]
  if (check.condition !== undefined) {
    const json = jsonOf(reply.body)
    if (json === undefined) return [symptom('malformed', 'no JSON')]
    if (!holds(check.condition, json)) return [symptom('condition', check.condition.path)]
  }
  return check.slowMs !== undefined && reply.tookMs > check.slowMs
    ? [symptom('slow', `${reply.tookMs} ms`)]
    : []
}

function diskSymptoms(
  check: { lowPercent: number; fullPercent: number; path: string },
  reply: ProbeReply & { kind: 'disk' }
): Symptom[] {
  const percent = Math.max(reply.blocksPercent, reply.inodesPercent)
  const of = reply.inodesPercent > reply.blocksPercent ? 'inodes' : 'blocks'
  if (percent >= check.fullPercent) return [symptom('disk-full', `${percent} % of ${of}`)]
  return percent >= check.lowPercent ? [symptom('disk-low', `${percent} % of ${of}`)] : []
}

function fileSymptoms(
  check: CheckSpec & { type: 'file' },
  reply: ProbeReply & { kind: 'file' }
): Symptom[] {
  if (!reply.found) return [symptom('config-damaged', `${check.path} is missing`)]
  if (check.secret === true) {
    return (reply.mode & OTHERS_MAY) === 0
      ? []
      : [symptom('key-file-open', `${check.path} has mode ${reply.mode.toString(8)}`)]
  }
  if (check.json === true && !reply.parses) return [symptom('config-damaged', check.path)]
  return check.sha256 === undefined || check.sha256 === reply.sha256
    ? []
    : [symptom('config-drift', check.path)]
}

function judgeRpc(
  check: JsonRpcCheck,
  reply: ProbeReply,
  now: number,
  before: Progress | undefined
): Judgement {
  const bad = (found: Symptom): Judgement => ({
    symptoms: [found],
    ...(before === undefined ? {} : { progress: before })
  })
  if (reply.kind === 'failed') {
    return bad(
      reply.code === 'timeout' ? symptom('rpc-timeout', check.method) : failure(reply.code)
    )
  }
  if (reply.kind !== 'http') return bad(odd())
  if (reply.status !== 200) return bad(statusSymptom(reply.status))
  const json = jsonOf(reply.body)
  if (typeof json !== 'object' || json === null) return bad(symptom('malformed', check.method))
  if (valueAt(json, 'error') !== undefined) return bad(symptom('rpc-error', check.method))
  if (!Object.hasOwn(json, 'result')) return bad(symptom('malformed', `${check.method}: no result`))
  if (check.condition !== undefined && !holds(check.condition, json)) {
    return bad(symptom(check.means ?? 'condition', check.condition.path))
  }
  return check.height === undefined
    ? { symptoms: [] }
    : judgeHeight(check.height, json, now, before)
}

function judgeHeight(
  { path, stallMs }: { path: string; stallMs: number },
  json: unknown,
  now: number,
  before: Progress | undefined
): Judgement {
  const height = wholeNumber(valueAt(json, path))
  if (height === undefined) return { symptoms: [symptom('malformed', `no height at ${path}`)] }
  // A lower height is a fresh start or another fork: it counts as movement.
  if (before === undefined || height !== before.height) {
    return { symptoms: [], progress: { height, sinceMs: now } }
  }
  const stuck = now - before.sinceMs >= stallMs
  return {
    symptoms: stuck ? [symptom('height-stuck', `at ${height} for ${stallMs} ms`)] : [],
    progress: before
  }
}

function statusSymptom(status: number): Symptom {
  return status === 502 || status === 504
    ? symptom('bad-gateway', `status ${status}`)
    : symptom('http-status', `status ${status}`)
}

function failure(code: FailureCode): Symptom {
  switch (code) {
    case 'timeout':
      return symptom('timeout', 'no answer')
    case 'refused':
    case 'reset':
      return symptom('connect-refused', code)
    case 'unresolved':
      return symptom('name-unresolved', 'the name of the check')
    case 'oversized':
      return symptom('malformed', 'the answer is too long')
    case 'other':
      return symptom('unknown', 'the check failed')
    default:
      return code satisfies never
  }
}

function odd(): Symptom {
  return symptom('unknown', 'the check answered what it was not asked')
}

/** `undefined` for what is no JSON. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
