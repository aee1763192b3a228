import { SAID_MAX_BYTES, utf8 } from '@torusmesh/protocol'
import {
  type Action,
  type AppealInput,
  type Choice,
  canonical,
  type Draft,
  PARAMETERS_MAX,
  REVISIONS_MAX,
  TEXT_MAX_CHARS,
  VALIDATORS_MAX
} from '../governance/index.ts'

/** What a member can say to the council; who says it is whose signature is on it. */
export type Said =
  /** `draft.proposer` is the speaker. */
  | { readonly kind: 'propose'; readonly draft: Draft }
  | {
      readonly kind: 'ballot'
      readonly proposal: string
      readonly revision: number
      readonly choice: Choice
    }
  | { readonly kind: 'cancel'; readonly proposal: string }
  | { readonly kind: 'object'; readonly proposal: string }
  | { readonly kind: 'heartbeat'; readonly slot: number }
  /** A validator's part in the randomness of a proposal: first what binds it, then the secret. */
  | { readonly kind: 'commit'; readonly proposal: string; readonly commitment: string }
  | { readonly kind: 'reveal'; readonly proposal: string; readonly secret: string }
  /** A validator names a newcomer's identity key, so that it can be voted into the set. */
  | { readonly kind: 'admit'; readonly key: string }
  | { readonly kind: 'appeal'; readonly step: AppealInput }

/** Canonical bytes: what is signed, stored and compared. */
export function encodeSaid(said: Said): Uint8Array {
  return utf8(canonical(said))
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Decodes a statement's text; `null` for what isn't exactly one. Never throws on bytes from outside. */
export function decodeSaid(bytes: Uint8Array): Said | null {
  if (bytes.length > SAID_MAX_BYTES) return null
  try {
    const text = decoder.decode(bytes)
    const value: unknown = JSON.parse(text)
    return isSaid(value) && canonical(value) === text ? value : null
  } catch {
    return null
  }
}

type Check = (value: unknown) => boolean

const KEY_HEX = /^[0-9a-f]{3904}$/
const DIGEST_HEX = /^[0-9a-f]{64}$/

const count: Check = value => Number.isSafeInteger(value) && Number(value) >= 0
const text =
  (most: number): Check =>
  value =>
    typeof value === 'string' && value.length <= most
const matches =
  (pattern: RegExp): Check =>
  value =>
    typeof value === 'string' && pattern.test(value)
const digest: Check = matches(DIGEST_HEX)
const short: Check = text(120)
const long: Check = text(TEXT_MAX_CHARS)
const is =
  (...words: readonly string[]): Check =>
  value =>
    words.some(word => word === value)
const listOf =
  (each: Check): Check =>
  value =>
    Array.isArray(value) && value.length <= VALIDATORS_MAX && value.every(each)

/** Exactly these fields, each as its check wants it. */
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const names = Object.keys(value)
    return (
      names.length === Object.keys(checks).length &&
      names.every(name => Object.hasOwn(checks, name) && checks[name]!(Reflect.get(value, name)))
    )
  }

/** One of some kinds, told apart by `kind`. */
const kinds =
  (table: Readonly<Record<string, Readonly<Record<string, Check>>>>): Check =>
  value => {
    if (typeof value !== 'object' || value === null) return false
    const kind: unknown = Reflect.get(value, 'kind')
    if (typeof kind !== 'string' || !Object.hasOwn(table, kind)) return false
    return fields({ kind: is(kind), ...table[kind] })(value)
  }

const change = { parameter: short, from: count, to: count }

/** The policy's own rules are governance's to check; here it only has to be an object of a bounded size. */
const policy: Check = value =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(Reflect.get(value, 'parameters') ?? {}).length <= PARAMETERS_MAX

const checkAction = kinds({
  'set-parameter': change,
  'set-validators': { add: listOf(short), remove: listOf(short) },
  upgrade: { manifest: digest },
  'set-policy': { policy },
  spend: { account: short, amount: count },
  pause: { service: short, lastsMs: count },
  quarantine: { member: short, lastsMs: count },
  'lower-limit': { ...change, lastsMs: count }
})

const draft = fields({
  proposer: digest,
  type: is('parameter', 'validator-set', 'upgrade', 'emergency', 'amendment', 'treasury'),
  title: short,
  action: checkAction,
  simulation: fields({ preState: digest, postState: digest }),
  impact: fields({ events: count, changed: count, summary: long }),
  rollback: fields({ steps: long, restores: digest }),
  policyVersion: count,
  epoch: count,
  weightRoot: digest,
  nonce: count
})

const step = kinds({
  submit: {
    decision: fields({ decision: digest, affected: digest, decider: short, atMs: count }),
    grounds: long
  },
  review: { id: digest, reviewer: digest, text: long },
  resolve: { id: digest, resolver: digest, outcome: is('upheld', 'reversed'), reason: long }
})

const said = kinds({
  propose: { draft },
  ballot: {
    proposal: digest,
    revision: value => count(value) && Number(value) < REVISIONS_MAX,
    choice: value => value === 0 || value === 1 || value === 2
  },
  cancel: { proposal: digest },
  object: { proposal: digest },
  heartbeat: { slot: count },
  commit: { proposal: digest, commitment: digest },
  reveal: { proposal: digest, secret: digest },
  admit: { key: matches(KEY_HEX) },
  appeal: { step }
})

/** Whether a value has the form of an action; what it names is governance's to check. */
export const isAction = (value: unknown): value is Action => checkAction(value)

const isSaid = (value: unknown): value is Said => said(value)
