import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OperatorError } from '../errors.ts'
import type { StepJournal, StepRow } from './port.ts'
import { syncFolder } from './store.ts'

/** Plans whose rows are kept when the journal is opened. */
const PLANS_KEPT = 16
const FILE_MAX_BYTES = 4 * 1_048_576
const KINDS: readonly unknown[] = ['begun', 'done', 'failed'] satisfies StepRow['kind'][]

/**
 * Rows of upgrades in a file, one line each; what was cut off at the end is dropped, as it was never
 * acted upon.
 *
 * @throws OperatorError `ACTION_FAILED` for a damaged file; what the file system says
 */
export async function openStepJournal(path: string): Promise<StepJournal> {
  const rows = await load(path)
  const plans = [...new Set(rows.map(({ plan }) => plan))].slice(-PLANS_KEPT)
  const kept = rows.filter(({ plan }) => plans.includes(plan))
  await replaceFile(path, linesOf(kept))
  return new FileJournal(path, kept)
}

class FileJournal implements StepJournal {
  readonly #path: string
  #rows: StepRow[]
  #isSound = true
  #last: Promise<unknown> = Promise.resolve()

  constructor(path: string, rows: readonly StepRow[]) {
    this.#path = path
    this.#rows = [...rows]
  }

  append(row: StepRow): Promise<void> {
    const done = this.#last.then(() => this.#append(row))
    this.#last = done.catch(() => undefined)
    return done
  }

  rows(plan: string): Promise<readonly StepRow[]> {
    return Promise.resolve(this.#rows.filter(row => row.plan === plan))
  }

  async #append(row: StepRow): Promise<void> {
    if (!this.#isSound) {
      // Nothing rests on bytes whose writing failed once.
      await replaceFile(this.#path, linesOf(this.#rows))
      this.#isSound = true
    }
    this.#isSound = false
    const file = await open(this.#path, 'a', 0o600)
    try {
      await file.writeFile(linesOf([row]))
      await file.datasync()
    } finally {
      await file.close()
    }
    this.#isSound = true
    this.#rows.push(row)
  }
}

/** Puts a whole file in another's place: after a power cut the old or the new one is there. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  const file = await open(draft, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}

function linesOf(rows: readonly StepRow[]): string {
  return rows.map(row => `${JSON.stringify(row)}\n`).join('')
}

/** What was cut off has no end of line. */
async function load(path: string): Promise<StepRow[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (text.length > FILE_MAX_BYTES) throw damaged(path, `over ${FILE_MAX_BYTES} bytes`)
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, at) => {
    const row = rowOf(line)
    if (row === undefined) throw damaged(path, `line ${at + 1}`)
    return row
  })
}

function rowOf(line: string): StepRow | undefined {
  try {
    const row = JSON.parse(line) as Partial<StepRow> | null
    const isRow = typeof row?.plan === 'string' && typeof row.step === 'string'
    return isRow && KINDS.includes(row.kind) ? (row as StepRow) : undefined
  } catch {
    return undefined
  }
}

function damaged(path: string, where: string): OperatorError {
  const message = `${path} is damaged (${where}): see what runs, then move the file away`
  return new OperatorError('ACTION_FAILED', message)
}
