import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { access, chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EngineClient } from '../../src/engine-api/client.ts'

const run = promisify(execFile)
const IMAGE = 'local/busybox'
const APPLETS = [
  ...['sh', 'sleep', 'timeout', 'wget', 'httpd', 'nslookup', 'rm', 'touch', 'sed', 'test']
]
/**
 * Statically linked, its wget can neither resolve names nor time out: of a container that is removed in
 * mid-answer it would wait for ever.
 */
const ASK = `#!/bin/sh
address=$(nslookup "$1" 2>/dev/null | sed -n 's/^Address: //p' | sed -n 1p)
test -n "$address" && timeout 2 wget -q -O /dev/null "http://$address/ok"
`
const BUSYBOXES = ['/bin/busybox', '/usr/bin/busybox']
const START_TRIES = 100
const TRY_MS = 200

/** A container engine of its own, in a folder of its own, for the time of a test. */
export interface RealEngine {
  readonly socketPath: string
  /** The `docker` command on this engine. */
  docker(...args: readonly string[]): Promise<string>
  stop(): Promise<void>
}

let known: Promise<string | undefined> | undefined

/** @returns why no engine can be started here, `undefined` if one can: one was, to see */
export function whyNoEngine(): Promise<string | undefined> {
  known ??= lookForEngine()
  return known
}

async function lookForEngine(): Promise<string | undefined> {
  if (process.env['TORUSMESH_REAL_ENGINE'] !== '1') return 'TORUSMESH_REAL_ENGINE is not 1'
  if (process.getuid?.() !== 0) return 'dockerd needs root'
  for (const program of ['dockerd', 'docker']) {
    const found = await run('which', [program]).catch(() => undefined)
    if (found === undefined) return `no ${program}: apt-get install docker.io`
  }
  if ((await busyboxPath()) === undefined) return 'no busybox: apt-get install busybox-static'
  try {
    const engine = await startEngine()
    await engine.stop()
    return undefined
  } catch (error) {
    return `dockerd does not start here: ${String(error).split('\n', 1)[0]}`
  }
}

export async function startEngine(): Promise<RealEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'real-engine-'))
  const socketPath = join(folder, 'docker.sock')
  const args = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')]
  const rest = ['--pidfile', join(folder, 'pid'), '--storage-driver', 'vfs']
  const engine = spawn('dockerd', [...args, ...rest, '-H', `unix://${socketPath}`], {
    stdio: 'ignore'
  })
  const ended = new Promise(resolve => engine.once('exit', resolve))
  const docker = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await run('docker', ['-H', `unix://${socketPath}`, ...words])
    return stdout.trim()
  }
  const stop = async (): Promise<void> => {
    engine.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await answering(socketPath, engine)
    await importImage(folder, docker)
  } catch (error) {
    await stop()
    throw error
  }
  return { socketPath, docker, stop }
}

async function answering(socketPath: string, engine: ChildProcess): Promise<void> {
  const client = new EngineClient({ socketPath })
  for (let i = 0; ; i++) {
    try {
      await client.ping()
      break
    } catch (error) {
      if (i === START_TRIES) throw error
      if (engine.exitCode !== null) throw new Error('it ended at once; start it by hand to see why')
      await new Promise(resolve => setTimeout(resolve, TRY_MS))
    }
  }
  client.close()
}

/** No image can be pulled everywhere: one is made of a static busybox. */
async function importImage(folder: string, docker: RealEngine['docker']): Promise<void> {
  const root = join(folder, 'root')
  await mkdir(join(root, 'bin'), { recursive: true })
  await mkdir(join(root, 'www'))
  await copyFile((await busyboxPath())!, join(root, 'bin', 'busybox'))
  await chmod(join(root, 'bin', 'busybox'), 0o755)
  for (const applet of APPLETS) await symlink('busybox', join(root, 'bin', applet))
  await writeFile(join(root, 'bin', 'ask'), ASK, { mode: 0o755 })
  const archive = join(folder, 'root.tar')
  await run('tar', ['-C', root, '-cf', archive, '.'])
  await docker('import', '--change', 'ENV PATH=/bin', archive, IMAGE)
}

async function busyboxPath(): Promise<string | undefined> {
  for (const path of BUSYBOXES) {
    if (
      await access(path).then(
        () => true,
        () => false
      )
    )
      return path
  }
  return undefined
}
