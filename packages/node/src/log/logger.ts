import { pino, destination as pinoDestination } from 'pino'
import type { LogFormat, LogLevel } from '../config/types.ts'
import { escapeUnsafe } from './escape.ts'
import { prettyLine } from './pretty.ts'
import { redactLine } from './redact.ts'

/** Writes one line: fields first, then a constant message (data belongs in the fields). */
export interface LogFunction {
  (fields: object, message: string): void
  (message: string): void
}

/** What the rest of the node knows of logging. */
export interface Logger {
  readonly trace: LogFunction
  readonly debug: LogFunction
  readonly info: LogFunction
  readonly warn: LogFunction
  readonly error: LogFunction
  readonly fatal: LogFunction
  /** A logger that adds `fields` to each line. */
  child(fields: Record<string, unknown>): Logger
}

/** What to write, how and where. */
export interface LoggerInit {
  readonly level: LogLevel
  readonly format: LogFormat
  /** Where lines go; standard error when left out, so that standard output stays a command's. */
  readonly destination?: { write(line: string): unknown }
}

const STANDARD_ERROR = 2

/**
 * A logger whose lines hold no secrets and can't be forged.
 *
 * Secrets are fields named like one (`secret…`, `…Key` unless public, `token`, `password`,
 * `authorization`, …) at any depth, and invite codes, bearer tokens and private keys in any text.
 * A line is one line: control characters are escaped.
 */
export function createLogger({ level, format, destination }: LoggerInit): Logger {
  const write = (line: string): string => {
    const clean = redactLine(line)
    return `${format === 'pretty' ? prettyLine(clean) : escapeUnsafe(clean)}\n`
  }
  return pino(
    { level, base: null, timestamp: () => `,"time":${Date.now()}`, hooks: { streamWrite: write } },
    destination ?? pinoDestination({ dest: STANDARD_ERROR, sync: true })
  )
}

const drop = (): void => {}

/** Says nothing; for tests and for hosts whose lines nobody reads. */
export const silentLogger: Logger = {
  trace: drop,
  debug: drop,
  info: drop,
  warn: drop,
  error: drop,
  fatal: drop,
  child: () => silentLogger
}
