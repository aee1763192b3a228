import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Agent } from '../../src/agent/agent.ts'
import type { AgentInput, AgentOutput } from '../../src/agent/messages.ts'
import { createCatalogue } from '../../src/catalogue/parse.ts'
import type { ServiceSpec } from '../../src/catalogue/types.ts'
import { SYMPTOM_KINDS, symptom } from '../../src/checks/symptoms.ts'
import { decide } from '../../src/decide/decide.ts'
import { ACTION_KINDS, aboutAction, isActionKind } from '../../src/remedy/actions.ts'
import { DEFAULT_LIMITS } from '../../src/remedy/limits.ts'
import { createRulebook } from '../../src/rules/rulebook.ts'

const SEED = 11
const HOUR_MS = 3_600_000
const GOVERNANCE = [
  'vote',
  'propose',
  'delegate',
  'override',
  'ballot',
  'proposal',
  'halt',
  'revoke'
]

function service(name: string, dependsOn: readonly string[]): ServiceSpec {
  return {
    name,
    runtime: 'container',
    target: name,
    dependsOn,
    networks: [],
    checks: [],
    memoryCapBytes: 1_000,
    startMs: 3_000,
    graceMs: 500,
    hooks: { recreate: ['true'], 'top-up': ['true'] }
  }
}

const names = ['a', 'b', 'c'] as const
const catalogue = createCatalogue([service('a', []), service('b', ['a']), service('c', ['b'])])
const rules = createRulebook()

const anyName = fc.constantFrom(...names, 'engine', 'nobody')
const anyResult = fc.record({
  service: anyName,
  check: fc.constantFrom('container', 'http', 'rpc'),
  symptoms: fc.array(
    fc.constantFrom(...SYMPTOM_KINDS).map(kind => symptom(kind, 'seen')),
    { maxLength: 3 }
  )
})
const anyProposal = fc.record({
  action: fc.oneof(fc.constantFrom(...GOVERNANCE, ...ACTION_KINDS), fc.string()),
  why: fc.string()
})
const anyInput: fc.Arbitrary<AgentInput> = fc.oneof(
  { weight: 6, arbitrary: fc.array(anyResult, { maxLength: 6 }).map(looked) },
  fc.record({ kind: fc.constant('proposed' as const), service: anyName, proposal: anyProposal }),
  fc
    .constantFrom('session-opened', 'session-closed', 'vault-unlocked', 'vault-locked')
    .map(kind => ({ kind: 'role' as const, input: { kind } })),
  fc
    .constantFrom('control-taken', 'control-released')
    .map(kind => ({ kind: 'role' as const, input: { kind } })),
  fc
    .integer({ min: 0, max: 200 })
    .map(hours => ({ kind: 'role' as const, input: { kind: 'granted' as const, hours } }))
)

function looked(results: Extract<AgentInput, { kind: 'looked' }>['results']): AgentInput {
  return { kind: 'looked', results }
}

interface Step {
  readonly input: AgentInput
  readonly waitMs: number
  /** Pre-check finds the symptoms still there; the record is durable; the action works. */
  readonly finds: boolean
  readonly durable: boolean
  readonly works: boolean
}

const anySteps = fc.array(
  fc.record({
    input: anyInput,
    waitMs: fc.integer({ min: 1, max: 90_000 }),
    finds: fc.boolean(),
    durable: fc.boolean(),
    works: fc.boolean()
  }),
  { minLength: 1, maxLength: 60 }
)

interface Seen {
  readonly output: AgentOutput
  readonly now: number
  readonly mayAct: boolean
}

/** Drives an agent through steps; an action's pre-check, record and result follow at once. */
function drive(steps: readonly Step[], unlocked: boolean): Seen[] {
  const agent = new Agent({ catalogue, rules, prefix: 'p' })
  const seen: Seen[] = []
  let now = 0
  const feed = (input: AgentInput, step: Step | undefined): void => {
    const follow: AgentInput[] = []
    agent.handle(input, now, output => {
      const { autonomy, control } = agent.role
      seen.push({ output, now, mayAct: autonomy === 'self-heal' && control === 'agent' })
      const answer = step === undefined ? undefined : answerTo(output, step, agent, now)
      if (answer !== undefined) follow.push(answer)
    })
    for (const next of follow) feed(next, step)
  }
  if (unlocked) {
    for (const kind of ['session-opened', 'vault-unlocked'] as const) {
      feed({ kind: 'role', input: { kind } }, undefined)
    }
    feed({ kind: 'role', input: { kind: 'granted', hours: 168 } }, undefined)
  }
  for (const step of steps) {
    now += step.waitMs
    feed(step.input, step)
  }
  return seen
}

function answerTo(
  output: AgentOutput,
  { finds, durable, works }: Step,
  agent: Agent,
  now: number
): AgentInput | undefined {
  if (output.kind === 'recheck') {
    const { symptoms } = finds ? agent.view(output.service, now) : { symptoms: [] }
    const result = { service: output.service, check: 'container', symptoms }
    return { kind: 'rechecked', id: output.id, results: [result] }
  }
  if (output.kind === 'record' && output.id !== undefined) {
    return { kind: 'recorded', id: output.id, ok: durable }
  }
  if (output.kind !== 'act') return undefined
  return { kind: 'acted', id: output.id, ok: works, detail: '' }
}

