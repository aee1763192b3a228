import { OperatorError } from '../errors.ts'
import type { Observation, Rule, Rulebook } from './types.ts'

const MAX_RULES = 256

/** The rule for what no other rule knows. */
export const UNKNOWN_RULE = 'unknown-failure'

/** The documented patterns. */
export const RULES: readonly Rule[] = [
  {
    id: 'secret-exposed',
    says: 'A secret stands in an environment or in a file others can read: people are told.',
    when: ['secret-exposed', 'key-file-open'],
    steps: [],
    alert: 'Move the secret into the vault, close the file (chmod 600) and rotate the key.'
  },
  {
    id: 'engine-away',
    says: 'The container engine is away or refuses: nothing is done until it is back.',
    when: ['engine-away', 'engine-denied'],
    steps: [],
    alert: 'Start the container engine, or let this user open its socket.'
  },
  {
    id: 'oom-killed',
    says: 'Killed for memory: a higher limit within the cap, then a start.',
    when: ['oom-killed'],
    steps: ['raise-memory', 'start'],
    alert: 'It needs more memory than its cap allows: raise memoryCapBytes or find the leak.'
  },
  {
    id: 'name-lost',
    says: 'Recreated or disconnected off its network: reconnected under its names.',
    when: ['alias-lost', 'network-detached'],
    steps: ['reconnect', 'restart'],
    alert: 'It does not stay on its network: check what recreates or disconnects it.'
  },
  {
    id: 'name-unresolved',
    says: 'Its name does not resolve for others: reconnected on all its networks.',
    when: ['name-unresolved'],
    steps: ['reconnect', 'restart'],
    alert: 'Its name still does not resolve: check the engine’s DNS and the network.'
  },
  {
    id: 'network-missing',
    says: 'Its network is gone: recreated as declared, with consent.',
    when: ['network-missing'],
    steps: ['recreate'],
    alert: 'Create the network again, then recreate the service.'
  },
  {
    id: 'paused',
    says: 'Paused: unpaused.',
    when: ['container-paused'],
    steps: ['unpause', 'restart'],
    alert: 'Something pauses it again and again: find out what.'
  },
  {
    id: 'image-lost',
    says: 'Its image or container is gone: recreated as declared, with consent.',
    when: ['image-missing', 'container-missing', 'container-dead'],
    steps: ['recreate'],
    alert: 'Recreate the service from its image.'
  },
  {
    id: 'image-mismatch',
    says: 'It runs another image than declared: recreated as declared, with consent.',
    when: ['image-mismatch'],
    steps: ['recreate'],
    alert: 'Check who changed the image; recreate the service or declare the new image.'
  },
  {
    id: 'config-damaged',
    says: 'Its configuration is damaged or changed: restored, with consent. A restart would not help.',
    when: ['config-damaged', 'config-drift'],
    steps: ['restore-config'],
    alert: 'Restore the configuration from a good copy.'
  },
  {
    id: 'disk-full',
    says: 'The disk is full: space is freed, with consent.',
    when: ['disk-full'],
    steps: ['free-disk'],
    alert: 'Free space or enlarge the disk; no action is taken that cannot be recorded.'
  },
  {
    id: 'machine-advice',
    says: 'Disk low, clock off, certificate ending: people are told in time.',
    when: ['disk-low', 'clock-skew', 'certificate-expiring', 'certificate-expired'],
    steps: [],
    alert: 'Free disk space, set the clock or renew the certificate, as the symptom says.'
  },
  {
    id: 'dependent-disconnected',
    says: 'Still failing after what it stands on was healed: restarted to connect anew.',
    when: [
      'container-unhealthy',
      'container-exited',
      'restart-loop',
      'bad-gateway',
      'connect-refused',
      'timeout',
      'http-status',
      'condition',
      'rpc-timeout',
      'rpc-error'
    ],
    afterUpstream: true,
    steps: ['restart'],
    alert: 'It does not find its upstream although that is healthy: check its settings.'
  },
  {
    id: 'rpc-timeout',
    says: 'Calls stay unanswered or the height stands still: restarted.',
    when: ['rpc-timeout', 'height-stuck'],
    steps: ['restart'],
    alert: 'A restart did not help: check peers, sync state and disk of the node.'
  },
  {
    id: 'bad-gateway',
    says: 'It answers 502 or 504 while its upstream is healthy: restarted.',
    when: ['bad-gateway'],
    steps: ['restart'],
    alert: 'It still does not reach its upstream: check its upstream address.'
  },
  {
    id: 'restart-loop',
    says: 'It restarts again and again: one more restart is no cure; recreated, with consent.',
    when: ['restart-loop'],
    steps: ['recreate'],
    alert: 'It crashes at its start: read its log.'
  },
  {
    id: 'exited',
    says: 'Exited: started; if that fails, recreated with consent.',
    when: ['container-exited', 'process-missing'],
    steps: ['start', 'recreate'],
    alert: 'It does not stay up: read its log.'
  },
  {
    id: 'unhealthy',
    says: 'Fails its health check: restarted; if that fails, recreated with consent.',
    when: ['container-unhealthy', 'descriptors-spent'],
    steps: ['restart', 'recreate'],
    alert: 'A restart did not help: read its log.'
  },
  {
    id: 'no-answer',
    says: 'It refuses, hangs or answers wrongly: restarted.',
    when: ['connect-refused', 'timeout', 'http-status', 'malformed', 'condition', 'rpc-error'],
    steps: ['restart', 'recreate'],
    alert: 'A restart did not help: read its log.'
  },
  {
    id: 'key-aged',
    says: 'A key is past its age: rotated, with consent.',
    when: ['key-aged'],
    steps: ['rotate-key'],
    alert: 'Rotate the key: torusmesh vault rotate.'
  },
  {
    id: 'balance-low',
    says: 'The balance runs out: topped up by the configured command.',
    when: ['balance-low'],
    steps: ['top-up'],
    alert: 'Top up the balance.'
  },
  {
    id: 'pool-full',
    says: 'The transaction pool is full: people are told; a restart would lose transactions.',
    when: ['pool-full'],
    steps: [],
    alert: 'Look for a flood of transactions or a stalled block producer.'
  },
  {
    id: 'slow',
    says: 'It answers, but too slowly: people are told once it lasts; a restart would not help.',
    when: ['slow'],
    steps: [],
    alert: 'Look at its load and at what it waits for.'
  },
  {
    id: UNKNOWN_RULE,
    says: 'Anything else: diagnostics are collected, people are told, the case is kept to learn from.',
    when: [],
    steps: [],
    alert: 'No rule knows this: look at the collected diagnostics.'
  }
]

