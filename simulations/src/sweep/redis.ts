import type { Redis } from 'ioredis'
import { SweepError } from './errors.ts'
import type { SweepJob } from './job.ts'

/** Where a sweep's jobs queue, and a worker's news of it goes. */
export interface RedisInit {
  /** `redis://[user:password@]host:port[/database]`, or `rediss://` for TLS. Redis ≥ 6.2 or Valkey. */
  readonly url: string
  /** One line for people: no workers, connection lost, connected again. */
  readonly onNotice?: (notice: string) => void
}

/** All keys begin so. */
export const PREFIX = 'torusmesh'
/** Results and jobs that nobody fetches leave Redis by themselves. */
export const KEEP_S: number = 7 * 24 * 3600
/** A job's replies; Redis holds at most as many as the coordinator has jobs under way. */
export const MAX_RESULT_BYTES: number = 8 * 1024 * 1024

const CONNECT_TIMEOUT_MS = 5_000
const RETRY_STEP_MS = 100
const MAX_RETRY_MS = 2_000
const NAME_CHARS = 16

/** Every version of the code has a queue of its own: a worker never sees another's jobs. */
export function queueName(code: string): string {
  return `sim-${code.slice(0, NAME_CHARS)}`
}

/** Bytes of a job's replies: out of the queue, whose events would carry them too. */
export function resultKey({ code, id }: SweepJob): string {
  return `${PREFIX}:${queueName(code)}-results:${id}`
}

/**
 * Connects, and from then on connects again by itself whenever the connection is lost: what was
 * asked meanwhile is sent afterwards.
 *
 * @throws SweepError `redis-unreachable`
 */
export async function connectRedis({ url, onNotice }: RedisInit): Promise<Redis> {
  const where = placeOf(url)
  const { Redis } = await import('ioredis')
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // What BullMQ asks for: a command waits for the connection instead of failing.
    maxRetriesPerRequest: null,
    retryStrategy: times => Math.min(times * RETRY_STEP_MS, MAX_RETRY_MS)
  })
  let cause: unknown
  redis.on('error', error => {
    cause = error
  })
  try {
    await redis.connect()
  } catch (error) {
    redis.disconnect()
    throw unreachable(where, cause ?? error)
  }
  let isLost = false
  redis.on('close', () => {
    if (!isLost && redis.status !== 'end') onNotice?.(`lost Redis at ${where}; connecting again`)
    isLost = true
  })
  redis.on('ready', () => {
    if (isLost) onNotice?.(`Redis at ${where} is back`)
    isLost = false
  })
  return redis
}

/** Host and port, without a password. */
function placeOf(url: string): string {
  const { protocol, host } = URL.parse(url) ?? {}
  if (!host || (protocol !== 'redis:' && protocol !== 'rediss:')) {
    throw new SweepError(
      'redis-unreachable',
      'TORUSMESH_SIM_REDIS is no address of Redis; give redis://host:port'
    )
  }
  return host
}

function unreachable(where: string, cause: unknown): SweepError {
  const { code, message } = cause as { code?: string; message?: string }
  return new SweepError(
    'redis-unreachable',
    `no Redis or Valkey at ${where} (${code ?? message}); start one, or unset TORUSMESH_SIM_REDIS to use this machine alone`
  )
}
