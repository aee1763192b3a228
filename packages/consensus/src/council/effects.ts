import {
  type Action,
  type Digest,
  digestOf,
  type RefusalCode,
  type Sha256
} from '../governance/index.ts'
import { RECORDS_MAX } from './limits.ts'

/** An emergency in effect, by its proposal. */
export interface Emergency {
  readonly proposal: Digest
  readonly action: Action
  /** Mesh time at which it ends by itself. */
  readonly untilMs: number
}

/** A release that was voted in; the upgrade package carries it out. */
export interface RecordedUpgrade {
  readonly proposal: Digest
  readonly manifest: Digest
  readonly atMs: number
}

/** All that decisions change. Never changed in place. */
export interface Effects {
  readonly parameters: Readonly<Record<string, number>>
  /** Member ids in the order of the epoch's set. */
  readonly validators: readonly string[]
  readonly policyVersion: number
  /** What was spent, by account. */
  readonly accounts: Readonly<Record<string, number>>
  readonly upgrades: readonly RecordedUpgrade[]
  readonly emergencies: readonly Emergency[]
}

/** What an action reads and writes of the effects: a motion is bound to it, and to nothing beside. */
function readBy(action: Action, effects: Effects): unknown {
  switch (action.kind) {
    case 'set-parameter':
    case 'lower-limit':
      return { parameter: action.parameter, value: effects.parameters[action.parameter] }
    case 'set-validators':
      return { validators: effects.validators }
    case 'upgrade':
      return { upgrades: effects.upgrades.map(({ manifest }) => manifest) }
    case 'set-policy':
      return { policyVersion: effects.policyVersion }
    case 'spend':
      return { account: action.account, spent: spentBy(action.account, effects) }
    case 'pause':
      return { service: action.service, stopped: isInEffect(action, effects) }
    case 'quarantine':
      return { member: action.member, stopped: isInEffect(action, effects) }
    default:
      return action satisfies never
  }
}

const spentBy = (account: string, { accounts }: Effects): number =>
  Object.hasOwn(accounts, account) ? accounts[account]! : 0

function isInEffect(wanted: Action, { emergencies }: Effects): boolean {
  return emergencies.some(
    ({ action }) =>
      (action.kind === 'pause' && wanted.kind === 'pause' && action.service === wanted.service) ||
      (action.kind === 'quarantine' &&
        wanted.kind === 'quarantine' &&
        action.member === wanted.member)
  )
}

/** Digest of what an action reads and writes, as a draft's simulation names it. */
export function stateFor(action: Action, effects: Effects, sha256: Sha256): Digest {
  return digestOf('subject-state', readBy(action, effects), sha256)
}

/** The effects after an action, or why it can't be carried out on these. */
export function carryOut(
  proposal: Digest,
  action: Action,
  effects: Effects,
  atMs: number
): Effects | RefusalCode {
  switch (action.kind) {
    case 'set-parameter':
      return setParameter(effects, action.parameter, action.from, action.to)
    case 'lower-limit': {
      const lowered = setParameter(effects, action.parameter, action.from, action.to)
      return typeof lowered === 'string' ? lowered : withEmergency(lowered, proposal, action, atMs)
    }
    case 'set-validators':
      return setValidators(effects, action.add, action.remove)
    case 'upgrade': {
      const upgrade = { proposal, manifest: action.manifest, atMs }
      return { ...effects, upgrades: [...effects.upgrades, upgrade].slice(-RECORDS_MAX) }
    }
    case 'set-policy':
      return { ...effects, policyVersion: action.policy.version }
    case 'spend':
      return spend(effects, action.account, action.amount)
    case 'pause':
    case 'quarantine':
      return isInEffect(action, effects)
        ? 'simulation-mismatch'
        : withEmergency(effects, proposal, action, atMs)
    default:
      return action satisfies never
  }
}

/** The effects without an emergency that has ended: a limit that was lowered is what it was. */
export function undo(proposal: Digest, effects: Effects): Effects {
  const ended = effects.emergencies.find(emergency => emergency.proposal === proposal)
  if (ended === undefined) return effects
  const emergencies = effects.emergencies.filter(emergency => emergency !== ended)
  if (ended.action.kind !== 'lower-limit') return { ...effects, emergencies }
  const { parameter, from, to } = ended.action
  // A decision in between has the last word.
  const isUntouched = effects.parameters[parameter] === to
  const parameters = isUntouched ? { ...effects.parameters, [parameter]: from } : effects.parameters
  return { ...effects, emergencies, parameters }
}

function setParameter(
  effects: Effects,
  parameter: string,
  from: number,
  to: number
): Effects | RefusalCode {
  if (!Object.hasOwn(effects.parameters, parameter)) return 'unknown-parameter'
  if (effects.parameters[parameter] !== from) return 'simulation-mismatch'
  return { ...effects, parameters: { ...effects.parameters, [parameter]: to } }
}

function setValidators(
  effects: Effects,
  add: readonly string[],
  remove: readonly string[]
): Effects | RefusalCode {
  const { validators } = effects
  if (add.some(member => validators.includes(member))) return 'simulation-mismatch'
  if (remove.some(member => !validators.includes(member))) return 'simulation-mismatch'
  const kept = validators.filter(member => !remove.includes(member))
  const next = [...kept, ...add]
  return next.length === 0 ? 'bad-action' : { ...effects, validators: next }
}

function spend(effects: Effects, account: string, amount: number): Effects | RefusalCode {
  const { accounts } = effects
  const isNew = !Object.hasOwn(accounts, account)
  if (isNew && Object.keys(accounts).length >= RECORDS_MAX) return 'bad-action'
  const total = spentBy(account, effects) + amount
  if (!Number.isSafeInteger(total)) return 'bad-action'
  return { ...effects, accounts: { ...accounts, [account]: total } }
}

function withEmergency(
  effects: Effects,
  proposal: Digest,
  action: Extract<Action, { readonly lastsMs: number }>,
  atMs: number
): Effects {
  const emergency = { proposal, action, untilMs: atMs + action.lastsMs }
  return { ...effects, emergencies: [...effects.emergencies, emergency] }
}
