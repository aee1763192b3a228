/** What the vault, the engine and the machine report of keys and their use. Counts are of a minute. */
export type Signal =
  | {
      readonly kind: 'key-use'
      readonly key: string
      readonly count: number
      readonly usual: number
    }
  | { readonly kind: 'vault-touched'; readonly by: string; readonly allowed: boolean }
  | { readonly kind: 'sign-request'; readonly from: string; readonly known: boolean }
  | {
      readonly kind: 'traffic'
      readonly service: string
      readonly outBytes: number
      readonly usualBytes: number
      readonly known: boolean
    }
  | { readonly kind: 'memory-spill'; readonly how: 'core-dump' | 'swap'; readonly process: string }

/** The five things the agent always raises. */
export const FLAGS = {
  'odd-key-use': 'Lock the vault and look at what it signed.',
  'vault-touched': 'Find the process; rotate the keys if it is not yours.',
  'unknown-signer': 'Revoke the client’s token if you don’t know it.',
  'exfiltration-like': 'Look at where it sends; disconnect it if you don’t know.',
  'memory-spill': 'Delete the dump or wipe the swap, then rotate the keys.'
} as const

export type FlagCode = keyof typeof FLAGS

export interface Flag {
  readonly code: FlagCode
  /** One line without secrets. */
  readonly detail: string
}

/** A key used so many times its usual count is odd… */
const ODD_FACTOR = 4
/** …from so many uses on. */
const ODD_LEAST = 20
const TRAFFIC_FACTOR = 8
const TRAFFIC_LEAST = 8 * 1_048_576

/** What a signal raises, `undefined` for nothing. Pure; integers only. */
export function flagOf(signal: Signal): Flag | undefined {
  switch (signal.kind) {
    case 'key-use': {
      const odd = signal.count >= ODD_LEAST && signal.count > signal.usual * ODD_FACTOR
      return odd
        ? { code: 'odd-key-use', detail: `${signal.key}: ${signal.count}, usually ${signal.usual}` }
        : undefined
    }
    case 'vault-touched':
      return signal.allowed ? undefined : { code: 'vault-touched', detail: signal.by }
    case 'sign-request':
      return signal.known ? undefined : { code: 'unknown-signer', detail: signal.from }
    case 'traffic': {
      const much = signal.outBytes >= TRAFFIC_LEAST
      const odd = much && (!signal.known || signal.outBytes > signal.usualBytes * TRAFFIC_FACTOR)
      return odd
        ? { code: 'exfiltration-like', detail: `${signal.service}: ${signal.outBytes} bytes` }
        : undefined
    }
    case 'memory-spill':
      return { code: 'memory-spill', detail: `${signal.how} of ${signal.process}` }
    default:
      return signal satisfies never
  }
}