const acts = (seen: readonly Seen[]): (Seen & { output: { kind: 'act' } })[] =>
  seen.filter((entry): entry is Seen & { output: { kind: 'act' } } => entry.output.kind === 'act')

function holds(predicate: (seen: readonly Seen[], steps: readonly Step[]) => void): void {
  const property = fc.property(anySteps, fc.boolean(), (steps, unlocked) =>
    predicate(drive(steps, unlocked), steps)
  )
  fc.assert(property, { seed: SEED, numRuns: 300 })
}

describe('agent: what holds whatever comes', () => {
  it('never votes, proposes, delegates or overrides: no action is one, whatever is proposed', () => {
    assert.deepEqual(GOVERNANCE.filter(isActionKind), [])
    holds(seen => {
      for (const { output } of acts(seen)) assert.ok(ACTION_KINDS.includes(output.action.kind))
      const text = JSON.stringify(seen.filter(({ output }) => output.kind !== 'record'))
      for (const word of ['vote', 'ballot', 'delegate']) assert.ok(!text.includes(`"${word}"`))
    })
  })

  it('does alone only what is local and reversible, and only while it may', () => {
    holds(seen => {
      for (const { output, mayAct } of acts(seen)) {
        assert.equal(aboutAction(output.action.kind).class, 'A')
        assert.ok(mayAct)
      }
    })
  })

  it('acts only after a durable record of that very action', () => {
    holds((seen, steps) => {
      for (const { output } of acts(seen)) {
        const before = seen.slice(
          0,
          seen.findIndex(entry => entry.output === output)
        )
        const recorded = before.some(
          ({ output: made }) => made.kind === 'record' && made.id === output.id
        )
        assert.ok(recorded)
      }
      if (steps.every(({ durable }) => !durable)) assert.deepEqual(acts(seen), [])
    })
  })

  it('acts on nothing the pre-check finds healthy', () => {
    fc.assert(
      fc.property(anySteps, steps => {
        const blind = steps.map(step => ({ ...step, finds: false }))
        assert.deepEqual(acts(drive(blind, true)), [])
      }),
      { seed: SEED, numRuns: 200 }
    )
  })

  it('makes no storm: three restarts a service and hour, a bucket for all together', () => {
    const { burst, refillMs, restartsAnHour } = DEFAULT_LIMITS
    let most = 0
    holds(seen => {
      const done = acts(seen)
      most = Math.max(most, done.length)
      for (const { now } of done) {
        const hour = done.filter(other => other.now > now - HOUR_MS && other.now <= now)
        assert.ok(hour.length <= burst + HOUR_MS / refillMs)
        for (const name of names) {
          const restarts = hour.filter(
            ({ output: { action } }) =>
              action.service === name && aboutAction(action.kind).cost === 'restart'
          )
          assert.ok(restarts.length <= restartsAnHour)
        }
      }
    })
    assert.ok(most > 3, String(most))
  })

  it('gives the same outputs for the same inputs', () => {
    const property = fc.property(anySteps, steps => {
      assert.deepEqual(drive(steps, true), drive(steps, true))
    })
    fc.assert(property, { seed: SEED, numRuns: 50 })
  })

  it('is left as it was by a healthy look while idle', () => {
    const agent = new Agent({ catalogue, rules, prefix: 'p' })
    const outputs: AgentOutput[] = []
    const results = names.map(name => ({ service: name, check: 'container', symptoms: [] }))
    for (let now = 0; now < 10_000; now += 1_000) {
      agent.handle({ kind: 'looked', results }, now, output => outputs.push(output))
      assert.ok(agent.idle)
    }
    assert.deepEqual(outputs, [])
  })
})

describe('decide: what holds whatever is proposed', () => {
  const anyRole = fc.record({
    autonomy: fc.constantFrom('watch-only' as const, 'self-heal' as const, 'locked' as const),
    control: fc.constantFrom('agent' as const, 'operator' as const),
    advisor: fc.constantFrom('advises' as const, 'leads' as const)
  })
  const anyObservation = fc.record({
    service: fc.constantFrom(...names.map(name => catalogue.services.get(name)!)),
    symptoms: fc.array(
      fc.constantFrom(...SYMPTOM_KINDS).map(kind => symptom(kind, '')),
      { maxLength: 4 }
    ),
    upstreamHealed: fc.boolean(),
    tried: fc.subarray([...ACTION_KINDS])
  })

  it('acts only with a right to, on symptoms, with what was not tried; a rule beats the model', () => {
    fc.assert(
      fc.property(anyObservation, anyProposal, anyRole, (observation, proposal, role) => {
        const decision = decide(observation, proposal, rules, role)
        assert.deepEqual(decision, decide(observation, proposal, rules, role))
        const without = decide(observation, undefined, rules, role)
        if (decision.rule !== 'unknown-failure') {
          assert.equal(decision.verdict, without.verdict)
          assert.equal(
            'action' in decision && decision.action,
            'action' in without && without.action
          )
        }
        if (decision.verdict !== 'act') return
        assert.ok(role.autonomy === 'self-heal' && role.control === 'agent')
        assert.equal(aboutAction(decision.action).class, 'A')
        assert.ok(observation.symptoms.length > 0)
        assert.ok(!observation.tried.includes(decision.action))
        if (decision.by === 'model') assert.equal(role.advisor, 'leads')
      }),
      { seed: SEED, numRuns: 2_000 }
    )
  })
})
