import assert from 'node:assert/strict'
import { FakeIo } from './support/fake-io.ts'
import { FakeNode } from './support/fake-node.ts'
import { operatorView } from './support/fake-operator.ts'
import { run } from './support/run.ts'

const CATALOGUE = '/home/ada/.local/share/torusmesh/services.yaml'

describe('operator discover', () => {
  it('shows what it found and writes it for review', async () => {
    const node = new FakeNode()
    const { code, out } = await run('operator discover', { node })
    assert.equal(code, 0)
    assert.deepEqual(node.calls, [`write ${CATALOGUE} ${node.proposed.yaml.length}`])
    assert.match(out, /^service +container +stands on +networks +checks\nnode +stack-node-1/)
    assert.match(out, /Written to \S+services\.yaml\. Review it/)
  })

  it('never writes over a catalogue unasked', async () => {
    const node = Object.assign(new FakeNode(), { hasCatalogue: true })
    for (const line of ['operator discover', 'operator discover --json']) {
      const { code, err } = await run(line, { node })
      assert.equal(code, 1)
      assert.match(err, /is there already and was left as it is; compare it with --print/)
    }
    for (const answer of ['', 'n', 'no way']) {
      const io = Object.assign(new FakeIo().asTerminal(), { answers: [answer] })
      assert.equal((await run('operator discover', { node, io })).code, 1)
    }
    assert.deepEqual(node.calls, [])
    const io = Object.assign(new FakeIo().asTerminal(), { answers: ['y'] })
    assert.equal((await run('operator discover', { node, io })).code, 0)
    assert.equal((await run('operator discover --replace', { node })).code, 0)
    assert.equal(node.calls.length, 2)
  })

  it('prints the catalogue alone with --print', async () => {
    const node = new FakeNode()
    const { out } = await run('operator discover --print', { node })
    assert.equal(out, node.proposed.yaml)
    assert.deepEqual(node.calls, [])
  })

  it('says what to do where nothing runs', async () => {
    const node = Object.assign(new FakeNode(), { proposed: { yaml: '', services: [] } })
    const { code, err } = await run('operator discover', { node })
    assert.equal(code, 1)
    assert.match(err, /no containers on \/var\/run\/docker\.sock; start your services/)
  })
})

describe('operator status', () => {
  it('shows services, what is wrong, and the questions', async () => {
    const { out } = await run('operator status')
    assert.match(out, /agent +self-heal for 8 h\n/)
    assert.match(out, /node +× down +container +has no container\n/)
    assert.match(out, /inc4f-1\.2 +now +23 h 59 min +node has no container\. Consent/)
  })

  it('says what keeps the agent from acting, and what to do', async () => {
    const cases: [Partial<typeof operatorView>, RegExp][] = [
      [{ control: 'operator' }, /you are in control: operator release/],
      [{ autonomy: 'watch-only' }, /watch-only: .* operator grant 8h/],
      [{ autonomy: 'locked' }, /locked: .* operator grant 8h/],
      [{ state: 'no-catalogue', detail: 'write one' }, /The agent doesn't run: write one/]
    ]
    for (const [changed, says] of cases) {
      const node = new FakeNode()
      node.operator.view = { ...operatorView, ...changed }
      assert.match((await run('operator status', { node })).out, says)
    }
  })
})

describe('operator rules, incidents, explain', () => {
  it('shows rules without a running node, one in full', async () => {
    const node = Object.assign(new FakeNode(), { access: undefined })
    assert.match((await run('operator rules', { node })).out, /name-lost +reconnect → restart/)
    assert.match((await run('operator rules exited', { node })).out, /recreate \(asks\) → alert/)
    const { code, err } = await run('operator rules nonsense', { node })
    assert.equal(code, 2)
    assert.match(err, /no rule nonsense; see `torusmesh operator rules`/)
  })

  it('explains the newest incident unless told which', async () => {
    assert.match((await run('operator incidents')).out, /inc4f-1 .* healthy after 0\.6 s/)
    assert.match((await run('operator explain')).out, /^Incident inc4f-1: cause node/)
    const node = new FakeNode()
    node.operator.incidents = []
    const { code, err } = await run('operator explain', { node })
    assert.equal(code, 1)
    assert.match(err, /no incidents yet; see `torusmesh operator status`/)
  })
})

describe("the operator's word", () => {
  it('reaches the agent', async () => {
    const node = new FakeNode()
    for (const line of [
      'operator take-control',
      'operator release',
      'operator grant 2d',
      'deny inc4f-1.2',
      'defer inc4f-1.2 --for 30m',
      'approve inc4f-1.2 --yes'
    ]) {
      assert.equal((await run(line, { node })).code, 0, line)
    }
    assert.deepEqual(node.calls, [
      'control operator',
      'control agent',
      'grant 48',
      'deliver inc4f-1.2',
      'deny inc4f-1.2 one-use 0',
      'deliver inc4f-1.2',
      'defer inc4f-1.2 one-use 1800000',
      'deliver inc4f-1.2',
      'approve inc4f-1.2 one-use 0'
    ])
  })

  it('is not taken for granted: evidence first, then a yes', async () => {
    const node = new FakeNode()
    const alone = await run('approve inc4f-1.2', { node })
    assert.equal(alone.code, 2)
    assert.deepEqual(node.calls, [])
    const io = Object.assign(new FakeIo().asTerminal(), { answers: [''] })
    const { code, err } = await run('approve inc4f-1.2', { node, io })
    assert.equal(code, 1)
    assert.match(io.stdout.text, /seen +container-missing: stack-node-1\n +dry run +would recreate/)
    assert.match(err, /not approved; it waits/)
    assert.deepEqual(node.calls, ['deliver inc4f-1.2'])
  })

  it('has its limits', async () => {
    for (const line of ['operator grant 0h', 'operator grant 8d', 'defer inc4f-1.2 --for 25h']) {
      assert.equal((await run(line)).code, 2, line)
    }
  })
})
