import assert from 'node:assert/strict'
import { FakeIo, NOW_MS, screenOf } from './support/fake-io.ts'
import { FakeNode, mesh } from './support/fake-node.ts'
import { run, settle } from './support/run.ts'

const HOME = '/home/ada/.local/share/torusmesh'

describe('init', () => {
  it('founds a mesh with defaults where nobody can be asked', async () => {
    const node = new FakeNode()
    const { code, out } = await run('init', { node })
    assert.equal(code, 0)
    assert.deepEqual(node.calls, [`init ${HOME} mesh dev 8,8,8`])
    assert.match(out, /^Mesh mesh-1a2b3c4d, this node in cell 5/)
  })

  it('takes flags, and the environment where there are none', async () => {
    const io = new FakeIo().asTerminal()
    const node = new FakeNode()
    await run('init --name lab --env beta --sides 4,4,4 --home /srv/lab', { io, node })
    await run('init --name x', {
      io: Object.assign(new FakeIo(), { env: { HOME: '/h', TORUSMESH_ENV: 'beta' } }),
      node
    })
    assert.deepEqual(node.calls, [
      'init /srv/lab lab beta 4,4,4',
      'init /h/.local/share/torusmesh x beta 8,8,8'
    ])
  })

  it('asks a person who gave no flags, and again where the answer cannot be', async () => {
    const io = new FakeIo().asTerminal()
    io.answers = ['My Mesh', 'my-mesh', '', '8x8', '4,4']
    const node = new FakeNode()
    await run('init', { io, node })
    assert.deepEqual(node.calls, [`init ${HOME} my-mesh dev 4,4`])
  })

  it('gives up after five answers that cannot be', async () => {
    const io = new FakeIo().asTerminal()
    io.answers = Array.from({ length: 9 }, () => '?')
    const { code, err } = await run('init', { io })
    assert.equal(code, 1)
    assert.match(err, /no usable answer, nothing was written/)
  })

  it('asks nothing with --json', async () => {
    const io = new FakeIo().asTerminal()
    assert.deepEqual(Object.keys(JSON.parse((await run('init --json', { io })).out)), [
      'member',
      'peer',
      'cell',
      'network',
      'home'
    ])
  })
})

describe('up', () => {
  it('founds a mesh where there is none, runs, and stops at Ctrl-C', async () => {
    const io = new FakeIo()
    const node = new FakeNode()
    node.hasHome = false
    const ended = run('up --api-port 4900', { io, node })
    await settle()
    io.pass(60_000)
    io.interrupt()
    const { code, out, err } = await ended
    assert.equal(code, 0)
    assert.deepEqual(node.calls, [
      `init ${HOME} mesh dev 8,8,8`,
      `run ${HOME} api.port=4900`,
      'stop'
    ])
    assert.match(out, /^api +http:\/\/127\.0\.0\.1:4800\nmesh +home-1a2b3c4d, this node in cell 0/)
    assert.match(out, /\nready; members 4: 2 alive, 1 suspect, 1 down; 2 links; 3 ledger events\n$/)
    assert.match(err, /torusmesh: new here\. Mesh mesh-1a2b3c4d/)
    assert.match(err, /torusmesh: leaving the mesh\n$/)
    assert.equal(io.timers.size, 0)
  })

  it('keeps a status line below the log on a terminal', async () => {
    const io = new FakeIo().asTerminal()
    const node = new FakeNode()
    const ended = run('up', { io, node })
    await settle()
    io.pass(1_000)
    node.log!.write('12:00:01 INFO linked\n')
    io.pass(1_000)
    assert.deepEqual(screenOf(io.stdout.text).slice(-3), [
      '12:00:01 INFO linked',
      'ready; members 4: 2 alive, 1 suspect, 1 down; 2 links; 3 ledger events',
      ''
    ])
    io.interrupt()
    await ended
  })

  it('prints one JSON object once it runs', async () => {
    const io = new FakeIo()
    const ended = run('up --json', { io })
    await settle()
    const { api, network, member, home } = JSON.parse(io.stdout.text)
    assert.deepEqual(
      { api, network, member, home },
      { api: 'http://127.0.0.1:4800', network: mesh.network, member: mesh.self.member, home: HOME }
    )
    io.pass(60_000)
    io.interrupt()
    JSON.parse((await ended).out)
  })
})

describe('join', () => {
  it('enrols, then runs until Ctrl-C', async () => {
    const io = new FakeIo()
    const node = new FakeNode()
    const ended = run('join tm1code', { io, node })
    await settle()
    io.interrupt()
    const { code, err } = await ended
    assert.equal(code, 0)
    assert.deepEqual(node.calls, [`join ${HOME} tm1code`, `run ${HOME} api.port=4800`, 'stop'])
    assert.match(err, /^torusmesh: calling the inviter\ntorusmesh: joined\. Mesh home-1a2b3c4d/)
  })

  it('runs by what enrolling wrote to config.toml', async () => {
    const io = new FakeIo()
    const node = new FakeNode()
    node.demands = 'env = "beta"'
    const ended = run('join tm1code', { io, node })
    await settle()
    io.interrupt()
    await ended
    assert.equal(node.ran?.env, 'beta')
  })

  it('only enrols with --enrol-only', async () => {
    const node = new FakeNode()
    const { out } = await run('join tm1code --enrol-only --json', { node })
    assert.deepEqual(node.calls, [`join ${HOME} tm1code`])
    assert.equal(JSON.parse(out).cell, 6)
  })
})

describe('invite', () => {
  it('prints what the newcomer types, and warns that only this machine can be reached', async () => {
    const node = new FakeNode()
    const { out } = await run('invite --valid 30m', { node })
    assert.deepEqual(node.calls, ['invite 1800000'])
    assert.match(
      out,
      /before 2026-11-21 12:30:00Z \(in 30 min\):\n\n {2}npx torusmesh join tm1exampleinvite\n/
    )
    assert.match(out, /This node listens on this machine only/)
  })

  it('lasts a day by default', async () => {
    const { out } = await run('invite --json')
    assert.deepEqual(JSON.parse(out), {
      code: 'tm1exampleinvite',
      expiresMs: NOW_MS + 86_400_000,
      command: 'npx torusmesh join tm1exampleinvite',
      thisMachineOnly: true
    })
  })
})

describe('asking a node', () => {
  it('says how to start one that never ran', async () => {
    const node = new FakeNode()
    node.access = undefined
    for (const command of ['status', 'peers', 'health', 'invite']) {
      const { code, err } = await run(`${command} --home /srv/m`, { node })
      assert.equal(code, 1)
      assert.equal(err, 'torusmesh: no node runs in /srv/m; start it with `torusmesh up`\n')
    }
  })

  it('says so when the one that ran is gone', async () => {
    const node = new FakeNode()
    node.answers = false
    const { code, err } = await run('status', { node })
    assert.equal(code, 1)
    assert.equal(
      err,
      'torusmesh: no node answers at http://127.0.0.1:4800; start one with `torusmesh up`\n'
    )
  })

  it('asks the one that --url names, without a home', async () => {
    const node = new FakeNode()
    node.access = undefined
    const { out } = await run('status --url http://127.0.0.1:41234 --json', { node })
    assert.equal(JSON.parse(out).api, 'http://127.0.0.1:41234')
  })
})
