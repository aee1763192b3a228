import type { Env } from '@torusmesh/protocol'
import type { AttestationPool } from '@torusmesh/protocol/native'
import { VaultError, type VaultProcess } from '@torusmesh/vault'
import type { Logger } from '../log/index.ts'
import type { Home } from './home.ts'
import {
  connectHomeVault,
  type HomeVault,
  openHomeVault,
  startUnlessRunning
} from './home-vault.ts'
import { keptSigners, type MemberSigners } from './signers.ts'
import { vaultSigners } from './vault-signers.ts'
import { Voice } from './voice.ts'

/** Gives the vault's passphrase as UTF-8, which is zeroed; `undefined`: somebody opens it later. */
export type AskPassphrase = () => Promise<Uint8Array | undefined>

export interface OpenSignersInit {
  readonly home: Home
  readonly env: Env
  readonly pool: AttestationPool
  readonly logger?: Logger | undefined
  /** Asked when the home's vault is locked. */
  readonly passphrase?: AskPassphrase | undefined
}

export interface OpenedSigners {
  readonly signers: MemberSigners
  /** Whether the keys are in a vault. */
  readonly isVault: boolean
  /** Ends the vault's process, if it was started here. */
  close(): Promise<void>
}

/**
 * What signs for a home's member: its vault, whose process is started where none runs, or the keys
 * of a home that has none.
 *
 * @throws NodeError `HOME_…`, `NO_VAULT`; VaultError as the vault refuses to start or to open
 */
export async function openSigners(init: OpenSignersInit): Promise<OpenedSigners> {
  const { home, logger, pool } = init
  if (!(await home.hasVault())) {
    const signers = keptSigners(await home.secrets(), pool)
    return { signers, isVault: false, close: async () => undefined }
  }
  const vault = await openHomeVault(home, 'node')
  try {
    await unlock(vault, init)
    const { mode } = await vault.client.ask('status', {})
    const voice = new Voice(mode === 'unlocked')
    const ballotSecret = await home.ballotSecret()
    const signers = await vaultSigners({ client: vault.client, env: init.env, voice, ballotSecret })
    const watch = new VaultWatch(vault, home.vaultPath, voice, logger)
    return { signers, isVault: true, close: () => watch.close() }
  } catch (error) {
    await vault.close()
    throw error
  }
}

async function unlock(vault: HomeVault, { home, passphrase }: OpenSignersInit): Promise<void> {
  const { mode } = await vault.client.ask('status', {})
  if (mode !== 'locked' || (await home.vaultToken('admin')) === undefined) return
  const bytes = await passphrase?.()
  if (bytes === undefined) return
  const admin = await connectHomeVault(home, 'admin')
  try {
    await admin.ask('unlock', { passphrase: bytes })
  } finally {
    bytes.fill(0)
    admin.close()
  }
}

const LOOK_MS = 1_000

/** Sees when a vault is opened and locked, and starts its process anew if that ends. */
class VaultWatch {
  readonly #vault: HomeVault
  readonly #folder: string
  readonly #voice: Voice
  readonly #logger: Logger | undefined
  readonly #timer: NodeJS.Timeout
  #process: VaultProcess | undefined
  #isLooking = false
  #isClosed = false
  #reason: string | undefined

  constructor(vault: HomeVault, folder: string, voice: Voice, logger: Logger | undefined) {
    this.#vault = vault
    this.#folder = folder
    this.#voice = voice
    this.#logger = logger
    this.#process = vault.process
    this.#timer = setInterval(() => void this.#look(), LOOK_MS)
    this.#tell(voice.isOpen)
    voice.onChange(isOpen => this.#tell(isOpen))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    this.#vault.client.close()
    await this.#process?.stop()
  }

  #tell(isOpen: boolean): void {
    if (this.#isClosed) return
    if (isOpen) this.#logger?.info('the vault is open: this node signs through it')
    else {
      this.#logger?.warn(
        'watch-only: the vault is locked, nothing is said; open it with `torusmesh vault unlock`'
      )
    }
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      const { mode } = await this.#vault.client.ask('status', {})
      this.#reason = undefined
      if (!this.#isClosed) this.#voice.set(mode === 'unlocked')
    } catch (error) {
      if (!this.#isClosed) await this.#lost(error)
    } finally {
      this.#isLooking = false
    }
  }

  async #lost(error: unknown): Promise<void> {
    this.#voice.set(false)
    if (!(error instanceof VaultError && error.code === 'VAULT_UNREACHABLE')) {
      return this.#complain(error, 'the vault refuses this node')
    }
    try {
      const { process } = await startUnlessRunning(this.#folder)
      this.#process = process ?? this.#process
      if (this.#isClosed) await process?.stop()
      else if (process !== undefined)
        this.#logger?.warn('the vault had ended: it runs again, locked')
    } catch (failure) {
      this.#complain(failure, 'the vault does not start')
    }
  }

  /** Once for each reason, though it looks every second. */
  #complain(err: unknown, what: string): void {
    const reason = `${what}: ${String(err)}`
    if (this.#reason !== reason) this.#logger?.warn({ err }, what)
    this.#reason = reason
  }
}
