interface SymptomInfo {
  /** A fact of the runtime, believed at once; others must be seen several times in a row. */
  readonly certain: boolean
  /** Believed only after so long: restarting or recreating by hand passes through it. */
  readonly settleMs?: number
  /** People are told only of what lasts so long; what passes by itself is no news. */
  readonly tellMs?: number
  /** Never explained by a failing service upstream. */
  readonly own: boolean
  /** The service may be fine: neither failing nor healthy, nothing is done. */
  readonly pending?: true
  /** The service works all the same: what to do is for people, no service downstream suffers. */
  readonly advisory?: true
  readonly says: string
}

/** Everything a check can find wrong. */
export const SYMPTOMS = {
  starting: { certain: true, own: true, pending: true, says: 'is still starting' },
  'container-missing': { certain: true, own: true, settleMs: 400, says: 'has no container' },
  'container-exited': { certain: true, own: false, settleMs: 400, says: 'has exited' },
  'container-dead': { certain: true, own: true, says: 'is dead to the engine' },
  'container-paused': { certain: true, own: true, says: 'is paused' },
  'container-unhealthy': { certain: true, own: false, says: 'fails its own health check' },
  'oom-killed': { certain: true, own: true, says: 'was killed for memory' },
  'restart-loop': { certain: true, own: false, says: 'restarts again and again' },
  'network-detached': { certain: true, own: true, says: 'is not on its network' },
  'network-missing': { certain: true, own: true, says: 'has lost its network' },
  'alias-lost': { certain: true, own: true, says: 'lost its name on the network' },
  'name-unresolved': { certain: false, own: true, says: 'has a name nobody resolves' },
  'image-missing': { certain: true, own: true, says: 'has no image to start from' },
  'image-mismatch': {
    certain: true,
    own: true,
    advisory: true,
    says: 'runs another image than declared'
  },
  'connect-refused': { certain: false, own: false, says: 'refuses connections' },
  timeout: { certain: false, own: false, says: 'does not answer in time' },
  slow: {
    certain: false,
    own: false,
    advisory: true,
    tellMs: 15_000,
    says: 'answers too slowly'
  },
  'http-status': { certain: false, own: false, says: 'answers with a failure' },
  'bad-gateway': { certain: false, own: false, says: 'cannot reach what it stands on' },
  condition: { certain: false, own: false, says: 'answers, but not as declared' },
  malformed: { certain: false, own: false, says: 'answers what cannot be read' },
  'rpc-timeout': { certain: false, own: false, says: 'leaves calls unanswered' },
  'rpc-error': { certain: false, own: false, says: 'answers calls with errors' },
  'height-stuck': { certain: true, own: false, says: 'makes no blocks' },
  'pool-full': { certain: false, own: true, advisory: true, says: 'has a full transaction pool' },
  'balance-low': { certain: false, own: true, advisory: true, says: 'runs out of balance' },
  'key-aged': { certain: true, own: true, advisory: true, says: 'has a key past its age' },
  'process-missing': { certain: false, own: true, says: 'has no process' },
  'descriptors-spent': { certain: false, own: true, says: 'has no file descriptors left' },
  'disk-low': { certain: false, own: true, advisory: true, says: 'is short of disk' },
  'disk-full': { certain: false, own: true, says: 'has a full disk' },
  'clock-skew': { certain: false, own: true, advisory: true, says: 'has a clock that is off' },
  'certificate-expiring': {
    certain: true,
    own: true,
    advisory: true,
    says: 'has a certificate about to expire'
  },
  'certificate-expired': { certain: true, own: true, says: 'has an expired certificate' },
  'config-damaged': { certain: true, own: true, says: 'cannot read its configuration' },
  'config-drift': {
    certain: true,
    own: true,
    advisory: true,
    says: 'has another configuration than declared'
  },
  'secret-exposed': {
    certain: true,
    own: true,
    advisory: true,
    says: 'shows a secret in its environment'
  },
  'key-file-open': {
    certain: true,
    own: true,
    advisory: true,
    says: 'has a key file others can read'
  },
  'engine-away': {
    certain: false,
    own: true,
    tellMs: 12_000,
    says: 'cannot reach the container engine'
  },
  'engine-denied': { certain: true, own: true, says: 'may not use the container engine' },
  unknown: { certain: false, own: false, tellMs: 4_000, says: 'fails in an unknown way' }
} as const

export type SymptomKind = keyof typeof SYMPTOMS

export const SYMPTOM_KINDS = Object.keys(SYMPTOMS) as readonly SymptomKind[]

/** One thing a check found wrong. `detail` is one line, holds no secret, and decides nothing. */
export interface Symptom {
  readonly kind: SymptomKind
  readonly detail: string
}

/** What one check found at one time; without symptoms all is well. */
export interface CheckResult {
  readonly service: string
  readonly check: string
  readonly symptoms: readonly Symptom[]
}

/** Facts about a kind of symptom. */
export function aboutSymptom(kind: SymptomKind): SymptomInfo {
  return SYMPTOMS[kind]
}

const MAX_DETAIL = 160

/** A symptom with its detail on one bounded line. */
export function symptom(kind: SymptomKind, detail: string): Symptom {
  // Details quote what services say: no line breaks, no terminal sequences.
  const line = detail.replace(/[^\x20-\x7e]+/g, ' ')
  return { kind, detail: line.slice(0, MAX_DETAIL) }
}
