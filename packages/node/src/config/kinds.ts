import { multiaddr } from '@multiformats/multiaddr'
import { isLoopback } from './loopback.ts'

/** What values a setting takes. */
export interface Kind<T> {
  /** The allowed values in words, so that they complete "is not …". */
  readonly allowed: string
  /** The value if it is allowed, else `undefined`. */
  read(raw: unknown): T | undefined
  /** Turns the text of an environment variable or flag into what a file would hold. */
  fromText(text: string): unknown
}

const MAX_TEXT_CHARS = 256

export function choice<T extends string>(...values: readonly T[]): Kind<T> {
  return {
    allowed: `one of ${values.join(', ')}`,
    read: raw => values.find(value => value === raw),
    fromText: text => text
  }
}

export function integer(min: number, max: number): Kind<number> {
  const allowed = (raw: unknown): raw is number =>
    typeof raw === 'number' && Number.isInteger(raw) && raw >= min && raw <= max
  return {
    allowed: `an integer from ${min} to ${max}`,
    read: raw => (allowed(raw) ? raw : undefined),
    fromText: text => (/^-?\d{1,15}$/.test(text) ? Number(text) : text)
  }
}

export const flag: Kind<boolean> = {
  allowed: 'true or false',
  read: raw => (typeof raw === 'boolean' ? raw : undefined),
  fromText: text => (text === 'true' ? true : text === 'false' ? false : text)
}

export function text(allowed: string, accepts: (value: string) => boolean): Kind<string> {
  return {
    allowed,
    read: raw =>
      typeof raw === 'string' && raw.length <= MAX_TEXT_CHARS && accepts(raw) ? raw : undefined,
    fromText: value => value
  }
}

/** A list; its text form is separated by commas. */
export function list(item: Kind<string>, maxItems: number): Kind<readonly string[]> {
  return {
    allowed: `a list of at most ${maxItems}, each ${item.allowed}`,
    read: raw => {
      if (!Array.isArray(raw) || raw.length > maxItems) return undefined
      const items = raw.map(value => item.read(value))
      return items.every(value => value !== undefined) ? items : undefined
    },
    fromText: value => (value === '' ? [] : value.split(',').map(part => part.trim()))
  }
}

/** A multiaddr whose first two parts are an address and a TCP port. */
export const tcpAddress: Kind<string> = text(
  'a TCP multiaddr such as /ip4/192.0.2.1/tcp/4801',
  value => parseTcpAddress(value) !== undefined
)

export const loopbackHost: Kind<string> = text(
  'a loopback host (127.0.0.1, ::1 or localhost; other hosts need TLS, which this version lacks)',
  isLoopback
)

/** Host and port of a TCP multiaddr, `undefined` when it isn't one. */
export function parseTcpAddress(value: string): { host: string; port: number } | undefined {
  try {
    const [address, transport] = multiaddr(value).getComponents()
    if (!/^(ip[46]|dns[46]?)$/.test(address?.name ?? '') || transport?.name !== 'tcp') {
      return undefined
    }
    return { host: address?.value ?? '', port: Number(transport.value) }
  } catch {
    return undefined
  }
}
