import assert from 'node:assert/strict'
import { proposal } from './support/fake-council.ts'
import { FakeIo, NOW_MS } from './support/fake-io.ts'
import { FakeNode } from './support/fake-node.ts'
import { run, settle } from './support/run.ts'

const { id } = proposal
const papers = '--why more --rollback back'

describe('governance commands', () => {
  const said: readonly [string, string][] = [
    ['vote 4fa2 approve', `vote ${id} approve`],
    ['vote cast 4fa2 approve --json', `vote ${id} approve`],
    ['approve 4fa2 --yes', `approve ${id} true`],
    ['approve 4fa2 --refuse --yes', `approve ${id} false`],
    ['object 4fa2 --yes', `object ${id}`],
    ['cancel 4fa2 --yes --json', `cancel ${id}`],
    [
      `propose parameter gossip.fanout 8 ${papers} --yes`,
      'propose gossip.fanout to 8 {"kind":"set-parameter","parameter":"gossip.fanout","to":8}'
    ],
    [
      `propose validators --remove aa bb ${papers} --yes`,
      'propose validators: 0 come, 2 go {"kind":"set-validators","add":[],"remove":["aa","bb"]}'
    ],
    [
      `propose pause join --for 2h ${papers} --yes`,
      'propose pause join {"kind":"pause","service":"join","lastsMs":7200000}'
    ],
    ['appeal review a9 --text fine --yes', `review ${'a9'.repeat(32)} fine`],
    [
      'appeal resolve a9 reversed --reason right --yes',
      `resolve ${'a9'.repeat(32)} reversed right`
    ],
    [`appeal submit ${id} --at 7 --grounds why --yes`, `appeal ${id}`]
  ]
  for (const [line, call] of said) {
    it(`says: ${line}`, async () => {
      const node = new FakeNode()
      const { code, err } = await run(line, { node })
      assert.deepEqual([code, err.replaceAll(/torusmesh: .* in .*\n/g, '')], [0, ''])
      assert.deepEqual(node.calls, [call])
    })
  }

  for (const line of [
    'approve 4fa2',
    'object 4fa2',
    'cancel 4fa2',
    `propose pause join ${papers}`
  ]) {
    it(`says nothing where nobody can be asked: ${line}`, async () => {
      const node = new FakeNode()
      const { code, err } = await run(line, { node })
      assert.equal(code, 2)
      assert.match(err, /can't be taken back and nobody can be asked; add --yes/)
      assert.deepEqual(node.calls, [])
    })
  }

  it('says nothing when a person changes their mind, and what was asked shows the proposal', async () => {
    const node = new FakeNode()
    const io = new FakeIo().asTerminal()
    io.answers = ['n']
    const { code, out } = await run('object 4fa2', { io, node })
    assert.equal(code, 1)
    assert.match(out, /Gossip to eight peers/)
    assert.deepEqual(node.calls, [])
  })

  it('waits until it is decided, with progress, and shows the end', async () => {
    const node = new FakeNode()
    const io = new FakeIo()
    const ended = run('vote 4fa2 approve --wait', { io, node })
    await settle()
    node.council.shown = [
      { ...proposal, phase: 'executed', next: 'nothing: it is done', dueMs: null }
    ]
    await settle()
    io.pass(500)
    const { code, out, err } = await ended
    assert.equal(code, 0)
    assert.match(out, /phase +executed/)
    assert.match(err, /open, voting closes.* in 2 d 23 h/)
  })

  it('stops waiting at Ctrl-C: the proposal goes on', async () => {
    const io = new FakeIo()
    const ended = run('vote 4fa2 approve --wait', { io })
    await settle()
    io.interrupt()
    const { code, err } = await ended
    assert.equal(code, 1)
    assert.match(err, /it goes on; see torusmesh proposals 4fa2/)
  })

  it('shows both keys, the tally as bars, and what happens next and when', async () => {
    const { out } = await run('proposals 4fa2')
    assert.match(out, /approve +██████████░{10} 80 of 160/)
    assert.match(out, /second key +█+░+ 3 of 5 by the ball of radius 2 \(class C\)/)
    assert.match(out, /next +voting closes; it needs its action certificate as well in 2 d 23 h/)
  })

  it('tells waits in real time where the mesh’s goes faster', async () => {
    const { whenText } = await import('../src/render/governance.ts')
    const clock = { nowMs: NOW_MS, pace: 1_440 }
    assert.equal(whenText(NOW_MS + 86_400_000, clock), 'in 1 min')
    assert.equal(whenText(NOW_MS - 86_400_000, clock), '1 min ago')
  })

  const refused: readonly [string, RegExp][] = [
    ['proposals ffff', /no proposal begins with ffff; see torusmesh proposals/],
    ['vote 4f approve', /4f is no id; give at least 4 of its digits/],
    ['vote 4fa2 perhaps', /perhaps/],
    ['policy 9', /there are versions 1 to 2/],
    ['propose parameter gossip.fanout', /required option/]
  ]
  for (const [line, message] of refused) {
    it(`refuses ${line}`, async () => {
      const { code, err } = await run(line)
      assert.notEqual(code, 0)
      assert.match(err, message)
    })
  }

  it('ends with 3 where a file shows nothing', async () => {
    const io = Object.assign(new FakeIo(), {
      files: { 'x.json': '{"format":"torusmesh/result/v1"}' }
    })
    const { code, out } = await run('vote verify x.json --json', { io })
    assert.equal(code, 3)
    assert.deepEqual(JSON.parse(out), { ok: false, fault: 'malformed', at: null })
  })
})
