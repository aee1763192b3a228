import assert from 'node:assert/strict'
import {
  Domain,
  Env,
  parseTopic,
  policyOf,
  REJECT_CODES,
  SUBJECT_NAMES,
  SUBJECT_POLICIES,
  SUITES,
  Subject,
  SuiteId,
  signingContext,
  subjectDomain,
  subjectName,
  topicName,
  verdictOf
} from '../src/index.ts'
import { NETWORK } from './samples.ts'

describe('topics', () => {
  it('name network, version, subject and, for neighbourhoods, the cell', () => {
    assert.equal(topicName(NETWORK, Subject.health, 73), `/torusmesh/${NETWORK}/1/health/73`)
    assert.equal(topicName(NETWORK, Subject.digest), `/torusmesh/${NETWORK}/1/digest`)
  })

  it('parse back to what they were made of', () => {
    for (const name of SUBJECT_NAMES) {
      const subject = Subject[name]
      const cell = policyOf(subject).scope === 'cell' ? 511 : undefined
      assert.deepEqual(parseTopic(topicName(NETWORK, subject, cell)), {
        network: NETWORK,
        subject,
        cell
      })
    }
  })

  const foreign = [
    '',
    '/torusmesh',
    `/torusmesh/${NETWORK}/1/health`,
    `/torusmesh/${NETWORK}/1/digest/3`,
    `/torusmesh/${NETWORK}/2/digest`,
    `/torusmesh/${NETWORK}/1/gossip`,
    `/torusmesh/${NETWORK}/1/health/03`,
    `/torusmesh/${NETWORK}/1/health/-1`,
    `/torusmesh/${NETWORK}/1/health/1/2`,
    `/torusmesh/Demo/1/digest`,
    `/torusmesh/${'x'.repeat(42)}/1/digest`,
    `/torusmesh/${'x'.repeat(100_000)}`,
    `/torusmesh/${NETWORK}/1/constructor`
  ]
  it('parse to nothing when they are others', () => {
    for (const topic of foreign) assert.equal(parseTopic(topic), undefined, topic.slice(0, 80))
  })

  it('refuse a missing, needless or impossible cell and a network that is none', () => {
    const attempts: (() => string)[] = [
      () => topicName(NETWORK, Subject.health),
      () => topicName(NETWORK, Subject.vote, 1),
      () => topicName(NETWORK, Subject.health, 1.5),
      () => topicName('a/b', Subject.vote)
    ]
    for (const attempt of attempts) assert.throws(attempt, { code: 'bad-argument' })
  })
})

describe('subject policies', () => {
  it('agree with the subjects they are filed under', () => {
    for (const [name, policy] of Object.entries(SUBJECT_POLICIES)) {
      assert.equal(subjectName(policy.id), name)
      assert.equal(policyOf(policy.id), policy)
    }
  })

  it('leave room for a signature of every suite they allow', () => {
    for (const { maxBytes, suites } of Object.values(SUBJECT_POLICIES)) {
      for (const suite of suites.dev) assert.ok(maxBytes > SUITES[suite].maxSignatureBytes + 512)
    }
  })

  it('accept no payload of a subject that has no messages yet', () => {
    for (const name of ['weights', 'upgrade', 'evidence'] as const) {
      const decoded = SUBJECT_POLICIES[name].decode(new Uint8Array(4), 512)
      assert.deepEqual(decoded, { ok: false, code: 'wrong-payload' })
    }
  })

  it('decide with ML-DSA only: a draft standard carries no votes', () => {
    for (const name of ['weights', 'upgrade', 'vote', 'governance', 'evidence'] as const) {
      for (const suites of Object.values(SUBJECT_POLICIES[name].suites)) {
        assert.ok(!suites.includes(SuiteId.falcon512))
      }
    }
  })
})

describe('domains', () => {
  it('have contexts that differ by purpose and environment and fit ML-DSA', () => {
    const contexts = Object.values(Domain).flatMap(domain =>
      Object.values(Env).map(env => Buffer.from(signingContext(domain, env)).toString())
    )
    assert.equal(new Set(contexts).size, contexts.length)
    assert.ok(contexts.every(({ length }) => length > 0 && length <= 255))
    assert.ok(contexts.includes('torusmesh/v1/health@mainnet'))
  })

  it('are there for every subject', () => {
    for (const name of SUBJECT_NAMES) {
      assert.equal(subjectDomain(Subject[name]), `torusmesh/v1/${name}`)
    }
  })
})

describe('reject codes', () => {
  it('blame a peer only for what an honest one would have stopped', () => {
    const blamed = REJECT_CODES.filter(code => verdictOf(code) === 'reject')
    assert.deepEqual(blamed, [
      'oversized',
      'malformed',
      'foreign-network',
      'foreign-env',
      'wrong-subject',
      'suite-not-allowed',
      'lifetime-too-long',
      'bad-signature',
      'wrong-cell',
      'wrong-payload'
    ])
  })
})
