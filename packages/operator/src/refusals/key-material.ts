/** Names of variables and fields that hold secrets. */
const SECRET_NAME =
  /(^|[_.-])(secret|seed|mnemonic|passw(or)?d|passphrase|private[_-]?key|priv[_-]?key|api[_-]?key|access[_-]?key|token|suri|credentials?)([_.-]|$)/i

const SECRET_VALUES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----/,
  /\b(sk_live|sk-ant|ghp|gho|glpat|xox[abp])[-_][A-Za-z0-9_-]{16,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  // A bare seed of 32 bytes; image and content digests carry their algorithm in front.
  /(?<![0-9A-Za-z:])(0x)?[0-9a-fA-F]{64}(?![0-9A-Za-z])/,
  /\b([a-z]{3,8} ){11,23}[a-z]{3,8}\b/
]
/** Names whose values look like seeds and are none. */
const DIGEST_NAME = /(hash|digest|root|genesis|checksum|commit|_id|tx)$/i

const MAX_SCANNED = 65_536

/** Whether a text holds what looks like a key, a seed or a token. */
export function holdsKeyMaterial(text: string): boolean {
  const scanned = text.slice(0, MAX_SCANNED)
  return SECRET_VALUES.some(pattern => pattern.test(scanned))
}

/** Whether an environment variable gives a secret away: by its value, or by its name with a value. */
export function exposesSecret(name: string, value: string): boolean {
  if (value === '' || /_FILE$/.test(name) || /^\/[\w.-][\w./-]*$/.test(value)) return false
  // A path of a mounted secret, a number or a flag is no secret.
  if (/^(\d{1,9}|true|false)$/i.test(value)) return false
  return SECRET_NAME.test(name) || (!DIGEST_NAME.test(name) && holdsKeyMaterial(value))
}

/** A text without what looks like key material; whole lines go. */
export function redact(text: string): string {
  return text
    .split('\n')
    .map(line => {
      if (holdsKeyMaterial(line)) return '[redacted]'
      const named = /([\w.-]+)\s*[:=]\s*(\S+)/.exec(line)
      return named !== null && SECRET_NAME.test(named[1]!) ? `${named[1]}=[redacted]` : line
    })
    .join('\n')
}
