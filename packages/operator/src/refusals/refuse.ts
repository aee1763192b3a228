import { holdsKeyMaterial } from './key-material.ts'

/** What somebody – a model, a peer, a person, a service – wants from the agent. */
export type AgentRequest =
  | { readonly kind: 'output'; readonly text: string }
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | {
      readonly kind: 'sign'
      readonly through: 'vault' | 'file' | 'process'
      readonly used: number
      readonly limit: number
    }
  | { readonly kind: 'dismiss-flag'; readonly flag: string; readonly byOperator: boolean }
  | {
      readonly kind: 'remediation'
      readonly source: 'rule' | 'model' | 'peer'
      /** A certificate of enough members stands behind it, and was checked. */
      readonly certified: boolean
    }

/** The six things the agent never does. */
export const REFUSALS = {
  'key-output': 'it would put key material out; ask the vault for the public key',
  'key-command': 'the command could expose keys; run it yourself if you must',
  'sign-limit': 'it is above the key’s limit; raise the limit in the vault',
  'vault-bypass': 'only the vault signs; send the digest to it',
  'ignore-signing': 'odd signing is for the operator to judge; look at it in a session',
  'unverified-peer': 'no verified certificate stands behind it; ask the neighbourhood for one'
} as const

export type RefusalCode = keyof typeof REFUSALS

const EXPOSING_PROGRAMS: ReadonlySet<string> = new Set([
  'env',
  'printenv',
  'gcore',
  'gdb',
  'strace',
  'ltrace',
  'ptrace',
  'coredumpctl',
  'xxd',
  'strings'
])
const EXPOSING_WORDS =
  /\/proc\/[^/\s]+\/(environ|mem|maps)|\/dev\/(k?mem)\b|(^|[/\s])vault([/.]|$)|keystore|\.pem\b|id_[a-z0-9]+\b|\/\.ssh\/|private[_-]?key|--privileged|\bset\b\s*$|process\.env|\$\{?[A-Z_]*(SECRET|TOKEN|KEY|SEED|PASS)/i

/** Why a request is refused, `undefined` if it is not. Pure; unknown commands are no matter of this. */
export function refuse(request: AgentRequest): RefusalCode | undefined {
  switch (request.kind) {
    case 'output':
      return holdsKeyMaterial(request.text) ? 'key-output' : undefined
    case 'command':
      return exposesKeys(request.argv) ? 'key-command' : undefined
    case 'sign':
      if (request.through !== 'vault') return 'vault-bypass'
      return request.used >= request.limit ? 'sign-limit' : undefined
    case 'dismiss-flag':
      return request.byOperator ? undefined : 'ignore-signing'
    case 'remediation':
      return request.source === 'peer' && !request.certified ? 'unverified-peer' : undefined
    default:
      return request satisfies never
  }
}

function exposesKeys(argv: readonly string[]): boolean {
  return argv.some(word => {
    // A shell's one-liner is words of its own.
    const parts = word.split(/[\s;|&()`]+/)
    const runs = parts.some(part => EXPOSING_PROGRAMS.has(part.slice(part.lastIndexOf('/') + 1)))
    return runs || EXPOSING_WORDS.test(word)
  })
}
