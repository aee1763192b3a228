import { VaultError } from './errors.ts'
import { SIGNERS, SIGNING_MAX } from './limits.ts'
import { fitsPurpose, isPlain, type Purpose } from './purposes.ts'
import { Rate } from './rate.ts'
import { Turns } from './secret/turns.ts'
import type { Session } from './session.ts'
import {
  digestOfSignable,
  purposeOf,
  type Signable,
  type Statement,
  signableOf
} from './signable.ts'
import type { Client, Flag, Mark } from './state/entries.ts'
import { hex, type KeyState } from './state/state.ts'
import type { GuardedVote } from './state/votes.ts'

/** A signature that is on record. */
export interface Signed {
  readonly signature: Uint8Array
  /** The journal's position when it was given out: an anchor against rollback. */
  readonly sequence: number
}

/** What signing needs of the vault around it. */
export interface SigningPorts {
  readonly nowMs: () => number
  readonly flag: (flag: Flag, client: string, key: string) => void
  /** A canary was asked to sign. */
  readonly alarm: (client: string, key: string) => Promise<void>
}

/**
 * Signs statements: asks who may, what was said before and what the limits leave; then signs, writes
 * down that it did, and only then lets the signature go.
 */
export class Signing {
  readonly #ports: SigningPorts
  readonly #turns = new Turns(SIGNERS)
  readonly #rates = new Map<string, { readonly perSecond: number; readonly rate: Rate }>()
  /** Signatures under way by key: they count before they are on record. */
  readonly #underWay = new Map<string, number>()
  #all = 0

  constructor(ports: SigningPorts) {
    this.#ports = ports
  }

  /** @throws VaultError for every refusal; what was refused left no trace but a flag */
  async sign(
    session: Session,
    client: Client,
    keyId: string,
    statement: Statement
  ): Promise<Signed> {
    const key = await this.#allowed(session, client, keyId, statement)
    const signable = signableOf(statement)
    const vote = voteOf(statement)
    const said = this.#guard(key, client, statement, vote)
    if (said !== undefined) {
      const signature = await said
      return { signature, sequence: await session.journal.counted() }
    }
    this.#limit(key, client)
    this.#count(keyId, 1)
    const work = this.#signAndRecord(session, key, client, statement, signable)
    const signature = work.then(signed => signed.signature)
    signature.catch(() => undefined)
    if (vote !== undefined) key.votes.add(vote, signature)
    try {
      return await work
    } catch (error) {
      // It was never given out, so it was never said; a session that failed is read anew.
      if (vote !== undefined) key.votes.release(vote, signature)
      throw error
    } finally {
      this.#count(keyId, -1)
    }
  }

