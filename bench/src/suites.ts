import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  Domain,
  decodeHealthStatement,
  Env,
  HealthStatement,
  type KeyPair,
  memberId,
  openEnvelope,
  portableSuites,
  ReplayGuard,
  type SignatureSuite,
  SUITES,
  Subject,
  SuiteId,
  sealEnvelope,
  signingContext,
  suiteAttestor,
  suiteOf,
  type Verifier,
  verifyEnvelope
} from '@torusmesh/protocol'
import {
  createAttestationPool,
  createVerifier,
  generateKeyPair,
  nativeSuites
} from '@torusmesh/protocol/native'
import { median, type Row } from './row.ts'

const NOBLE = '@noble/post-quantum'
const ED25519 = 'Ed25519 of node:crypto'

const RUNS = 7
const RUN_MS = 150

const MESSAGE = new Uint8Array(250).fill(9)
const CONTEXT: Uint8Array = signingContext(Domain.health, Env.dev)

/** Calls a second of CPU time over one run: what one core does, whoever else uses the machine. */
function rate(call: () => unknown): number {
  const endMs = performance.now() + RUN_MS
  const start = process.cpuUsage()
  let calls = 0
  for (; performance.now() < endMs; calls++) call()
  const { user, system } = process.cpuUsage(start)
  return (calls / (user + system)) * 1e6
}

/** Medians of interleaved runs, so that both sides meet the same noise. */
function compare(name: string, ours: () => unknown, peer: string, peers: () => unknown): Row {
  const [own, other]: [number[], number[]] = [[], []]
  for (let run = 0; run < RUNS; run++) {
    own.push(rate(ours))
    other.push(rate(peers))
  }
  const value = median(own)
  return { name, value: Math.round(value), unit: '/s a core', peer, ratio: value / median(other) }
}

const verifying = (suite: SignatureSuite, keys: KeyPair, signature: Uint8Array) => () => {
  if (!suite.verify(keys.publicKey, MESSAGE, signature, CONTEXT)) throw new Error('not verified')
}

function ed25519(): { sign: () => unknown; verify: () => unknown } {
  const keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519')
  const signature = sign(null, MESSAGE, keys.privateKey)
  return {
    sign: () => sign(null, MESSAGE, keys.privateKey),
    verify: () => verify(null, MESSAGE, keys.publicKey, signature)
  }
}

const SENDERS = 8
const REPORTS = 256
const NETWORK = 'bench-0123456789abcdef'
const NOW_MS = 1_800_000_000_000

interface Report {
  readonly bytes: Uint8Array
  readonly publicKey: Uint8Array
}

/** Signed health reports of ordinary size by several senders. */
async function makeReports(): Promise<Report[]> {
  const suite = suiteOf((await nativeSuites()).suites, SuiteId.falcon512)
  const reports: Report[] = []
  for (let sender = 0; sender < SENDERS; sender++) {
    const keys = await generateKeyPair(SuiteId.falcon512)
    const id = memberId({ identity: keys.publicKey })
    for (let sequence = 1; sequence <= REPORTS / SENDERS; sequence++) {
      const payload = HealthStatement.encode({
        report: {
          incarnation: 1,
          uptimeMs: 86_400_000 + sequence,
          resources: { cpuPermille: 40, rssMb: 120, diskFreeMb: 9_000, loopLagMs: 2 },
          services: [{ name: 'database', state: 0 }],
          software: id,
          ledger: { size: 1_000 + sequence, root: id },
          watchers: id.subarray(0, 24)
        }
      }).finish()
      const bytes = await sealEnvelope(
        {
          network: NETWORK,
          env: Env.mainnet,
          subject: Subject.health,
          sender: id,
          sequence,
          issuedMs: NOW_MS,
          expiresMs: NOW_MS + 60_000,
          payload
        },
        suiteAttestor(suite, keys)
      )
      reports.push({ bytes, publicKey: keys.publicKey })
    }
  }
  return reports
}

