import { type Command, Option } from 'commander'
import type { CommonOptions } from './command.ts'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'

/** Where a passphrase comes from, if nobody is to be asked. */
export interface PassphraseOptions {
  readonly passphraseFile?: string
}

/** systemd's name for the credential, under `$CREDENTIALS_DIRECTORY`. */
const CREDENTIAL = 'torusmesh-vault'
const MIN_BYTES = 8
const MAX_TRIES = 3

/** Never an argument or a variable: those can be read by whoever lists processes. */
export function withPassphrase(command: Command): Command {
  return command.addOption(
    new Option(
      '--passphrase-file <file>',
      `the vault's passphrase (else systemd's credential ${CREDENTIAL}, else you are asked)`
    )
  )
}

/**
 * The passphrase of a vault that exists, as UTF-8; `undefined` when there is no file and nobody to
 * ask.
 */
export async function findPassphrase(
  { io }: Context,
  { passphraseFile }: PassphraseOptions
): Promise<Uint8Array | undefined> {
  const path = passphraseFile ?? credentialPath(io.env)
  if (path !== undefined) {
    const secret = await io.readSecret(path)
    if (secret !== undefined) return secret
    if (passphraseFile !== undefined) {
      throw new CliError('FILE_UNREADABLE', `there is no file ${path}; check the path`)
    }
  }
  return io.interactive ? await io.askSecret('Passphrase of the vault: ') : undefined
}

/** Where the keys of a new node go. */
export interface VaultOptions extends CommonOptions, PassphraseOptions {
  /** False with `--no-vault`. */
  readonly vault: boolean
}

/** Lets a command that may make keys put them into a vault. */
export function withVault(command: Command): Command {
  return withPassphrase(command).option(
    '--no-vault',
    'leave new keys in keys.json, without a vault'
  )
}

/** The passphrase for a new node's vault, or of the one it has; `undefined` for keys in `keys.json`. */
export async function foundingPassphrase(
  context: Context,
  homePath: string,
  options: VaultOptions
): Promise<Uint8Array | undefined> {
  const { io, node } = context
  const where = await node.keysIn(homePath)
  if (where === 'vault') return await findPassphrase(context, options)
  if (where === 'file' || !options.vault) return undefined
  const isGiven = (options.passphraseFile ?? credentialPath(io.env)) !== undefined
  if (isGiven || (io.interactive && !options.json)) return await newPassphrase(context, options)
  return undefined
}

/** The same where the command can do nothing without. */
export async function needPassphrase(
  context: Context,
  options: PassphraseOptions
): Promise<Uint8Array> {
  return (await findPassphrase(context, options)) ?? refuse()
}

/** A passphrase for a new vault: a person types it twice. */
export async function newPassphrase(
  context: Context,
  options: PassphraseOptions
): Promise<Uint8Array> {
  const { io } = context
  const asks = io.interactive && (options.passphraseFile ?? credentialPath(io.env)) === undefined
  if (!asks) return checked(await needPassphrase(context, options))
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const first = await io.askSecret('A passphrase for the vault: ')
    const again = await io.askSecret('Once more: ')
    const isSame = Buffer.compare(first, again) === 0
    again.fill(0)
    if (isSame && first.length >= MIN_BYTES) return first
    first.fill(0)
    io.stderr.write(
      isSame ? `torusmesh: take ${MIN_BYTES} bytes at least\n` : "torusmesh: they aren't the same\n"
    )
  }
  throw new CliError('CANCELLED', 'no usable passphrase, nothing was written; try again')
}

function checked(passphrase: Uint8Array): Uint8Array {
  if (passphrase.length >= MIN_BYTES) return passphrase
  passphrase.fill(0)
  throw new CliError(
    'PASSPHRASE_SHORT',
    `the passphrase is short: take ${MIN_BYTES} bytes at least`
  )
}

function credentialPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folder = env['CREDENTIALS_DIRECTORY']
  return folder === undefined ? undefined : `${folder}/${CREDENTIAL}`
}

function refuse(): never {
  throw new CliError(
    'PASSPHRASE_NEEDED',
    'nobody can be asked for the passphrase here; give --passphrase-file'
  )
}
