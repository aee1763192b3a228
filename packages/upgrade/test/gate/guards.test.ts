import assert from 'node:assert/strict'
import {
  explain,
  Gate,
  type GateInput,
  type GateOutput,
  Mark,
  NO_ARTEFACT,
  Reason,
  type Statement,
  type Word,
  wordBytes
} from '../../src/index.ts'
import { BAD, Mesh, NEW, planFor, rules, signed } from './mesh.ts'

const plan = planFor([2, 2, 2])
const [canary] = plan.members[0]!
const self = plan.members[1]![0]!

const good = (author: number, wave = 0): Statement =>
  signed(plan, author, { kind: 'verdict', wave, good: true, reason: Reason.none, about: author })
const bad = (author: number, wave = 0): Statement =>
  signed(plan, author, { kind: 'verdict', wave, good: false, reason: Reason.worse, about: author })
const mark = (author: number, which: Mark): Statement =>
  signed(plan, author, { kind: 'mark', mark: which, digest: NO_ARTEFACT, reason: Reason.none })
const heard = (statement: Statement): GateInput => ({ type: 'statement', statement })
const schedule = signed(plan, 1, { kind: 'schedule', startMs: 0 })
const ready: GateInput = { type: 'executed', phase: 'preflight', ok: true, digest: NEW }
const quorum = [0, 1, 2, 3, 4, 5].map(author => good(author))

/** What a gate of the second wave does, in few words. */
function doings(inputs: readonly GateInput[]): string[] {
  const gate = new Gate({ plan, self, rules })
  const seen: string[] = []
  const out = (output: GateOutput): void => {
    if (output.type === 'execute') seen.push(output.phase)
    if (output.type === 'persist') seen.push(`persist ${output.record.type}`)
    if (output.type === 'say') {
      const { word } = output
      seen.push(word.kind === 'mark' ? `say ${nameOf(word.mark)}` : `say ${word.kind}`)
    }
  }
  for (const input of [{ type: 'start' } as const, ...inputs]) gate.handle(input, 10, out)
  return seen
}

const nameOf = (which: Mark): string =>
  Object.entries(Mark).find(([, code]) => code === which)?.[0] ?? ''

const begins = (inputs: readonly GateInput[]): boolean => doings(inputs).includes('execute')

describe('a step', () => {
  const open = [heard(schedule), ...quorum.map(heard)]
  const kept = heard(mark(canary!, Mark.kept))
  const steps: [desc: string, inputs: GateInput[], begins: boolean][] = [
    ['with a certificate, a neighbourhood and an artefact', [...open, kept, ready], true],
    ['before the wave in front is settled', [...open, ready], false],
    ['with one verdict too few', [...open.slice(0, -1), kept, ready], false],
    ['with a verdict counted twice', [...open.slice(0, -1), heard(good(4)), kept, ready], false],
    [
      'with a forged verdict',
      [...open.slice(0, -1), heard({ ...good(5), signature: Uint8Array.of(2) }), kept, ready],
      false
    ],
    [
      'with the verdict of one that contradicted itself',
      [...open.slice(0, -1), heard(bad(5)), heard(good(5)), kept, ready],
      false
    ],
    [
      'of another plan',
      [...open.slice(0, -1), heard({ ...good(5), plan: BAD }), kept, ready],
      false
    ],
    [
      'with an artefact nobody voted for',
      [...open, kept, { type: 'executed', phase: 'preflight', ok: true, digest: BAD }],
      false
    ],
    [
      'with a member down that wasn’t before',
      [...open, { type: 'health', member: 7, isUp: false }, kept, ready],
      false
    ],
    [
      'after verdicts of more than f',
      [...open, ...[5, 6, 7].map(a => heard(bad(a, 1))), kept, ready],
      false
    ],
    ['after verdicts of f', [...open, ...[6, 7].map(a => heard(bad(a, 1))), kept, ready], true]
  ]
  for (const [desc, inputs, expected] of steps) {
    it(`${expected ? 'is taken' : 'waits, or ends,'} ${desc}`, () => {
      assert.equal(begins(inputs), expected)
    })
  }

  it('is persisted before it is begun, and a word before it is said', () => {
    const seen = doings([...open, kept, ready])
    assert.equal(seen[seen.indexOf('execute') - 1], 'persist began')
    for (const [at, doing] of seen.entries()) {
      if (doing.startsWith('say')) assert.equal(seen[at - 1], 'persist word')
    }
  })
})

describe('a halted plan', () => {
  it('never runs again, whatever is said, and after a restart', () => {
    const mesh = new Mesh(plan)
    mesh.speak(1, { kind: 'schedule', startMs: 5_000 })
    mesh.speak(2, { kind: 'halt', reason: Reason.ordered })
    mesh.run(1_000)
    for (let member = 0; member < 8; member++) mesh.restart(member)
    for (let author = 0; author < 8; author++) {
      for (let wave = 0; wave < plan.waves.length; wave++)
        mesh.speak(author, wordOf(good(author, wave)))
    }
    mesh.run(100_000)
    assert.ok(mesh.runs.every(digest => digest !== NEW))
    assert.ok(mesh.gates.every(({ status }) => status.isHalted))
  })
})

describe('an explanation', () => {
  it('says from signed words alone why a plan was halted', () => {
    const words = [schedule, ...quorum, ...[5, 6, 7].map(author => bad(author, 1))]
    const { outcome, certified, halt, says } = explain(plan, words.toReversed(), rules.isSigned)
    assert.deepEqual([outcome, certified, halt.length], ['halted', 1, 3])
    assert.equal(says[0], 'The plan is halted: 1 of 8 waves are certified.')
    assert.equal(
      says[2],
      'Member 000005 of cell 5 voted against wave 2: the upgraded members are worse than the others.'
    )
  })

  it('counts nothing that is forged', () => {
    const forged = [5, 6, 7].map(author => ({ ...bad(author), signature: Uint8Array.of(9) }))
    const { outcome, refused } = explain(plan, [schedule, ...forged], rules.isSigned)
    assert.deepEqual([outcome, refused], ['open', 3])
  })
})

describe('signed bytes', () => {
  it('differ with every field', () => {
    const words: Word[] = [
      { kind: 'schedule', startMs: 1 },
      { kind: 'schedule', startMs: 2 },
      wordOf(good(1)),
      wordOf(bad(1)),
      wordOf(good(1, 1)),
      wordOf(mark(1, Mark.kept)),
      wordOf(mark(1, Mark.stays)),
      { kind: 'probe', target: 1, digest: NEW },
      { kind: 'probe', target: 2, digest: NEW },
      { kind: 'halt', reason: Reason.ordered }
    ]
    const bytes = words.flatMap(word => [0, 1].map(author => wordBytes(plan.id, author, word)))
    assert.equal(new Set(bytes.map(each => each.join())).size, bytes.length)
  })
})

function wordOf({ plan: _plan, author: _author, signature: _signature, ...word }: Statement): Word {
  return word
}
