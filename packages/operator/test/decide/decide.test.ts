import assert from 'node:assert/strict'
import { parse } from 'yaml'
import { type SymptomKind, symptom } from '../../src/checks/symptoms.ts'
import { AdvisorRecord } from '../../src/decide/advisor.ts'
import { decide, type Role } from '../../src/decide/decide.ts'
import { OperatorError } from '../../src/errors.ts'
import { rulesPage, rulesYaml } from '../../src/rules/page.ts'
import { createRulebook, RULES } from '../../src/rules/rulebook.ts'
import type { Observation, Rule } from '../../src/rules/types.ts'

const HOUR_MS = 3_600_000
const role: Role = { autonomy: 'self-heal', control: 'agent', advisor: 'advises' }
const service = {
  name: 'node',
  runtime: 'container',
  target: 'node',
  dependsOn: [],
  networks: [],
  checks: [],
  startMs: 1_000,
  graceMs: 0,
  hooks: {}
} as const

function seen(kinds: readonly SymptomKind[], upstreamHealed = false): Observation {
  const symptoms = kinds.map(kind => symptom(kind, ''))
  return { service, symptoms, upstreamHealed, tried: [] }
}

describe('rules and decisions', () => {
  it('know at least the ten documented patterns and the exposure of secrets', () => {
    const documented = [
      'dependent-disconnected',
      'unhealthy',
      'exited',
      'oom-killed',
      'rpc-timeout',
      'bad-gateway',
      'pool-full',
      'key-aged',
      'balance-low',
      'name-lost',
      'unknown-failure',
      'secret-exposed'
    ]
    for (const id of documented)
      assert.ok(
        RULES.some(rule => rule.id === id),
        id
      )
  })

  it('let the rule win over the model and log that it disagrees', () => {
    const proposal = { action: 'restart', why: 'usual' }
    const decision = decide(seen(['alias-lost']), proposal, createRulebook(), role)
    assert.deepEqual(decision, {
      verdict: 'act',
      action: 'reconnect',
      by: 'rule',
      rule: 'name-lost',
      overruled: [],
      disagrees: 'restart'
    })
  })

  it('follow the model on an unknown pattern only while it leads, and in class A only', () => {
    const rules = createRulebook()
    const restart = { action: 'restart', why: '' }
    assert.equal(decide(seen(['unknown']), restart, rules, role).verdict, 'alert')
    const leads = { ...role, advisor: 'leads' } as const
    assert.equal(decide(seen(['unknown']), restart, rules, leads).verdict, 'act')
    for (const action of ['recreate', 'vote', 'rm -rf /']) {
      assert.equal(decide(seen(['unknown']), { action, why: '' }, rules, leads).verdict, 'alert')
    }
  })

  it('take one’s own rules first, and name those they overrule', () => {
    const own: Rule = {
      id: 'mine',
      says: 'Ask me.',
      when: ['container-exited'],
      only: ({ service: { name } }) => name === 'node',
      steps: ['recreate'],
      alert: 'Look.'
    }
    const rules = createRulebook([own])
    const decision = decide(seen(['container-exited']), undefined, rules, role)
    assert.equal(decision.verdict, 'ask')
    assert.deepEqual([decision.rule, decision.overruled], ['mine', ['exited']])
    assert.match(rulesPage(rules), /\| 1 \| `mine` \| container-exited, on a condition of your own/)
    const exported = parse(rulesYaml(rules)) as { rules: { id: string; custom?: boolean }[] }
    assert.equal(exported.rules.length, RULES.length + 1)
    assert.equal(exported.rules[0]?.custom, true)
  })

  it('refuse a rulebook with two rules of one name', () => {
    assert.throws(
      () => createRulebook([RULES[0]!]),
      (error: unknown) => error instanceof OperatorError && error.code === 'RULES_INVALID'
    )
  })
})

describe('advisor', () => {
  /** One comparison an hour; each so many-th disagrees. */
  const run = (hours: number, each: number, record = new AdvisorRecord(), from = 0) => {
    for (let hour = from; hour < from + hours; hour++) {
      record.compare(hour % each !== 0, hour * HOUR_MS)
    }
    return record
  }

  it('leads after more than 95 % agreement over seven days, not before', () => {
    assert.equal(run(160, 50).role, 'advises')
    assert.equal(run(400, 50).role, 'leads')
    assert.equal(run(400, 16).role, 'advises')
  })

  it('loses the lead below 90 %', () => {
    const record = run(400, 50)
    assert.equal(run(100, 1, record, 400).role, 'advises')
  })
})