  async #allowed(
    { state }: Session,
    client: Client,
    keyId: string,
    statement: Statement
  ): Promise<KeyState> {
    const key = state.keys.get(keyId)
    if (key?.info.isCanary === true) {
      await this.#ports.alarm(client.name, keyId)
      throw new VaultError(
        'VAULT_LOCKED',
        'the vault was locked: an operator must look at its alerts'
      )
    }
    const purpose = purposeOf(statement)
    const grant = client.grants.find(({ key: granted }) => granted === keyId)
    if (grant === undefined || !grant.purposes.includes(purpose)) {
      this.#ports.flag('odd-purpose', client.name, key === undefined ? '' : keyId)
      const message = `${client.name} may not use ${keyId} for ${purpose}: have an admin allow it`
      throw new VaultError('NOT_ALLOWED', message)
    }
    if (key === undefined) throw unknownKey(keyId)
    if (key.isRetired && purpose === 'consensus-vote') {
      throw new VaultError(
        'KEY_RETIRED',
        `${keyId} votes no more, what it said lately is forgotten: enrol another key`
      )
    }
    checkPurpose(key, purpose, statement)
    return key
  }

  /** @returns the signature of this very vote, if it was given before */
  #guard(
    { votes, checkpoints, info }: KeyState,
    client: Client,
    statement: Statement,
    vote: GuardedVote | undefined
  ): Uint8Array | Promise<Uint8Array> | undefined {
    try {
      if (vote !== undefined) return votes.check(vote)
      if (statement.type !== 'checkpoint') return undefined
      const { origin, size, root } = statement
      const head = { origin, size, root: hex(root) }
      checkpoints.check(head)
      // At once: another head may be asked for before this one is on record.
      checkpoints.add(head)
      return undefined
    } catch (error) {
      this.#ports.flag('conflict', client.name, info.id)
      throw error
    }
  }

  #limit({ info: { id, limits }, used }: KeyState, client: Client): void {
    if (this.#all >= SIGNING_MAX) {
      throw new VaultError('VAULT_BUSY', `${SIGNING_MAX} signatures are under way: ask again later`)
    }
    const { maxSignatures, perSecond } = limits
    if (maxSignatures > 0 && used + (this.#underWay.get(id) ?? 0) >= maxSignatures) {
      throw new VaultError('KEY_SPENT', `${id} gave its ${maxSignatures} signatures: rotate it`)
    }
    const nowMs = this.#ports.nowMs()
    let known = this.#rates.get(id)
    if (known?.perSecond !== perSecond) {
      known = { perSecond, rate: new Rate(perSecond, nowMs) }
      this.#rates.set(id, known)
    }
    if (known.rate.take(nowMs)) return
    this.#ports.flag('odd-rate', client.name, id)
    throw new VaultError(
      'RATE_LIMITED',
      `${id} signs ${perSecond} times a second at most: slow down`
    )
  }

  async #signAndRecord(
    session: Session,
    { info }: KeyState,
    client: Client,
    statement: Statement,
    signable: Signable
  ): Promise<Signed> {
    const { id, generation } = info
    const signature = await this.#turns.run(async () => {
      if (session.state.keys.get(id)?.info.generation !== generation) throw rotated(id)
      return await signOrFail(session, id, signable)
    })
    if (session.state.keys.get(id)?.info.generation !== generation) throw rotated(id)
    const sequence = await session.journal.append([
      {
        type: 'audit',
        event: {
          type: 'signed',
          ...{ timeMs: this.#ports.nowMs(), client: client.name, key: id, generation },
          purpose: purposeOf(statement),
          digest: digestOfSignable(signable)
        },
        mark: markOf(statement, signature)
      }
    ])
    return { signature, sequence }
  }

  #count(id: string, by: 1 | -1): void {
    this.#all += by
    const count = (this.#underWay.get(id) ?? 0) + by
    if (count === 0) this.#underWay.delete(id)
    else this.#underWay.set(id, count)
  }
}

async function signOrFail(session: Session, id: string, signable: Signable): Promise<Uint8Array> {
  const signer = session.signer(id)
  if (signer === undefined) throw new VaultError('VAULT_LOCKED', 'the vault was locked meanwhile')
  try {
    return new Uint8Array(await signer.sign(signable))
  } catch {
    // The cause could quote the key.
    throw new VaultError('SIGNING_FAILED', `${id} could not sign: ask again, then rotate it`)
  }
}

/** @throws VaultError `BAD_REQUEST`, `NOT_ALLOWED` */
function checkPurpose({ info }: KeyState, purpose: Purpose, statement: Statement): void {
  if (statement.type === 'message' && !isPlain(purpose)) {
    throw new VaultError('BAD_REQUEST', `${purpose} is signed from its fields alone: send those`)
  }
  if (info.purposes.includes(purpose) && fitsPurpose(info.suite, purpose)) return
  throw new VaultError('NOT_ALLOWED', `${info.id} is no key for ${purpose}: create one that is`)
}

function voteOf(statement: Statement): GuardedVote | undefined {
  if (statement.type !== 'vote') return undefined
  const { env, epochId, kind, view, digest } = statement
  return { env, epochId: hex(epochId), kind, view, digest: hex(digest) }
}

function markOf(statement: Statement, signature: Uint8Array): Mark | undefined {
  switch (statement.type) {
    case 'vote':
      return { ...statement, signature }
    case 'checkpoint': {
      const { type, origin, size, root } = statement
      return { type, origin, size, root }
    }
    default:
      return undefined
  }
}

export function unknownKey(id: string): VaultError {
  return new VaultError('KEY_UNKNOWN', `there is no key ${id}: ask for the status to see all`)
}

function rotated(id: string): VaultError {
  return new VaultError(
    'KEY_RETIRED',
    `${id} was rotated meanwhile: fetch its public key and ask again`
  )
}
