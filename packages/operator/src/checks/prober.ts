import { createHash } from 'node:crypto'
import { readdir, readFile, stat, statfs } from 'node:fs/promises'
import { Agent, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { CheckSpec, NameCheck } from '../catalogue/types.ts'
import type { FailureCode, ProbeReply } from './reply.ts'

const MAX_BODY = 262_144
const MAX_FILE = 1_048_576
const MAX_PROCESSES = 65_536

/** Asks what a check asks. Never rejects: what fails is a reply too. Ends within its timeout. */
export type Prober = (check: Exclude<CheckSpec, NameCheck>) => Promise<ProbeReply>

/** Asks this machine and its network. */
export const systemProber: Prober = async check => {
  try {
    switch (check.type) {
      case 'http':
        return (await ask(check.url, check.timeoutMs)).reply
      case 'json-rpc':
        return (await ask(check.url, check.timeoutMs, callOf(check.method))).reply
      case 'tcp':
        return await connected(check)
      case 'clock':
        return await clockBeside(check.url, check.timeoutMs)
      case 'certificate':
        return await certificateOf(check)
      case 'process':
        return await processOf(check.command)
      case 'disk':
        return await diskOf(check.path)
      case 'file':
        return await fileAt(check.path, check.secret === true)
      default:
        return check satisfies never
    }
  } catch (error) {
    return { kind: 'failed', code: failureCode(error) }
  }
}

function callOf(method: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [] })
}

const keepAlive = new Agent({ keepAlive: true, maxSockets: 4, maxTotalSockets: 256 })

interface Asked {
  readonly reply: ProbeReply
  readonly date: string | undefined
}

function ask(url: string, timeoutMs: number, call?: string): Promise<Asked> {
  const startedMs = performance.now()
  const signal = AbortSignal.timeout(timeoutMs)
  const method = call === undefined ? 'GET' : 'POST'
  const headers = call === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const secure = url.startsWith('https:')
    const agent = secure ? {} : { agent: keepAlive }
    const send = secure ? httpsRequest : httpRequest
    const sent = send(url, { method, headers, signal, ...agent }, response => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        chunks.push(chunk)
        if (length <= MAX_BODY) return
        response.destroy()
        resolve({ reply: { kind: 'failed', code: 'oversized' }, date: undefined })
      })
      response.once('error', reject)
      response.once('end', () => {
        const body = Buffer.concat(chunks).toString('utf8')
        const tookMs = Math.floor(performance.now() - startedMs)
        const reply = { kind: 'http', status: response.statusCode ?? 0, body, tookMs } as const
        resolve({ reply, date: response.headers.date })
      })
    })
    sent.once('error', reject)
    sent.end(call)
  })
}

function connected(check: { host: string; port: number; timeoutMs: number }): Promise<ProbeReply> {
  const { host, port, timeoutMs } = check
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, timeout: timeoutMs })
    socket.once('timeout', () => socket.destroy(timedOut()))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve({ kind: 'connected' })
    })
  })
}

async function clockBeside(url: string, timeoutMs: number): Promise<ProbeReply> {
  const { date } = await ask(url, timeoutMs)
  const theirsMs = Date.parse(date ?? '')
  if (Number.isNaN(theirsMs)) return { kind: 'failed', code: 'other' }
  return { kind: 'clock', skewMs: Date.now() - theirsMs }
}

function certificateOf(check: {
  host: string
  port: number
  timeoutMs: number
}): Promise<ProbeReply> {
  const { host, port, timeoutMs } = check
  return new Promise((resolve, reject) => {
    // Its dates are asked for, not its trust: an expired one must be readable.
    const servername = /^[\d.:]+$/.test(host) ? {} : { servername: host }
    const socket = connectTls({ host, port, ...servername, rejectUnauthorized: false })
    socket.setTimeout(timeoutMs, () => socket.destroy(timedOut()))
    socket.once('error', reject)
    socket.once('secureConnect', () => {
      const untilMs = Date.parse(socket.getPeerCertificate().valid_to)
      socket.destroy()
      if (Number.isNaN(untilMs)) resolve({ kind: 'failed', code: 'other' })
      else resolve({ kind: 'certificate', validForMs: untilMs - Date.now() })
    })
  })
}

async function processOf(command: string): Promise<ProbeReply> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name)).slice(0, MAX_PROCESSES)
  for (const pid of pids) {
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    if (name.trim() !== command) continue
    return { kind: 'process', running: true, descriptorsPercent: await descriptors(pid) }
  }
  return { kind: 'process', running: false, descriptorsPercent: 0 }
}

/** Of another user's process it can't be seen: then it counts as none. */
async function descriptors(pid: string): Promise<number> {
  try {
    const limits = await readFile(`/proc/${pid}/limits`, 'utf8')
    const limit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 0)
    const used = (await readdir(`/proc/${pid}/fd`)).length
    return limit === 0 ? 0 : Math.floor((used * 100) / limit)
  } catch {
    return 0
  }
}

async function diskOf(path: string): Promise<ProbeReply> {
  const { blocks, bavail, files, ffree } = await statfs(path)
  return {
    kind: 'disk',
    blocksPercent: blocks === 0 ? 0 : 100 - Math.floor((bavail * 100) / blocks),
    inodesPercent: files === 0 ? 0 : 100 - Math.floor((ffree * 100) / files)
  }
}

async function fileAt(path: string, secret: boolean): Promise<ProbeReply> {
  const none = { kind: 'file', found: false, sha256: '', parses: false, mode: 0 } as const
  try {
    const { mode, size } = await stat(path)
    // A key file is never opened: whether it is closed to others is all that is asked.
    if (secret || size > MAX_FILE) return { ...none, found: true, mode: mode & 0o777 }
    const text = await readFile(path)
    const sha256 = createHash('sha256').update(text).digest('hex')
    return { kind: 'file', found: true, sha256, parses: isJson(text), mode: mode & 0o777 }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none
    throw error
  }
}

function isJson(text: Buffer): boolean {
  try {
    JSON.parse(text.toString('utf8'))
    return true
  } catch {
    return false
  }
}

function timedOut(): Error {
  return Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })
}

function failureCode(error: unknown): FailureCode {
  const { code, name } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ABORT_ERR') return 'timeout'
  switch (code) {
    case 'ETIMEDOUT':
      return 'timeout'
    case 'ECONNREFUSED':
      return 'refused'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'reset'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'unresolved'
    default:
      return 'other'
  }
}
