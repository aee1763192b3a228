import type { ActionKind } from '../remedy/actions.ts'

/** Actions that end a fault. */
const CURES = {
  nothing: [],
  restarts: ['restart', 'start', 'recreate'],
  memory: ['raise-memory', 'recreate'],
  unpause: ['unpause', 'restart', 'recreate'],
  network: ['reconnect', 'recreate'],
  reconnect: ['reconnect'],
  recreate: ['recreate'],
  'top-up': ['top-up'],
  'rotate-key': ['rotate-key'],
  'free-disk': ['free-disk'],
  'restore-config': ['restore-config']
} as const satisfies Record<string, readonly ActionKind[]>

interface FaultInfo {
  /** Actions that end it, unless a scenario says otherwise. */
  readonly cure: keyof typeof CURES
  /** The service doesn't do its work while it lasts. */
  readonly breaks: boolean
}

/** All that can happen to a service of the model. */
export const FAULTS = {
  exit: { cure: 'restarts', breaks: true },
  oom: { cure: 'memory', breaks: true },
  pause: { cure: 'unpause', breaks: true },
  dead: { cure: 'recreate', breaks: true },
  remove: { cure: 'recreate', breaks: true },
  'restart-loop': { cure: 'recreate', breaks: true },
  unhealthy: { cure: 'restarts', breaks: true },
  hang: { cure: 'restarts', breaks: true },
  refuse: { cure: 'restarts', breaks: true },
  reset: { cure: 'restarts', breaks: true },
  'status-500': { cure: 'restarts', breaks: true },
  'status-502': { cure: 'restarts', breaks: true },
  'status-503': { cure: 'restarts', breaks: true },
  malformed: { cure: 'restarts', breaks: true },
  oversized: { cure: 'restarts', breaks: true },
  'wrong-answer': { cure: 'restarts', breaks: true },
  slow: { cure: 'nothing', breaks: false },
  'rpc-timeout': { cure: 'restarts', breaks: true },
  'rpc-error': { cure: 'restarts', breaks: true },
  'rpc-malformed': { cure: 'restarts', breaks: true },
  'rpc-no-result': { cure: 'restarts', breaks: true },
  syncing: { cure: 'restarts', breaks: true },
  'height-stuck': { cure: 'restarts', breaks: true },
  'height-malformed': { cure: 'restarts', breaks: true },
  'pool-full': { cure: 'nothing', breaks: false },
  'balance-low': { cure: 'top-up', breaks: false },
  'key-aged': { cure: 'rotate-key', breaks: false },
  'recreate-off-network': { cure: 'network', breaks: false },
  disconnect: { cure: 'network', breaks: false },
  'drop-alias': { cure: 'network', breaks: false },
  'remove-network': { cure: 'recreate', breaks: false },
  'name-lost': { cure: 'reconnect', breaks: false },
  'image-remove': { cure: 'recreate', breaks: true },
  'image-change': { cure: 'recreate', breaks: false },
  'process-gone': { cure: 'restarts', breaks: true },
  descriptors: { cure: 'restarts', breaks: true },
  'disk-low': { cure: 'nothing', breaks: false },
  'disk-full': { cure: 'free-disk', breaks: false },
  'inodes-full': { cure: 'free-disk', breaks: false },
  'clock-ahead': { cure: 'nothing', breaks: false },
  'clock-behind': { cure: 'nothing', breaks: false },
  'certificate-expiring': { cure: 'nothing', breaks: false },
  'certificate-expired': { cure: 'nothing', breaks: false },
  'config-damaged': { cure: 'restore-config', breaks: true },
  'config-missing': { cure: 'restore-config', breaks: true },
  'config-drift': { cure: 'restore-config', breaks: false },
  'config-exit': { cure: 'restore-config', breaks: true },
  'env-secret': { cure: 'recreate', breaks: false },
  'key-open': { cure: 'nothing', breaks: false },
  'engine-away': { cure: 'nothing', breaks: false },
  'engine-denied': { cure: 'nothing', breaks: false },
  unknown: { cure: 'restarts', breaks: true }
} as const

export type FaultKind = keyof typeof FAULTS

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[]

/** Whether a service still does its work under a fault. */
export function breaks(kind: FaultKind): boolean {
  return (FAULTS[kind] satisfies FaultInfo).breaks
}

/** What ends a fault. */
export function curesOf(kind: FaultKind): readonly ActionKind[] {
  return CURES[FAULTS[kind].cure]
}
