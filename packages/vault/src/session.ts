import { VaultError } from './errors.ts'
import type { SecretBytes } from './secret/secret-bytes.ts'
import type { KeyMaker, Signer } from './secret/signer.ts'
import type { Entry, KeyInfo } from './state/entries.ts'
import type { VaultState } from './state/state.ts'
import type { Counter } from './store/counter.ts'
import type { VaultDisk } from './store/disk.ts'
import { Journal, type JournalContent } from './store/journal.ts'
import type { Loaded } from './store/load.ts'
import type { WrappedKey } from './store/seal.ts'

export interface SessionInit {
  readonly disk: VaultDisk
  readonly counter: Counter
  readonly keys: KeyMaker
  readonly master: SecretBytes
  /** Called after each entry that reached the disk. */
  readonly onEntry: () => void
  readonly onFailure: (error: VaultError) => void
}

/** An open vault: the journal, and the secrets in guarded memory. */
export class Session {
  readonly state: VaultState
  readonly wrapped: WrappedKey
  readonly #init: SessionInit
  readonly #secrets: Map<string, SecretBytes>
  readonly #signers = new Map<string, Signer>()
  /** Secrets of keys whose entry isn't on the disk yet. */
  readonly #fresh = new Map<string, SecretBytes>()
  #journal: Journal | undefined

  private constructor(init: SessionInit, loaded: Loaded) {
    this.#init = init
    this.state = loaded.state
    this.wrapped = loaded.wrapped
    this.#secrets = loaded.secrets
  }

  /** Takes over the secrets of `loaded` and goes on after `sequence`. */
  static async open(init: SessionInit, loaded: Loaded, sequence: number): Promise<Session> {
    const session = new Session(init, loaded)
    try {
      for (const { info } of loaded.state.keys.values()) session.#prepare(info)
      const { disk, counter, master, onFailure } = init
      session.#journal = await Journal.open({
        ...{ disk, counter, master, onFailure },
        head: { sequence, link: loaded.head.link },
        content: () => session.content(),
        apply: (entry, at) => session.#apply(entry, at)
      })
      return session
    } catch (error) {
      session.wipe()
      throw error
    }
  }

  get journal(): Journal {
    return this.#journal!
  }

  signer(id: string): Signer {
    return this.#signers.get(id)!
  }

  /** Writes a new key or a new generation of one. */
  async addKey(info: KeyInfo, secret: SecretBytes, entries: readonly Entry[]): Promise<void> {
    this.#fresh.set(freshId(info), secret)
    await this.journal.append([{ type: 'key', key: info }, ...entries], secret)
  }

  content(): JournalContent {
    const secretOf = (id: string): SecretBytes => this.#secrets.get(id)!
    return { wrapped: this.wrapped, snapshot: this.state.snapshot(), secretOf }
  }

  /** Zeroes all secrets but the master key, and forgets what signs with them. */
  wipe(): void {
    for (const secret of [...this.#secrets.values(), ...this.#fresh.values()]) secret.wipe()
    this.#secrets.clear()
    this.#fresh.clear()
    this.#signers.clear()
  }

  #apply(entry: Entry, sequence: number): void {
    this.state.apply(entry, sequence)
    if (entry.type === 'key') {
      const { id } = entry.key
      const secret = this.#fresh.get(freshId(entry.key))
      if (secret === undefined)
        throw new VaultError('SIGNING_FAILED', `the secret of ${id} is gone`)
      this.#fresh.delete(freshId(entry.key))
      this.#secrets.get(id)?.wipe()
      this.#secrets.set(id, secret)
      this.#prepare(entry.key)
    }
    this.#init.onEntry()
  }

  #prepare(info: KeyInfo): void {
    this.#signers.set(info.id, this.#init.keys.signer(info, this.#secrets.get(info.id)!))
  }
}

function freshId({ id, generation }: KeyInfo): string {
  return `${id}/${generation}`
}
