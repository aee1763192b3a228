import { randomBytes } from 'node:crypto'
import { link, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type EnvName, type Genesis, genesisFromText, genesisToText } from '@torusmesh/protocol'
import { NodeError } from '../errors.ts'
import {
  decodeSecrets,
  encodeMemberKeys,
  encodeSecrets,
  type MemberKeys,
  type MemberSecrets,
  memberKeysIn,
  memberKeysOf
} from './keys.ts'
import { erasePrivateFile, fileError, readPrivateFile, writePrivateFile } from './private-file.ts'

/** How this member came in, if not by the genesis file: what its node record carries. */
export interface EnrolmentProof {
  readonly enrolment: Uint8Array
  readonly signature: Uint8Array
}

/** An invite this node gave out. The secret itself is not kept, only its hash. */
export interface IssuedInvite {
  readonly hash: string
  readonly expiresMs: number
  redeemedBy?: string
}

/** What a node must not forget between two runs. */
export interface NodeState {
  /** Of this run or the last: a restart takes the next one. */
  incarnation: number
  recordSequence: number
  invites: IssuedInvite[]
}

/** How the running node of a home is reached by its own command line. */
export interface ApiAccess {
  readonly url: string
  readonly token: string
  readonly pid: number
}

/** What a file of unknown content may turn out to be. */
type ParsedFile = Readonly<Record<string, unknown>>

/** A node's folder: one file a concern, each readable by its owner alone. */
export class Home {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  get ledgerPath(): string {
    return join(this.path, 'ledger')
  }

  get configPath(): string {
    return join(this.path, 'config.toml')
  }

