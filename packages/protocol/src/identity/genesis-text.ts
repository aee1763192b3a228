import { bytesToHex, hexToBytes } from '../bytes.ts'
import { Env, type EnvName, envName } from '../env.ts'
import { GENESIS_MEMBERS_MAX, GENESIS_TEXT_MAX_CHARS } from '../limits.ts'
import { checkGenesis, type Founder, type Genesis, type GenesisResult } from './genesis.ts'

/** Writes a genesis as JSON for people and version control; bytes as hexadecimal digits. */
export function genesisToText(genesis: Genesis): string {
  const { name, env, sides, createdMs, founders } = genesis
  const file = {
    name,
    env: envName(env),
    sides,
    createdMs,
    founders: founders.map(({ keys, cell, addresses }) => ({
      cell,
      addresses,
      identity: bytesToHex(keys.identity),
      report: bytesToHex(keys.report),
      peer: bytesToHex(keys.peer)
    }))
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Thrown and caught in this file alone: the message says what is wrong and where. */
class TextError extends Error {}

/** Reads what {@link genesisToText} wrote or a person edited. Unknown keys are refused. */
export function genesisFromText(text: string): GenesisResult {
  try {
    return checkGenesis(readGenesis(parse(text)))
  } catch (error) {
    if (!(error instanceof TextError)) throw error
    return { ok: false, code: 'bad-genesis', message: error.message }
  }
}

function parse(text: string): unknown {
  if (text.length > GENESIS_TEXT_MAX_CHARS) {
    throw new TextError(`the file has more than ${GENESIS_TEXT_MAX_CHARS} characters`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TextError(`the file is not JSON: ${(error as SyntaxError).message}`)
  }
}

function readGenesis(file: unknown): Genesis {
  const fields = readObject(file, 'the file', ['name', 'env', 'sides', 'createdMs', 'founders'])
  const name = readString(fields['name'], 'name')
  const env = Env[readString(fields['env'], 'env') as EnvName]
  const sides = readList(fields['sides'], 'sides').map((side, at) =>
    readNumber(side, `sides[${at}]`)
  )
  const createdMs = readNumber(fields['createdMs'], 'createdMs')
  const list = readList(fields['founders'], 'founders')
  if (list.length > GENESIS_MEMBERS_MAX) {
    throw new TextError(`founders are at most ${GENESIS_MEMBERS_MAX} members`)
  }
  return { name, env, sides, createdMs, founders: list.map(readFounder) }
}

function readFounder(value: unknown, at: number): Founder {
  const where = `founders[${at}]`
  const keys = ['cell', 'addresses', 'identity', 'report', 'peer'] as const
  const fields = readObject(value, where, keys)
  const key = (name: 'identity' | 'report' | 'peer'): Uint8Array =>
    readHex(fields[name], `${where}.${name}`)
  return {
    keys: { identity: key('identity'), report: key('report'), peer: key('peer') },
    cell: readNumber(fields['cell'], `${where}.cell`),
    addresses: readList(fields['addresses'], `${where}.addresses`).map((address, index) =>
      readString(address, `${where}.addresses[${index}]`)
    )
  }
}

function readObject(
  value: unknown,
  where: string,
  keys: readonly string[]
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TextError(`${where} is an object with ${keys.join(', ')}`)
  }
  const unknown = Object.keys(value).find(key => !keys.includes(key))
  if (unknown !== undefined) {
    throw new TextError(`${where} has an unknown key "${unknown.slice(0, 32)}"; remove it`)
  }
  const missing = keys.find(key => !Object.hasOwn(value, key))
  if (missing !== undefined) throw new TextError(`${where} lacks "${missing}"`)
  return value as Record<string, unknown>
}

function readString(value: unknown, where: string): string {
  if (typeof value === 'string') return value
  throw new TextError(`${where} is a string`)
}

function readNumber(value: unknown, where: string): number {
  if (typeof value === 'number') return value
  throw new TextError(`${where} is a number`)
}

function readList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new TextError(`${where} is a list`)
}

function readHex(value: unknown, where: string): Uint8Array {
  const text = readString(value, where)
  if (text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text)) return hexToBytes(text)
  throw new TextError(`${where} is written in hexadecimal digits`)
}
