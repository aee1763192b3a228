import { createHash } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { removeLeftovers, writeAtomically } from './atomic-file.ts'
import { SweepError } from './errors.ts'
import { decodeReply, encodeReply } from './frame.ts'
import type { RunResult, RunSink, SweepRun } from './run-sink.ts'

const HASH_BYTES = 32
/** Folders of a few thousand files each stay quick on every file system. */
const PREFIX_CHARS = 2

/** A {@link RunSink} that can be read again. */
export interface Journal extends RunSink {
  /** @throws SweepError `damaged-result`; `missing-runs` if `has` is false */
  read(run: SweepRun): Promise<RunResult>
}

/** One file a run, `runs/<first two digits>/<id>`, each with its own hash. Made as it is needed. */
export function openJournal(folder: string): Journal {
  const folderOf = ({ id }: SweepRun): string => join(folder, 'runs', id.slice(0, PREFIX_CHARS))
  const pathOf = (run: SweepRun): string => join(folderOf(run), run.id)
  return {
    async has(run) {
      return access(pathOf(run)).then(
        () => true,
        () => false
      )
    },
    async write(run, result) {
      const body = encodeReply({ ok: true, result })
      await writeAtomically(pathOf(run), Buffer.concat([sha256(body), body]))
      await removeLeftovers(folderOf(run), run.id)
    },
    async read(run) {
      return resultIn(await bytesOf(pathOf(run)), run, pathOf(run))
    }
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch {
    throw new SweepError('missing-runs', `${path} can't be read; run the sweep again`)
  }
}

function resultIn(bytes: Buffer, { spec }: SweepRun, path: string): RunResult {
  const body = bytes.subarray(HASH_BYTES)
  if (sha256(body).equals(bytes.subarray(0, HASH_BYTES))) {
    const reply = decodeReply(body, spec)
    if (reply.ok) return reply.result
  }
  throw new SweepError('damaged-result', `${path} is damaged; delete it and run the sweep again`)
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
