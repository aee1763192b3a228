import { decode } from '../codec/codec.ts'
import { VaultError } from '../errors.ts'
import { SecretBytes } from '../secret/secret-bytes.ts'
import { entries as entriesCodec } from '../state/entries.ts'
import { VaultState } from '../state/state.ts'
import type { Counter } from './counter.ts'
import type { VaultDisk } from './disk.ts'
import { JOURNAL_FILE, type JournalHead } from './journal.ts'
import { damaged, type LogFile, type LogFrame, readLog } from './log.ts'
import { fileKey, type WrappedKey } from './seal.ts'

/** What somebody outside remembers of the vault, e.g. its last signature that is in the ledger. */
export interface Anchor {
  readonly sequence: number
  /** The link at that position; 32 bytes. */
  readonly link?: Uint8Array | undefined
}

/** A vault's file, folded. */
export interface Loaded {
  readonly wrapped: WrappedKey
  readonly state: VaultState
  /** Empty when the file was read without its key. */
  readonly secrets: Map<string, SecretBytes>
  readonly head: JournalHead
  /** What the chain says at each position that this file still knows. */
  readonly links: ReadonlyMap<number, readonly Uint8Array[]>
  /** Where bytes begin that belong to no frame; `undefined` when there are none. */
  readonly tornAt: number | undefined
}

/**
 * Reads a vault's file and folds its entries.
 *
 * @param master - opens the seals; without it the chain alone is checked
 * @throws VaultError `VAULT_MISSING`, `VAULT_DAMAGED`
 */
export async function load(
  disk: VaultDisk,
  name: string,
  master: SecretBytes | undefined
): Promise<Loaded> {
  const bytes = await disk.read(name)
  if (bytes === undefined) {
    const next = name === JOURNAL_FILE ? 'initialise one first' : 'check the name of the backup'
    throw new VaultError('VAULT_MISSING', `there is no vault file ${name}: ${next}`)
  }
  const file = readLog(bytes, master && (({ fileId }) => fileKey(master, fileId)))
  try {
    return fold(file, master !== undefined)
  } finally {
    for (const { secrets } of file.frames) secrets.fill(0)
  }
}

function fold(file: LogFile, isUnsealed: boolean): Loaded {
  const { wrapped, baseSequence, baseLink } = file.header
  const state = new VaultState()
  const secrets = new Map<string, SecretBytes>()
  const links = new Map([[baseSequence, [baseLink, file.firstLink]]])
  let head: JournalHead = { sequence: baseSequence, link: file.firstLink }
  for (const frame of file.frames) {
    applyFrame(frame, head.sequence, state, isUnsealed ? secrets : undefined)
    head = { sequence: frame.sequence, link: frame.link }
    links.set(head.sequence, [...(links.get(head.sequence) ?? []), head.link])
  }
  const tornAt = file.tornBytes > 0 ? file.endOffset : undefined
  return { wrapped, state, secrets, head, links, tornAt }
}

/** What is authentic yet not a frame was written by a vault that this one can't read. */
function applyFrame(
  frame: LogFrame,
  before: number,
  state: VaultState,
  secrets: Map<string, SecretBytes> | undefined
): void {
  const entries = decode(entriesCodec, frame.open)
  const expected = frame.isSnapshot ? before : before + (entries?.length ?? 0)
  if (entries === undefined || frame.sequence !== expected) throw damaged(0)
  let [position, secretAt] = [before, 0]
  for (const entry of entries) {
    if (!frame.isSnapshot) position++
    state.apply(entry, position)
    if (entry.type !== 'key' || secrets === undefined) continue
    const { id, secretBytes } = entry.key
    const secret = frame.secrets.subarray(secretAt, secretAt + secretBytes)
    if (secret.length !== secretBytes) throw damaged(0)
    secretAt += secretBytes
    secrets.get(id)?.wipe()
    secrets.set(id, SecretBytes.take(secret))
  }
}

/**
 * Refuses a file that is older than what was given out already.
 *
 * @throws VaultError `VAULT_ROLLED_BACK`; `VAULT_DAMAGED` when the missing part is cut or spoilt
 */
export function checkFresh(
  { head, links, tornAt }: Loaded,
  counter: Counter,
  hasCounter: boolean,
  anchor: Anchor | undefined
): void {
  if (!hasCounter) throw rolledBack('the counter beside it is missing')
  const reached = Math.max(counter.value, anchor?.sequence ?? 0)
  if (head.sequence < reached && tornAt !== undefined) throw damaged(tornAt)
  if (head.sequence < reached) {
    throw rolledBack(`it ends at ${head.sequence}, and signatures up to ${reached} were given out`)
  }
  if (anchor?.link === undefined) return
  const known = links.get(anchor.sequence)
  if (known === undefined || known.some(link => Buffer.compare(link, anchor.link!) === 0)) return
  throw rolledBack(`it tells another story of position ${anchor.sequence}`)
}

function rolledBack(why: string): VaultError {
  return new VaultError(
    'VAULT_ROLLED_BACK',
    `the vault's file is an older copy (${why}): bring back the newest, or unlock with acceptRollback, which retires the keys that vote`
  )
}
