import type { Family, ProposalKind } from '../model/observation.ts'

/** What lies behind a fault. */
export type Cause =
  | 'memory'
  | 'stopped'
  | 'stuck'
  | 'frozen'
  | 'network'
  | 'image'
  | 'config'
  | 'disk'
  | 'key'
  | 'balance'
  | 'threat'
  | 'odd'
  | 'foreign'

/** What tends to stand beside a kind of trouble, whatever its name: `family value`. */
export const EVIDENCE: Readonly<Record<Cause, readonly string[]>> = {
  memory: [
    'metric memory-90',
    'metric memory-99',
    'metric swap-high',
    'log out-of-memory',
    'log allocation-failed',
    'log heap-limit',
    'context memory-growing',
    'context cap-not-reached'
  ],
  stopped: [
    'metric processes-0',
    'log terminated',
    'log shutdown-complete',
    'context stopped-by-hand',
    'context host-rebooted',
    'log signal-15',
    'metric uptime-0',
    'context clean-exit'
  ],
  stuck: [
    'metric cpu-100',
    'metric threads-blocked',
    'log deadlock',
    'log lock-wait',
    'metric queue-full',
    'log watchdog',
    'context port-open',
    'metric progress-0'
  ],
  frozen: [
    'context cgroup-frozen',
    'log paused-by',
    'metric cpu-0',
    'context state-frozen',
    'context snapshot-taken',
    'log freezer',
    'metric syscalls-0',
    'context pause-requested'
  ],
  network: [
    'log name-not-known',
    'metric peers-0',
    'context recreated-elsewhere',
    'log no-route',
    'metric packets-0',
    'context interface-down',
    'log dns-failure',
    'context alias-changed'
  ],
  image: [
    'log manifest-unknown',
    'context digest-differs',
    'log layer-corrupt',
    'context pulled-lately',
    'log exec-format',
    'context image-pruned',
    'log no-such-image',
    'context tag-moved'
  ],
  config: [
    'log parse-error',
    'context file-changed',
    'log unknown-option',
    'context checksum-differs',
    'log missing-field',
    'context deployed-lately',
    'log invalid-value',
    'context file-truncated'
  ],
  disk: [
    'metric disk-99',
    'metric inodes-99',
    'log no-space-left',
    'log write-failed',
    'context logs-growing',
    'metric write-errors',
    'context snapshots-many',
    'log quota-exceeded'
  ],
  key: [
    'context key-90-days',
    'context key-180-days',
    'log key-expiring',
    'context rotation-due',
    'metric signatures-many',
    'log old-key',
    'context policy-age',
    'context key-imported'
  ],
  balance: [
    'metric balance-1',
    'log insufficient-funds',
    'metric balance-falling',
    'log fee-too-high',
    'context payout-due',
    'log nonce-kept',
    'metric pending-payments',
    'context account-low'
  ],
  threat: [
    'context requester-unknown',
    'request private-key',
    'request environment',
    'request above-limit',
    'request no-certificate',
    'request outside-vault',
    'request dump',
    'context never-asked-before'
  ],
  odd: [
    'signal key-use-high',
    'signal traffic-high',
    'signal vault-touched',
    'signal core-dump',
    'signal signer-unknown',
    'context night',
    'metric out-bytes-high',
    'context destination-new'
  ],
  foreign: [
    'context clock-drift',
    'context provider-outage',
    'log upstream-maintenance',
    'metric pool-99',
    'context certificate-30-days',
    'log flood',
    'context region-down',
    'context engine-away'
  ]
}

/** Trained on; kept aside to fit the confidence; kept out to see what a model does with the unknown. */
export type FaultUse = 'known' | 'aside' | 'unseen'

/** One kind of fault. */
export interface FaultFamily {
  /** Its symptom's name, or the request's or signal's. */
  readonly name: string
  readonly family: Family
  readonly cause: Cause
  /** What helps, in this order, each once; then people are told. */
  readonly steps: readonly ProposalKind[]
  /** No rule knows those that are not for training. */
  readonly use: FaultUse
}

const symptom = (
  cause: Cause,
  steps: readonly ProposalKind[],
  known: readonly string[],
  held: readonly string[]
): FaultFamily[] => family('symptom', cause, steps, known, held)

function family(
  family: Family,
  cause: Cause,
  steps: readonly ProposalKind[],
  known: readonly string[],
  held: readonly string[]
): FaultFamily[] {
  return [
    ...known.map(name => ({ name, family, cause, steps, use: 'known' as const })),
    ...held.map((name, i) => ({
      name,
      family,
      cause,
      steps,
      use: i === 1 ? ('aside' as const) : ('unseen' as const)
    }))
  ]
}

/** Kinds of faults: those the operator's rules document, those they don't, and those held out. */
export const FAULTS: readonly FaultFamily[] = [
  ...symptom(
    'memory',
    ['raise-memory', 'start'],
    ['oom-killed', 'gc-pressure', 'memory-alarm'],
    ['cache-thrashing', 'allocator-abort']
  ),
  ...symptom(
    'stopped',
    ['start', 'recreate'],
    ['container-exited', 'process-missing', 'unit-inactive'],
    ['init-gone', 'supervisor-idle']
  ),
  ...symptom(
    'stuck',
    ['restart', 'recreate'],
    ['container-unhealthy', 'connect-refused', 'timeout', 'rpc-timeout', 'height-stuck'],
    ['event-loop-stalled', 'leader-lost']
  ),
  ...symptom(
    'frozen',
    ['unpause', 'restart'],
    ['container-paused', 'tasks-frozen'],
    ['heartbeat-suspended']
  ),
  ...symptom(
    'network',
    ['reconnect', 'restart'],
    ['alias-lost', 'network-detached', 'name-unresolved'],
    ['overlay-lost', 'peer-isolation']
  ),
  ...symptom(
    'image',
    ['recreate'],
    ['image-missing', 'image-mismatch', 'container-dead'],
    ['layer-unreadable', 'wrong-platform']
  ),
  ...symptom(
    'config',
    ['restore-config'],
    ['config-damaged', 'config-drift', 'option-rejected'],
    ['schema-refused', 'include-missing']
  ),
  ...symptom('disk', ['free-disk'], ['disk-full', 'journal-full'], ['wal-torn', 'inode-famine']),
  ...symptom('key', ['rotate-key'], ['key-aged', 'key-overused'], ['signer-stale']),
  ...symptom('balance', ['top-up'], ['balance-low', 'fees-unpaid'], ['purse-empty']),
  ...family(
    'request',
    'threat',
    ['refuse'],
    ['key-output', 'key-command', 'sign-limit', 'vault-bypass', 'unverified-peer'],
    ['seed-backup', 'debug-attach', 'silent-export']
  ),
  ...family(
    'signal',
    'odd',
    ['flag'],
    ['odd-key-use', 'vault-touched', 'exfiltration-like', 'memory-spill'],
    ['covert-channel', 'login-at-night']
  ),
  ...symptom(
    'foreign',
    [],
    ['pool-full', 'clock-skew', 'engine-away', 'certificate-expiring'],
    ['provider-down', 'quorum-abroad']
  )
]
