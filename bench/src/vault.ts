import { generateKeyPairSync, sign as signWithCallback } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Domain, Env } from '@torusmesh/protocol'
import {
  createVaultClient,
  createVaultSigner,
  initVaultFolder,
  startVault,
  type VaultClient,
  type VaultSigner
} from '@torusmesh/vault'
import { convicts, runTrials } from '@torusmesh/vault/testing'
import type { Row } from './row.ts'

/** Requests under way; a node with all its subjects has fewer. */
const AT_ONCE = 32
const WARM_UP = 200
const SIGNATURES = 3_000
const ALONE = 200
/** Of the machine the goals are set for. */
const CORES = 2
const STATEMENT_BYTES = 300
const TRIALS = 100_000
const TRIALS_AT_ONCE = 5_000

const signAsync = promisify(signWithCallback)

type Sign = (turn: number) => Promise<unknown>

/** Durable signatures a second through the vault's socket, votes with their watermarks, and waiting times. */
export async function vaultRows(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vault-bench-'))
  const admin = await initVaultFolder(folder, Buffer.from('bench'))
  const vault = await startVault({ folder })
  const clients: VaultClient[] = []
  const clientOf = (token: string): VaultClient => {
    const client = createVaultClient({ socketPath: vault.socketPath, token })
    clients.push(client)
    return client
  }
  try {
    const signers = await prepare(clientOf(admin), clientOf)
    return await measureAll(signers, vault.pid)
  } finally {
    for (const client of clients) client.close()
    await vault.stop()
    rmSync(folder, { recursive: true })
  }
}

interface Signers {
  readonly identity: VaultSigner
  readonly vote: VaultSigner
}

async function prepare(
  admin: VaultClient,
  clientOf: (token: string) => VaultClient
): Promise<Signers> {
  await admin.ask('unlock', { passphrase: Buffer.from('bench') })
  const keys = [
    { id: 'identity', suite: 'ml-dsa-65', purposes: ['node-record'] },
    { id: 'vote', suite: 'ml-dsa-44', purposes: ['consensus-vote'] }
  ] as const
  for (const key of keys) await admin.ask('createKey', key)
  const grants = keys.map(({ id, purposes }) => ({ key: id, purposes }))
  const { token } = await admin.ask('allow', { name: 'node', rights: ['sign'], grants })
  const client = clientOf(token!)
  const [identity, vote] = await Promise.all(keys.map(({ id }) => createVaultSigner(client, id)))
  return { identity: identity!, vote: vote! }
}

async function measureAll({ identity, vote }: Signers, pid: number): Promise<readonly Row[]> {
  const message = new Uint8Array(STATEMENT_BYTES)
  const epochId = new Uint8Array(32).fill(1)
  const digest = new Uint8Array(32).fill(2)
  let view = 0
  const states: Sign = () => identity.signAttestation(message, Domain.nodeRecord, Env.dev)
  const votes: Sign = () =>
    vote.signVote({ env: Env.dev, epochId, kind: 'notarize', view: ++view, digest })
  const long = await measure(states, pid)
  const bareLong = await bareRate('ml-dsa-65')
  const short = await measure(votes, pid)
  const bareShort = await bareRate('ml-dsa-44')
  return [
    ...rowsOf('durable ML-DSA-65 statements', long, bareLong),
    ...rowsOf('durable ML-DSA-44 votes', short, bareShort)
  ]
}

interface Measured {
  readonly perSecond: number
  /** Processor time of vault and client for each signature: the same however busy the machine is. */
  readonly cpuUs: number
  readonly p99Ms: number
  readonly aloneMs: number
}

interface Bare {
  readonly perSecond: number
  readonly cpuUs: number
}

