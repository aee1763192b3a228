import { clientOf, createToken } from './access.ts'
import { isName } from './codec/codec.ts'
import { diskError, VaultError } from './errors.ts'
import {
  CLIENTS_MAX,
  DEFAULT_PER_SECOND,
  FLAGS_PER_MINUTE,
  GRANTS_MAX,
  KEYS_MAX
} from './limits.ts'
import { fitsPurpose } from './purposes.ts'
import { Rate } from './rate.ts'
import { SecretBytes } from './secret/secret-bytes.ts'
import type { FreshKey, KeyMaker } from './secret/signer.ts'
import { Session } from './session.ts'
import type { Statement } from './signable.ts'
import { type Signed, Signing, unknownKey } from './signing.ts'
import type { Client, Entry, Flag, KeyInfo } from './state/entries.ts'
import type { KeyState, VaultState } from './state/state.ts'
import { Counter } from './store/counter.ts'
import type { VaultDisk } from './store/disk.ts'
import { buildFile, JOURNAL_FILE, type JournalHead } from './store/journal.ts'
import { type Anchor, checkFresh, type Loaded, load } from './store/load.ts'
import { readHeader } from './store/log.ts'
import { restoreBackup } from './store/maintenance.ts'
import { unwrapKey } from './store/seal.ts'
import type { AuditPage, KeyStatus, NewClient, NewKey, VaultMode, VaultStatus } from './types.ts'

/** What a vault needs of its surroundings. */
export interface VaultPorts {
  readonly disk: VaultDisk
  readonly keys: KeyMaker
  readonly nowMs: () => number
  /** Called when secrets were dropped: lets the shell collect what is left of them. */
  readonly afterLock?: () => void
  readonly isOffline?: boolean
}

export interface UnlockOptions {
  readonly anchor?: Anchor | undefined
  /** Go on with an older copy of the file; the keys that vote are retired. */
  readonly acceptRollback?: boolean | undefined
}

const NO_LIMITS = { perSecond: DEFAULT_PER_SECOND, maxSignatures: 0, maxAgeMs: 0 } as const
/** How soon a failed disk is tried again. */
const RETRY_MS = 1_000
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 60_000

/**
 * Keys that sign and never leave. Everything it says is on the disk first; whatever it can't write
 * down, it doesn't sign.
 */
export class Vault {
  readonly #ports: VaultPorts
  readonly #signing: Signing
  readonly #flagRate: Rate
  readonly #watchers = new Set<() => void>()
  #state: VaultState
  #head: JournalHead
  #session: Session | undefined
  #master: SecretBytes | undefined
  #failure: { readonly error: VaultError; readonly atMs: number } | undefined
  #recovery: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()
  #wrong = { count: 0, untilMs: 0 }
  #unwritten = 0
  #unwrittenInAll = 0