/** All checks of one report as a node makes them; `undefined` if it was dropped. */
function accept(
  report: Report,
  guard: ReplayGuard,
  verifier: Verifier
): boolean | Promise<boolean> {
  const scope = { network: NETWORK, env: Env.mainnet, subject: Subject.health, nowMs: NOW_MS + 1 }
  const opened = openEnvelope(report.bytes, scope)
  if (!opened.ok) return false
  const { envelope } = opened
  const { sender, subject, sequence, expiresMs } = envelope
  if (guard.check(sender, subject, sequence, expiresMs) !== undefined) return false
  const commit = (isValid: boolean): boolean =>
    isValid &&
    decodeHealthStatement(envelope.payload).ok &&
    guard.commit(sender, subject, sequence, expiresMs, scope.nowMs) === undefined
  const verdict = verifyEnvelope(envelope, report.publicKey, verifier)
  return typeof verdict === 'boolean' ? commit(verdict) : verdict.then(commit)
}

/**
 * Passes all reports through all checks until a run is over; sockets deliver `burst` of them in one
 * turn of the event loop.
 *
 * @returns reports a second by the clock, and by the CPU time this process used
 */
async function endToEnd(
  reports: readonly Report[],
  verifier: Verifier,
  burst: number
): Promise<{ perSecond: number; perCpuSecond: number }> {
  const startMs = performance.now()
  const startCpu = process.cpuUsage()
  let accepted = 0
  for (;;) {
    const guard = new ReplayGuard(64)
    for (let at = 0; at < reports.length; at += burst) {
      const batch = reports.slice(at, at + burst)
      const answers = await Promise.all(batch.map(report => accept(report, guard, verifier)))
      if (answers.includes(false)) throw new Error('a valid report was dropped')
      accepted += batch.length
      await nextTurn()
    }
    const elapsedMs = performance.now() - startMs
    if (elapsedMs < RUN_MS) continue
    const { user, system } = process.cpuUsage(startCpu)
    return {
      perSecond: (accepted / elapsedMs) * 1_000,
      perCpuSecond: (accepted / (user + system)) * 1e6
    }
  }
}

async function endToEndRows(): Promise<Row[]> {
  const reports = await makeReports()
  const native = await nativeSuites()
  const pool = createAttestationPool({ threads: 1 })
  await pool.verifyFalcon([])
  const alone = createVerifier({ native })
  const helped = createVerifier({ native, pool })
  const delaysMs: number[] = []
  const own: { perSecond: number; perCpuSecond: number }[] = []
  const pooled: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    own.push(await endToEnd(reports, alone, 32))
    delay.disable()
    delaysMs.push(delay.percentile(99) / 1e6)
    pooled.push((await endToEnd(reports, helped, REPORTS)).perSecond)
  }
  await pool.close()
  const perSecond = median(own.map(run => run.perSecond))
  const perCpuSecond = median(own.map(run => run.perCpuSecond))
  const name = 'falcon-512 report: open, replay check, verify, decode'
  return [
    { name, value: Math.round(perCpuSecond), unit: '/s a core' },
    { name, value: Math.round(perSecond), unit: '/s' },
    {
      name: `${name}, two threads`,
      value: Math.round(median(pooled)),
      unit: '/s',
      peer: 'one thread',
      ratio: median(pooled) / perSecond
    },
    { name: 'event loop delay meanwhile, p99', value: median(delaysMs), unit: 'ms' },
    { name: 'size of a report', value: median(reports.map(({ bytes }) => bytes.length)), unit: 'B' }
  ]
}

/** Signatures and verified reports a second on this machine; takes about 25 s. */
export async function suiteRows(): Promise<Row[]> {
  const portable = portableSuites()
  const native = await nativeSuites()
  const classic = ed25519()
  const rows: Row[] = []
  for (const id of [SuiteId.falcon512, SuiteId.mlDsa44, SuiteId.mlDsa65]) {
    const { name } = SUITES[id]
    const [ours, nobles] = [suiteOf(native.suites, id), suiteOf(portable, id)]
    const keys = await generateKeyPair(id)
    const signature = ours.sign(keys.secretKey, MESSAGE, CONTEXT)
    const verified = verifying(ours, keys, signature)
    const signed = (suite: SignatureSuite) => () => suite.sign(keys.secretKey, MESSAGE, CONTEXT)
    rows.push(
      compare(`${name} verify`, verified, NOBLE, verifying(nobles, keys, signature)),
      compare(`${name} verify`, verified, ED25519, classic.verify),
      compare(`${name} sign`, signed(ours), NOBLE, signed(nobles)),
      compare(`${name} sign`, signed(ours), ED25519, classic.sign)
    )
  }
  return [...rows, ...(await endToEndRows())]
}
