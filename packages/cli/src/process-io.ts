import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { CliError } from './errors.ts'
import type { Io, Output } from './io.ts'
import { askSecret, readSecret } from './process-secrets.ts'

const MAX_FILE_BYTES = 1024 * 1024
const INTERRUPT = '\u0003'
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The process the command runs in. */
export function createProcessIo(): Io {
  const { stdin, stdout, stderr, env } = process
  return {
    stdout: outputOf(stdout),
    stderr: outputOf(stderr),
    interactive: stdin.isTTY === true && stdout.isTTY === true,
    env,
    nowMs: Date.now,
    every: (everyMs, run) => {
      const timer = setInterval(run, everyMs)
      return () => clearInterval(timer)
    },
    ask,
    askSecret,
    readSecret,
    onKey,
    onInterrupt,
    readFile
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  // The reader went away (`… | head`): nothing is left to be said.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
  return {
    isTTY: stream.isTTY === true && process.env['TERM'] !== 'dumb',
    get columns() {
      return stream.columns ?? 80
    },
    get rows() {
      return stream.rows ?? 24
    },
    write: text => stream.write(text)
  }
}

function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  return new Promise((resolve, reject) => {
    const cancelled = (): void => {
      process.stdout.write('\n')
      reject(new CliError('CANCELLED', 'cancelled, nothing was written; see --help for flags'))
    }
    lines.once('close', cancelled)
    lines.question(question, answer => {
      lines.off('close', cancelled)
      lines.close()
      resolve(answer)
    })
  })
}

function onKey(run: (key: string) => void): () => void {
  const { stdin } = process
  const hear = (data: Buffer): void => {
    for (const key of data.toString('utf8')) {
      if (key === INTERRUPT) process.kill(process.pid, 'SIGINT')
      else run(key)
    }
  }
  stdin.setRawMode(true)
  stdin.on('data', hear)
  return () => {
    stdin.off('data', hear)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

function onInterrupt(run: () => void): () => void {
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, first)
  }
  // With its handlers gone, a second signal does what signals do.
  const first = (): void => {
    stop()
    run()
  }
  for (const signal of SIGNALS) process.on(signal, first)
  return stop
}

async function readFile(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size > MAX_FILE_BYTES) {
      throw new CliError('FILE_UNREADABLE', `${path} is larger than 1 MiB; is it the right file?`)
    }
    return await file.readFile('utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof CliError || code === undefined) throw error
    throw new CliError('FILE_UNREADABLE', `can't read ${path} (${code}); check the path`)
  }
}
