import assert from 'node:assert/strict'
import { FakeIo, screenOf } from './support/fake-io.ts'
import { FakeNode, hostRows, RunningDemo, summary } from './support/fake-node.ts'
import { run, settle } from './support/run.ts'

function create(): { io: FakeIo; node: FakeNode; demo: RunningDemo } {
  const io = new FakeIo()
  const node = new FakeNode()
  const demo = new RunningDemo(hostRows(8, 2), [2, 2, 2])
  node.demo = demo.run
  return { io, node, demo }
}

describe('demo', () => {
  it('runs 8 hosts on free loopback ports until Ctrl-C', async () => {
    const { io, node, demo } = create()
    const ended = run('demo', { io, node })
    await settle()
    const { nodes, kill, durationS, homePath, config, signal } = demo.init!
    assert.deepEqual(
      { nodes, kill, durationS, homePath },
      { nodes: 8, kill: 0, durationS: undefined, homePath: undefined }
    )
    assert.equal(config.listen.address, '/ip4/127.0.0.1/tcp/0')
    assert.equal(config.api.port, 0)
    assert.equal(config.log.level, 'warn')
    assert.equal(signal.aborted, false)
    io.interrupt()
    assert.equal((await ended).code, 0)
    assert.equal(signal.aborted, true)
  })

  it('passes on what was asked for', async () => {
    const { io, node, demo } = create()
    node.configFile = 'log.level = "debug"'
    const line = 'demo --nodes 27 --duration 5m --kill 3 --home d --api-port 4900'
    const ended = run(line, { io, node })
    await settle()
    const { nodes, kill, durationS, homePath, config } = demo.init!
    assert.deepEqual({ nodes, kill, durationS }, { nodes: 27, kill: 3, durationS: 300 })
    assert.match(homePath!, /\/d$/)
    assert.deepEqual([config.api.port, config.log.level], [4_900, 'debug'])
    demo.end()
    await ended
  })

  const latencies = [
    { given: '50', ms: [50, 50, 50] },
    { given: 'lognormal:60', ms: [96.5, 173.75, 173.75] },
    { given: 'aws33', ms: [37.75, 80.25, 78.25] }
  ]
  for (const { given, ms } of latencies) {
    it(`takes the simulator's delays for --latency ${given}`, async () => {
      const { io, node, demo } = create()
      const ended = run(`demo --latency ${given}`, { io, node })
      while (demo.init === undefined) await settle()
      const { oneWayMs } = demo.init
      assert.equal(oneWayMs?.length, 8 * 8)
      assert.deepEqual([oneWayMs[1], oneWayMs[2], oneWayMs[2 * 8]], ms)
      demo.end()
      await ended
    })
  }

  it('refuses delays that it has no model of', async () => {
    for (const given of ['fast', '1001', 'lognormal:']) {
      const { code, err } = await run(`demo --latency ${given}`)
      assert.equal(code, 2)
      assert.match(err, /give ms up to 1000, lognormal:MEDIAN_MS/)
    }
  })

  it("leaves the node's own home and its config.toml alone", async () => {
    const { io, node, demo } = create()
    io.env['TORUSMESH_HOME'] = '/srv/precious'
    node.configFile = 'env = "mainnet"'
    const ended = run('demo', { io, node })
    await settle()
    assert.equal(demo.init!.homePath, undefined)
    assert.equal(demo.init!.config.env, 'dev')
    demo.end()
    await ended
  })

  it('prints a line every five seconds on a pipe, and the summary in the end', async () => {
    const { io, node, demo } = create()
    const ended = run('demo', { io, node })
    await settle()
    io.pass(5_000)
    io.pass(5_000)
    demo.end()
    const { out, err } = await ended
    const totals =
      '8 of 8 hosts up, 24 link ends (24 wanted), 348 ledger events; reports: 124 in, 32 out, 0 rejected'
    assert.deepEqual(out.split('\n').slice(0, 5), [
      '8 hosts up; HTTP status API: http://127.0.0.1:41234',
      'Any host from another terminal: torusmesh proposals --home /tmp/torusmesh-1a2b3c/host-0',
      `5 s: ${totals}`,
      `10 s: ${totals}`,
      'mesh       8 hosts in 8 cells over tcp, wired in 1.2 s, 182 MB'
    ])
    assert.equal(err, 'torusmesh: making keys\ntorusmesh: stopping hosts\n')
    assert.equal(io.timers.size, 0)
  })

  it('prints nothing but the summary with --json, even on a terminal', async () => {
    const { io, node, demo } = create()
    io.asTerminal()
    const ended = run('demo --json', { io, node })
    await settle()
    io.pass(5_000)
    demo.end()
    const { out, code } = await ended
    assert.deepEqual(JSON.parse(out), summary)
    assert.equal(code, 0)
    assert.equal(io.keys.size, 0)
  })

  it('redraws the table in place on a terminal and leaves the last one', async () => {
    const { io, node, demo } = create()
    io.asTerminal()
    const ended = run('demo', { io, node })
    await settle()
    io.pass(1_000)
    io.pass(1_000)
    const screen = screenOf(io.stdout.text)
    assert.equal(screen[0], '8 hosts, torus 2×2×2, 2 s')
    assert.equal(screen.at(-2), 'Ctrl-C stops; press k to kill a host')
    demo.end()
    await ended
    assert.equal(screenOf(io.stdout.text)[0], '8 hosts, torus 2×2×2, 2 s, stopping')
    assert.deepEqual([io.keys.size, io.timers.size, io.interrupts.size], [0, 0, 0])
  })

  it('kills a host when k is pressed and says when everybody knows', async () => {
    const { io, node, demo } = create()
    io.asTerminal()
    const ended = run('demo', { io, node })
    await settle()
    io.press('x')
    io.press('k')
    await settle()
    io.pass(4_000)
    for (const row of demo.rows) row.knowsDown = 1
    io.pass(1_000)
    const screen = screenOf(io.stdout.text)
    const notices = screen.filter(line => /^\d+ (ms|s): /.test(line))
    assert.deepEqual(notices, ['0 ms: host-7 was killed', '5 s: all 7 others know, 5 s later'])
    assert.ok(screen.some(line => line.startsWith('host-7') && line.includes('× killed')))
    demo.end()
    await ended
  })

  it('says so when there is nobody left to kill', async () => {
    const { io, node, demo } = create()
    io.asTerminal()
    const ended = run('demo', { io, node })
    await settle()
    for (let presses = 0; presses < 8; presses++) {
      io.press('k')
      await settle()
    }
    const notices = screenOf(io.stdout.text).filter(line => line.startsWith('0 ms: '))
    assert.deepEqual(notices.slice(-2), [
      '0 ms: host-1 was killed',
      '0 ms: only the host with the API is left'
    ])
    demo.end()
    await ended
  })

  it('shows log lines above the table', async () => {
    const { io, node, demo } = create()
    io.asTerminal()
    const ended = run('demo', { io, node })
    await settle()
    node.log!.write('12:00:01 WARN something\n')
    assert.deepEqual(screenOf(io.stdout.text).slice(0, 2), [
      '12:00:01 WARN something',
      '8 hosts, torus 2×2×2, 0 ms'
    ])
    demo.end()
    await ended
  })

  it('ends with 3 when a ledger does not verify', async () => {
    const node = new FakeNode()
    node.demo = async () => ({ ...summary, ledger: { ...summary.ledger, verified: false } })
    const { code, out } = await run('demo', { node })
    assert.equal(code, 3)
    assert.match(out, /ledgers .* NOT verified/)
  })

  it('fails when it is stopped before the mesh is up', async () => {
    const io = new FakeIo()
    const node = new FakeNode()
    node.demo = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    const ended = run('demo --json', { io, node })
    await settle()
    io.interrupt()
    const { code, out } = await ended
    assert.equal(code, 1)
    assert.equal(JSON.parse(out).error.code, 'CANCELLED')
  })
})