/**
 * A rulebook of one's own rules, which come first, and the documented ones.
 *
 * @throws OperatorError `RULES_INVALID` for a doubled id, a rule without symptoms, or too many
 */
export function createRulebook(own: readonly Rule[] = []): Rulebook {
  const rules = [...own, ...RULES]
  if (rules.length > MAX_RULES) throw invalid(`at most ${MAX_RULES} rules`)
  if (new Set(rules.map(({ id }) => id)).size !== rules.length) {
    throw invalid('two rules have one id; rename one')
  }
  const empty = own.find(({ when }) => when.length === 0)
  if (empty !== undefined) throw invalid(`${empty.id}: name the symptoms it is for`)
  return { rules }
}

/** All rules that match, the one that wins first. */
export function matchingRules({ rules }: Rulebook, observation: Observation): Rule[] {
  const found = rules.filter(rule => matches(rule, observation))
  return found.length > 1 ? found.filter(({ id }) => id !== UNKNOWN_RULE) : found
}

/** Whether a rule is for this service as it is. */
function matches({ when, afterUpstream, only, id }: Rule, observation: Observation): boolean {
  if (id === UNKNOWN_RULE) return true
  if (afterUpstream === true && !observation.upstreamHealed) return false
  if (!observation.symptoms.some(({ kind }) => when.includes(kind))) return false
  return only === undefined || only(observation)
}

function invalid(why: string): OperatorError {
  return new OperatorError('RULES_INVALID', why)
}