  private constructor(ports: VaultPorts, { state, head }: Loaded) {
    this.#ports = ports
    this.#state = state
    this.#head = head
    this.#flagRate = new Rate(Math.ceil(FLAGS_PER_MINUTE / 60), ports.nowMs())
    this.#signing = new Signing({
      nowMs: ports.nowMs,
      flag: (flag, client, key) => this.flag(flag, client, key),
      alarm: (client, key) => this.#alarm(client, key)
    })
  }

  /**
   * Opens a vault's folder, locked.
   *
   * @throws VaultError `VAULT_MISSING`, `VAULT_DAMAGED`
   */
  static async open(ports: VaultPorts): Promise<Vault> {
    const loaded = await load(ports.disk, JOURNAL_FILE, undefined)
    return new Vault(ports, loaded)
  }

  get mode(): VaultMode {
    if (this.#failure !== undefined) return 'failed'
    return this.#session === undefined ? 'locked' : 'unlocked'
  }

  /** The client that a token belongs to. */
  clientOf(token: string): Client | undefined {
    return clientOf(this.#state.clients, token)
  }

  /** The client as it is now; `undefined` once it was revoked or got another token. */
  current(client: Client): Client | undefined {
    const now = this.#state.clients.get(client.name)
    return now && Buffer.compare(now.tokenHash, client.tokenHash) === 0 ? now : undefined
  }

  status(): VaultStatus {
    const { clients, keys, alerts, dropped } = this.#state
    const head = this.#session?.journal.head ?? this.#head
    const nowMs = this.#ports.nowMs()
    return {
      mode: this.mode,
      ...head,
      keys: [...keys.values()].map(key => statusOf(key, nowMs)),
      clients: [...clients.keys()],
      alerts,
      flagsUnwritten: this.#unwrittenInAll,
      auditDropped: dropped,
      isOffline: this.#ports.isOffline ?? false
    }
  }

  /** @throws VaultError `KEY_UNKNOWN` */
  key(id: string): KeyStatus {
    const key = this.#state.keys.get(id)
    if (key === undefined) throw unknownKey(id)
    return statusOf(key, this.#ports.nowMs())
  }

  /** @throws VaultError for every refusal, see {@link Signing} */
  async sign(client: Client, keyId: string, statement: Statement): Promise<Signed> {
    return await this.#signing.sign(await this.#open(), client, keyId, statement)
  }

  /**
   * Opens the seals. After each wrong passphrase the next try has to wait longer.
   *
   * @param passphrase - UTF-8; zeroed by the caller
   * @throws VaultError `WRONG_PASSPHRASE`, `RATE_LIMITED`, `VAULT_DAMAGED`, `VAULT_ROLLED_BACK`
   */
  unlock(passphrase: Uint8Array, options: UnlockOptions = {}): Promise<void> {
    return this.#exclusive(async () => {
      if (this.#session !== undefined) return
      const master = await this.#unwrap(passphrase)
      try {
        await this.#start(master, options)
      } catch (error) {
        master.wipe()
        throw error
      }
      this.#master?.wipe()
      this.#master = master
    })
  }

  /** Zeroes all secrets; what is being signed comes to its end first. */
  lock(): Promise<void> {
    return this.#exclusive(() => this.#lock())
  }

  /** @throws VaultError `KEY_EXISTS`, `BAD_REQUEST`, `VAULT_FULL` */
  createKey(client: Client, wanted: NewKey): Promise<KeyStatus> {
    return this.#exclusive(async () => {
      const session = await this.#open()
      const { id, suite, purposes, isCanary = false } = wanted
      checkNewKey(session.state, wanted)
      const { publicKey, form, secret } = await this.#keyOf(wanted)
      const info: KeyInfo = {
        ...{ id, suite, publicKey, purposes, isCanary, form },
        limits: wanted.limits ?? NO_LIMITS,
        generation: 1,
        createdMs: this.#ports.nowMs(),
        secretBytes: secret.length
      }
      await session.addKey(info, secret, [this.#change(client, `created ${id}`)])
      return this.key(id)
    })
  }

  async #keyOf({ suite, seed, expanded }: NewKey): Promise<FreshKey> {
    const { keys } = this.#ports
    if (seed !== undefined) return keys.adopt(suite, SecretBytes.take(seed))
    if (expanded === undefined) return await keys.create(suite)
    const secret = SecretBytes.take(expanded.secretKey)
    try {
      return await keys.adoptExpanded(suite, secret, expanded.publicKey)
    } catch (error) {
      secret.wipe()
      throw error
    }
  }

  /**
   * Gives a key new secret and public halves. The old secret is wiped at once and leaves the file with
   * the next rewrite, which follows immediately.
   *
   * @throws VaultError `KEY_UNKNOWN`
   */
  rotate(client: Client, id: string): Promise<KeyStatus> {
    return this.#exclusive(async () => {
      const session = await this.#open()
      const before = session.state.keys.get(id)?.info
      if (before === undefined) throw unknownKey(id)
      const { publicKey, form, secret } = await this.#ports.keys.create(before.suite)
      const generation = before.generation + 1
      const fresh = { publicKey, form, secretBytes: secret.length, generation }
      session.journal.shrink()
      const info = { ...before, ...fresh, createdMs: this.#ports.nowMs() }
      await session.addKey(info, secret, [this.#change(client, `rotated ${id}`)])
      return this.key(id)
    })
  }

  /**
   * Lets a client in, or changes what one may do.
   *
   * @returns the token, for a client that had none; it is shown this once
   * @throws VaultError `BAD_REQUEST`, `VAULT_FULL`
   */
  allow(client: Client, { name, rights, grants }: NewClient): Promise<string | undefined> {
    return this.#exclusive(async () => {
      const session = await this.#open()
      const known = session.state.clients.get(name)
      if (!isName(name) || grants.length > GRANTS_MAX) throw badName(name)
      if (known === undefined && session.state.clients.size >= CLIENTS_MAX) {
        throw new VaultError('VAULT_FULL', `${CLIENTS_MAX} clients are let in: revoke one first`)
      }
      checkAdminLeft(session.state, name, rights.includes('admin'))
      const made = known === undefined ? createToken(name) : undefined
      const tokenHash = known?.tokenHash ?? made!.tokenHash
      const entry: Entry = { type: 'client', client: { name, rights, grants, tokenHash } }
      await session.journal.append([entry, this.#change(client, `allowed ${name}`)])
      return made?.token
    })
  }

  /** Shuts a client out, on all its connections. @throws VaultError `BAD_REQUEST` for the last admin */
  revoke(client: Client, name: string): Promise<void> {
    return this.#exclusive(async () => {
      const session = await this.#open()
      if (!session.state.clients.has(name)) throw badName(name)
      checkAdminLeft(session.state, name, false)
      const entry: Entry = { type: 'client-revoked', name }
      await session.journal.append([entry, this.#change(client, `revoked ${name}`)])
    })
  }

  /** Writes a sealed copy beside the vault, under the same passphrase; returns the file's name. */
  backup(client: Client): Promise<string> {
    return this.#exclusive(async () => {
      const session = await this.#open()
      await session.journal.append([this.#change(client, 'made a backup')])
      const { head } = session.journal
      const { bytes, key } = buildFile(session.content(), head, this.#master!)
      key.wipe()
      const name = `backup-${head.sequence}`
      await this.#ports.disk.replace(name, bytes).catch(error => Promise.reject(diskError(error)))
      return name
    })
  }

  /**
   * Puts a backup in the vault's place and locks. Keys that vote are retired: what they said since
   * the backup isn't in it.
   */
  restore(name: string, passphrase: Uint8Array): Promise<void> {
    return this.#exclusive(async () => {
      await this.#lock()
      await restoreBackup(this.#ports.disk, name, passphrase)
      const { state, head } = await load(this.#ports.disk, JOURNAL_FILE, undefined)
      this.#state = state
      this.#head = head
    })
  }

  /**
   * Audit records after a position, oldest first. What comes before it counts as read, and will be
   * forgotten.
   */
  audit(after: number, max: number): AuditPage {
    const { journal } = this.#session ?? {}
    if (journal !== undefined && after <= journal.head.sequence) {
      const isWorthIt = after - this.#state.acked >= max
      if (isWorthIt) journal.append([{ type: 'acked', sequence: after }]).catch(() => undefined)
    }
    return { records: this.#state.auditAfter(after, max), dropped: this.#state.dropped }
  }

  /** Calls back at every entry that is written, until the function returned is called. */
  watch(onEntry: () => void): () => void {
    this.#watchers.add(onEntry)
    return () => this.#watchers.delete(onEntry)
  }

  /** Notes something odd. It must not hold anybody up nor fill the disk. */
  flag(flag: Flag, client: string, key: string): void {
    const nowMs = this.#ports.nowMs()
    const { journal } = this.#session ?? {}
    if (journal === undefined || !this.#flagRate.take(nowMs)) {
      this.#unwritten++
      this.#unwrittenInAll++
      return
    }
    journal.append([this.#flagEntry(flag, client, key)]).catch(() => undefined)
  }

  #flagEntry(flag: Flag, client: string, key: string): Entry {
    const unwritten = this.#unwritten
    this.#unwritten = 0
    const timeMs = this.#ports.nowMs()
    return {
      type: 'audit',
      event: { type: 'flag', timeMs, client, key, flag, unwritten },
      mark: undefined
    }
  }

  #change(client: Client, what: string): Entry {
    const timeMs = this.#ports.nowMs()
    const event = { type: 'change', timeMs, client: client.name, what } as const
    return { type: 'audit', event, mark: undefined }
  }

  /** Whoever asks a canary to sign knows of the key and not what it is. */
  async #alarm(client: string, key: string): Promise<void> {
    await this.#session?.journal
      .append([this.#flagEntry('canary', client, key)])
      .catch(() => undefined)
    await this.lock()
  }

  /** One at a time; the next one starts whether this one worked or not. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#turn.then(work)
    this.#turn = run.catch(() => undefined)
    return run
  }

  async #unwrap(passphrase: Uint8Array): Promise<SecretBytes> {
    const nowMs = this.#ports.nowMs()
    if (nowMs < this.#wrong.untilMs) {
      const seconds = Math.ceil((this.#wrong.untilMs - nowMs) / 1_000)
      throw new VaultError(
        'RATE_LIMITED',
        `wrong passphrases came before: try again in ${seconds} s`
      )
    }
    const bytes = await this.#ports.disk.read(JOURNAL_FILE)
    if (bytes === undefined)
      throw new VaultError('VAULT_MISSING', 'the vault file is gone: restore it')
    try {
      const master = await unwrapKey(readHeader(bytes).header.wrapped, passphrase)
      this.#wrong = { count: 0, untilMs: 0 }
      return master
    } catch (error) {
      const count = Math.min(this.#wrong.count + 1, 16)
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** count, LONGEST_WAIT_MS)
      this.#wrong = { count, untilMs: this.#ports.nowMs() + waitMs }
      this.flag('wrong-passphrase', '', '')
      throw error
    }
  }

  async #start(
    master: SecretBytes,
    { anchor, acceptRollback = false }: UnlockOptions
  ): Promise<void> {
    const { disk, keys } = this.#ports
    const loaded = await load(disk, JOURNAL_FILE, master)
    const counter = new Counter(disk)
    const hasCounter = await counter.read()
    let sequence = loaded.head.sequence
    let isOld = false
    try {
      checkFresh(loaded, counter, hasCounter, anchor)
    } catch (error) {
      if (!acceptRollback || (error as VaultError).code !== 'VAULT_ROLLED_BACK') {
        for (const secret of loaded.secrets.values()) secret.wipe()
        throw error
      }
      isOld = true
      sequence = Math.max(sequence, counter.value, anchor?.sequence ?? 0) + 1
      loaded.state.apply({ type: 'votes-retired' }, sequence)
    }
    const session: Session = await Session.open(
      {
        ...{ disk, keys, master, counter },
        onEntry: () => this.#tell(),
        onFailure: error => this.#fail(session, error)
      },
      loaded,
      sequence
    ).catch(error => Promise.reject(diskError(error)))
    this.#session = session
    this.#state = loaded.state
    this.#failure = undefined
    if (isOld) await session.journal.append([this.#flagEntry('rollback', '', '')])
  }

  #tell(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }

  #fail(session: Session | undefined, error: VaultError): void {
    if (this.#session !== session) return
    this.#session = undefined
    session?.wipe()
    this.#failure = { error, atMs: this.#ports.nowMs() }
  }

  /** The open session; after a failure of the disk it is read anew, once a second at most. */
  async #open(): Promise<Session> {
    if (this.#session !== undefined) return this.#session
    const { atMs, error } = this.#failure ?? {}
    if (error === undefined || this.#master === undefined) {
      throw new VaultError('VAULT_LOCKED', 'the vault is locked: unlock it first')
    }
    const nowMs = this.#ports.nowMs()
    if (nowMs - atMs! < RETRY_MS && nowMs >= atMs!) throw error
    this.#failure = { error, atMs: nowMs }
    this.#recovery ??= this.#start(this.#master, {}).finally(() => {
      this.#recovery = undefined
    })
    await this.#recovery
    if (this.#session === undefined) throw error
    return this.#session
  }

  async #lock(): Promise<void> {
    await this.#recovery?.catch(() => undefined)
    const session = this.#session
    this.#session = undefined
    this.#failure = undefined
    if (session !== undefined) {
      await session.journal.close()
      this.#head = session.journal.head
      session.wipe()
    }
    this.#master?.wipe()
    this.#master = undefined
    this.#ports.afterLock?.()
  }
}

function statusOf({ info, used, isRetired }: KeyState, nowMs: number): KeyStatus {
  const { id, generation, suite, publicKey, purposes, createdMs, limits } = info
  const { maxSignatures, maxAgeMs } = limits
  const isWorn = maxSignatures > 0 && used >= maxSignatures - Math.floor(maxSignatures / 8)
  const isOld = maxAgeMs > 0 && nowMs - createdMs >= maxAgeMs
  const isRotationDue = isRetired || isWorn || isOld
  return {
    ...{ id, generation, suite, publicKey, purposes, createdMs, used },
    ...{ isRetired, isRotationDue }
  }
}

function checkNewKey({ keys }: VaultState, { id, suite, purposes, limits }: NewKey): void {
  if (!isName(id)) throw badName(id)
  if (limits?.perSecond === 0) {
    throw new VaultError('BAD_REQUEST', `${id} could never sign: allow it one signature a second`)
  }
  if (keys.has(id)) throw new VaultError('KEY_EXISTS', `there is a key ${id}: rotate it instead`)
  if (keys.size >= KEYS_MAX) throw new VaultError('VAULT_FULL', `a vault holds ${KEYS_MAX} keys`)
  const wrong = purposes.find(purpose => !fitsPurpose(suite, purpose))
  if (wrong === undefined) return
  throw new VaultError('BAD_REQUEST', `a ${suite} key can't serve ${wrong}: choose another suite`)
}

function checkAdminLeft({ clients }: VaultState, name: string, staysAdmin: boolean): void {
  const isAdmin = (client: Client): boolean => client.rights.includes('admin')
  if (staysAdmin || [...clients.values()].some(other => other.name !== name && isAdmin(other)))
    return
  throw new VaultError('BAD_REQUEST', `${name} is the last admin: allow another one first`)
}

function badName(name: string): VaultError {
  const shown = JSON.stringify(name.slice(0, 64))
  return new VaultError('BAD_REQUEST', `no such name: ${shown}; names are of a-z 0-9 . _ -`)
}