  async create(): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw fileError(this.path, error)
    }
  }

  /** The vault's folder, if the home has one. */
  get vaultPath(): string {
    return join(this.path, 'vault')
  }

  /** Whether there are keys: in `keys.json` or in a vault. */
  async exists(): Promise<boolean> {
    return (await this.hasVault()) || (await this.hasSecrets())
  }

  /** Whether the keys are in the home's vault. */
  async hasVault(): Promise<boolean> {
    return (await readPrivateFile(this.#file('vault.json'))) !== undefined
  }

  /** Whether the keys are in `keys.json`. */
  async hasSecrets(): Promise<boolean> {
    return (await readPrivateFile(this.#file('keys.json'))) !== undefined
  }

  /** The public halves, wherever the keys are. */
  async memberKeys(): Promise<MemberKeys> {
    const text = await readPrivateFile(this.#file('vault.json'))
    if (text === undefined) return memberKeysOf(await this.secrets())
    return this.#parse('vault.json', text, memberKeysIn)
  }

  /** Says that the keys are in the vault from now on. */
  async saveMemberKeys(keys: MemberKeys): Promise<void> {
    await writePrivateFile(this.#file('vault.json'), encodeMemberKeys(keys))
  }

  async secrets(): Promise<MemberSecrets> {
    return decodeSecrets(await this.#require('keys.json'), this.#file('keys.json'))
  }

  async saveSecrets(secrets: MemberSecrets): Promise<void> {
    await writePrivateFile(this.#file('keys.json'), encodeSecrets(secrets))
  }

  /** Overwrites `keys.json` and removes it. A file system may keep what was there all the same. */
  async eraseSecrets(): Promise<void> {
    await erasePrivateFile(this.#file('keys.json'))
  }

  /** Forgets keys that nobody knows yet, and their vault. */
  async discardKeys(): Promise<void> {
    await this.eraseSecrets()
    for (const name of ['vault.json', 'vault', 'vault-node.token', 'vault-admin.token']) {
      await rm(this.#file(name), { recursive: true, force: true })
    }
  }

  /** A token for the home's vault: of the node, which may sign, or of the admin. */
  async vaultToken(of: 'node' | 'admin'): Promise<string | undefined> {
    return (await readPrivateFile(this.#file(`vault-${of}.token`)))?.trim()
  }

  async saveVaultToken(of: 'node' | 'admin', token: string): Promise<void> {
    await writePrivateFile(this.#file(`vault-${of}.token`), `${token}\n`)
  }

  /** 32 bytes that hide the council's ballots until they are opened; made when first asked for. */
  async ballotSecret(): Promise<Uint8Array> {
    const text = await readPrivateFile(this.#file('ballots.secret'))
    if (text !== undefined) return fromBase64(text)
    const secret = randomBytes(32)
    await writePrivateFile(this.#file('ballots.secret'), secret.toString('base64'))
    return secret
  }

  async genesis(): Promise<Genesis> {
    const decoded = genesisFromText(await this.#require('genesis.json'))
    if (decoded.ok) return decoded.genesis
    throw new NodeError(
      'HOME_DAMAGED',
      `${this.#file('genesis.json')} is not a genesis file: ${decoded.message}`
    )
  }

  async hasGenesis(): Promise<boolean> {
    return (await readPrivateFile(this.#file('genesis.json'))) !== undefined
  }

  async saveGenesis(genesis: Genesis): Promise<void> {
    await writePrivateFile(this.#file('genesis.json'), genesisToText(genesis))
  }

  /** Shares another home's genesis file: a large one that many hosts of one folder have. */
  async linkGenesis(other: Home): Promise<void> {
    try {
      await link(other.#file('genesis.json'), this.#file('genesis.json'))
    } catch (error) {
      throw fileError(this.#file('genesis.json'), error)
    }
  }

  /** Notes the mesh's env for the configuration, unless the owner wrote one. */
  async noteEnv(env: EnvName): Promise<void> {
    if ((await readPrivateFile(this.configPath)) !== undefined) return
    await writePrivateFile(this.configPath, `env = "${env}"\n`)
  }

  async enrolment(): Promise<EnrolmentProof | undefined> {
    const text = await readPrivateFile(this.#file('enrolment.json'))
    if (text === undefined) return undefined
    return this.#parse('enrolment.json', text, ({ enrolment, signature }) => ({
      enrolment: fromBase64(enrolment as string),
      signature: fromBase64(signature as string)
    }))
  }

  async saveEnrolment({ enrolment, signature }: EnrolmentProof): Promise<void> {
    const file = {
      enrolment: Buffer.from(enrolment).toString('base64'),
      signature: Buffer.from(signature).toString('base64')
    }
    await writePrivateFile(this.#file('enrolment.json'), JSON.stringify(file))
  }

  async state(): Promise<NodeState> {
    const text = await readPrivateFile(this.#file('state.json'))
    if (text === undefined) return { incarnation: 0, recordSequence: 0, invites: [] }
    return this.#parse('state.json', text, state => {
      const { incarnation, recordSequence, invites } = state
      const counts = [incarnation, recordSequence].every(Number.isSafeInteger)
      if (!counts || !Array.isArray(invites)) throw new Error('not a state')
      return state as unknown as NodeState
    })
  }

  async saveState(state: NodeState): Promise<void> {
    await writePrivateFile(this.#file('state.json'), JSON.stringify(state))
  }

  /** Records of members that no genesis names, encoded; verified again when read. */
  async records(): Promise<Uint8Array[]> {
    const text = await readPrivateFile(this.#file('records.json'))
    if (text === undefined) return []
    return this.#parse('records.json', text, records =>
      (records as unknown as string[]).map(fromBase64)
    )
  }

  async saveRecords(records: readonly Uint8Array[]): Promise<void> {
    const texts = records.map(record => Buffer.from(record).toString('base64'))
    await writePrivateFile(this.#file('records.json'), JSON.stringify(texts))
  }

  async apiAccess(): Promise<ApiAccess | undefined> {
    const text = await readPrivateFile(this.#file('api.json'))
    if (text === undefined) return undefined
    return this.#parse('api.json', text, access => {
      const { url, token } = access
      if (typeof url !== 'string' || typeof token !== 'string') throw new Error('no access')
      return access as unknown as ApiAccess
    })
  }

  async saveApiAccess(access: ApiAccess): Promise<void> {
    await writePrivateFile(this.#file('api.json'), JSON.stringify(access))
  }

  async removeApiAccess(): Promise<void> {
    await rm(this.#file('api.json'), { force: true })
  }

  #file(name: string): string {
    return join(this.path, name)
  }

  async #require(name: string): Promise<string> {
    const text = await readPrivateFile(this.#file(name))
    if (text !== undefined) return text
    throw new NodeError(
      'HOME_MISSING',
      `no node in ${this.path} (${name} is missing): run \`torusmesh init\` or \`torusmesh join CODE\` first`
    )
  }

  /** @param read - takes the file apart; what it throws says that the file is damaged */
  #parse<T>(name: string, text: string, read: (file: ParsedFile) => T): T {
    try {
      return read(JSON.parse(text))
    } catch {
      throw new NodeError(
        'HOME_DAMAGED',
        `${this.#file(name)} is damaged: restore it from a backup`
      )
    }
  }
}

const fromBase64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
