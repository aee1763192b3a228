import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { VAULT_ERRORS, VaultError, type VaultErrorCode } from '../errors.ts'
import { THREADS } from '../limits.ts'

export interface StartVaultInit {
  /** Of an initialised vault; mode 0700. */
  readonly folder: string
  /** `socket` in the folder if left out. A path has 107 bytes at most. */
  readonly socketPath?: string
  /**
   * Whether the process gets a network namespace without interfaces: `auto` where the system lets it
   * (Linux, `unshare`), see `status().isOffline`.
   */
  readonly network?: 'auto' | 'shared'
}

/** A vault in a process of its own. It is locked. */
export interface VaultProcess {
  readonly socketPath: string
  readonly pid: number
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<void>
  /** Locks the vault and ends the process. */
  stop(): Promise<void>
}

const READY = 'ready'
const STDERR_MAX_CHARS = 4_096
const STOP_MS = 5_000
const READY_MS = 60_000
const PROBE_MS = 5_000
const OFFLINE = ['unshare', '--user', '--map-current-user', '--net', '--']

/**
 * Starts the vault's process: under Node's permission model with its folder alone to write in, without
 * child processes, workers, environment or core dumps.
 *
 * @throws VaultError what kept it from starting
 */
export async function startVault(init: StartVaultInit): Promise<VaultProcess> {
  const { folder, network = 'auto' } = init
  const socketPath = init.socketPath ?? join(folder, 'socket')
  const apart = network === 'auto' && (await canBeOffline()) ? OFFLINE : []
  const command = [...apart, process.execPath, ...nodeFlags(folder), MAIN]
  const args = ['-c', 'ulimit -c 0 && exec "$@"', 'sh', ...command, folder, socketPath]
  const child = spawn('/bin/sh', [...args, '--with-parent'], {
    env: { UV_THREADPOOL_SIZE: String(THREADS), PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C is for who started it, which signs its farewell before it ends the vault.
    detached: true
  })
  const ended = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  await ready(child).catch(error => {
    abandon(child)
    throw error
  })
  return {
    ...{ socketPath, pid: child.pid!, ended },
    async stop() {
      child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      const waiter = Promise.withResolvers<void>()
      // A process that waits for a disk can't even be killed: it holds nobody up.
      const giveUp = setTimeout(waiter.resolve, 2 * STOP_MS)
      await Promise.race([ended, waiter.promise])
      clearTimeout(killer)
      clearTimeout(giveUp)
      abandon(child)
    }
  }
}

/** Ends a child if it hasn't ended, and waits for it no longer. */
function abandon(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  child.unref()
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(failed(`not ready in ${READY_MS} ms`)), READY_MS)
    for (const event of ['exit', 'error']) child.once(event, () => clearTimeout(timer))
    child.stderr!.on('data', (chunk: Buffer) => {
      if (said.length < STDERR_MAX_CHARS) said += chunk.toString()
    })
    child.once('error', error => reject(failed(error.message)))
    child.once('exit', () => reject(failed(said)))
    child.stdout!.on('data', (chunk: Buffer) => {
      if (!chunk.toString().includes(READY)) return
      clearTimeout(timer)
      resolve()
    })
  })
}

/** The process's own refusal, if it said one. */
function failed(said: string): VaultError {
  const line = said
    .split('\n')
    .find(text => VAULT_ERRORS.some(code => text.startsWith(`${code}: `)))
  if (line === undefined) {
    const last = said.trim().split('\n').at(-1) ?? ''
    return new VaultError('VAULT_UNREACHABLE', `the vault's process ended at once: ${last}`)
  }
  const at = line.indexOf(': ')
  return new VaultError(line.slice(0, at) as VaultErrorCode, line.slice(at + 2))
}

const HERE = fileURLToPath(import.meta.url)
/** Sources run as they are, builds from `dist`. */
const MAIN = HERE.replace(/start(\.[jt]s)$/, 'main$1')

/** What the process may do; it needs its code, one file its addon loader asks for, and its folder. */
function nodeFlags(folder: string): readonly string[] {
  const readable = [...codeFolders(), '/etc/alpine-release', folder]
  return [
    ...(MAIN.endsWith('.ts') ? ['--conditions=@torusmesh/source'] : []),
    '--disable-warning=PERM0001',
    '--permission',
    '--allow-addons',
    ...readable.map(path => `--allow-fs-read=${path}`),
    `--allow-fs-write=${folder}`,
    '--disable-proto=delete',
    '--expose-gc'
  ]
}

/** This package, the packages of this project it imports, and all `node_modules` above. */
function codeFolders(): readonly string[] {
  const own = packageOf(HERE)
  const parts = ['@torusmesh/protocol', '@torusmesh/protocol/native'].map(name =>
    packageOf(fileURLToPath(import.meta.resolve(name)))
  )
  const modules: string[] = []
  for (let at = own; at !== dirname(at); at = dirname(at)) {
    const folder = join(at, 'node_modules')
    if (existsSync(folder)) modules.push(folder)
  }
  const torus = join(dirname(own), 'torus')
  const beside = existsSync(torus) ? [torus] : []
  return [...new Set([own, ...parts, ...beside, ...modules])]
}

function packageOf(path: string): string {
  let at = dirname(path)
  while (!existsSync(join(at, 'package.json')) && at !== dirname(at)) at = dirname(at)
  return at
}

let offline: Promise<boolean> | undefined

/** Whether this system lets its users make network namespaces; tried once. */
function canBeOffline(): Promise<boolean> {
  offline ??= runs([...OFFLINE, 'true'])
  return offline
}

/** Whether a command runs and succeeds. */
function runs([command, ...args]: readonly string[]): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn(command!, args, {
      stdio: 'ignore',
      timeout: PROBE_MS,
      killSignal: 'SIGKILL'
    })
    child.once('error', () => resolve(false))
    child.once('exit', code => resolve(code === 0))
  })
}