/** node:crypto on its threads, with nobody to answer and nothing to write. */
async function bareRate(suite: 'ml-dsa-44' | 'ml-dsa-65'): Promise<Bare> {
  const { privateKey } = generateKeyPairSync(suite as 'ml-dsa-44')
  const message = new Uint8Array(STATEMENT_BYTES)
  const bare: Sign = () => signAsync(null, message, privateKey)
  await manyOf(bare, WARM_UP)
  const startedMs = performance.now()
  const usedUs = ownCpuUs()
  await manyOf(bare, SIGNATURES)
  return {
    perSecond: (SIGNATURES / (performance.now() - startedMs)) * 1_000,
    cpuUs: (ownCpuUs() - usedUs) / SIGNATURES
  }
}

function ownCpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Linux counts in hundredths of a second. */
const TICK_US = 10_000

/** Processor time of another process, threads included; NaN where there is no `/proc`. */
function cpuUsOf(pid: number): number {
  try {
    // Behind the name in parentheses: state is the first, utime and stime the 12th and 13th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK_US
  } catch {
    return Number.NaN
  }
}

function rowsOf(name: string, measured: Measured, bare: Bare): readonly Row[] {
  const peer = `node:crypto alone, ${Math.round(bare.perSecond)}/s`
  const { perSecond, cpuUs, p99Ms, aloneMs } = measured
  return [
    { name, value: Math.round(perSecond), unit: '/s', peer, ratio: perSecond / bare.perSecond },
    {
      ...{ name: `${name}, processor time each`, value: Math.round(cpuUs), unit: 'µs' },
      ...{ peer: `node:crypto alone, ${Math.round(bare.cpuUs)} µs`, ratio: cpuUs / bare.cpuUs }
    },
    {
      ...{ name: `${name}, what two idle cores have time for`, unit: '/s' },
      value: Math.round((CORES * 1_000_000) / cpuUs)
    },
    { name: `${name}, p99 of ${AT_ONCE} at once`, value: p99Ms, unit: 'ms' },
    { name: `${name}, median of one alone`, value: aloneMs, unit: 'ms' }
  ]
}

async function measure(sign: Sign, pid: number): Promise<Measured> {
  await manyOf(sign, WARM_UP)
  const startedMs = performance.now()
  const usedUs = ownCpuUs() + cpuUsOf(pid)
  const waits = await manyOf(sign, SIGNATURES)
  const cpuUs = (ownCpuUs() + cpuUsOf(pid) - usedUs) / SIGNATURES
  const perSecond = (SIGNATURES / (performance.now() - startedMs)) * 1_000
  const alone: number[] = []
  for (let turn = 0; turn < ALONE; turn++) alone.push(await timed(sign, turn))
  return { perSecond, cpuUs, p99Ms: quantile(waits, 0.99), aloneMs: quantile(alone, 0.5) }
}

/** Waiting times of `count` signatures, {@link AT_ONCE} under way at any time. */
async function manyOf(sign: Sign, count: number): Promise<readonly number[]> {
  const waits: number[] = []
  let turn = 0
  const work = async (): Promise<void> => {
    while (turn < count) waits.push(await timed(sign, turn++))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return waits
}

async function timed(sign: Sign, turn: number): Promise<number> {
  const startedMs = performance.now()
  await sign(turn)
  return performance.now() - startedMs
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)]!
}

/** Conflicting votes among trials with failing disks, killed processes, power cuts and older files. */
export async function vaultTrialRows(): Promise<readonly Row[]> {
  const totals = { released: 0, refused: 0, deaths: 0, rollbacks: 0, detected: 0, conflicts: 0 }
  for (let first = 1; first <= TRIALS; first += TRIALS_AT_ONCE) {
    const report = await runTrials(first, TRIALS_AT_ONCE, convicts)
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += report[name]
    process.stderr.write(
      `bench: ${first + TRIALS_AT_ONCE - 1} trials, ${totals.conflicts} conflicts\n`
    )
  }
  const row = (name: string, value: number): Row => ({ name, value, unit: `in ${TRIALS} trials` })
  return [
    row('conflicting pairs that left the vault', totals.conflicts),
    row('votes that left it', totals.released),
    row('contradictions refused', totals.refused),
    row('deaths of process or machine', totals.deaths),
    row('older files, seen as such', totals.detected),
    row('older files', totals.rollbacks)
  ]
}
