import assert from 'node:assert/strict'
import { FaultClass } from '@torusmesh/ledger'
import { FakeIo } from './support/fake-io.ts'
import { events, FakeNode, sound } from './support/fake-node.ts'
import { run, settle } from './support/run.ts'
import { createSignedLog, type SignedLog } from './support/signed-log.ts'

describe('where the ledger is read', () => {
  it('is the running node', async () => {
    const node = new FakeNode()
    await run('ledger verify', { node })
    assert.deepEqual(node.calls, [])
  })

  for (const { desc, change } of [
    { desc: 'the folder when no node was started', change: { access: undefined } },
    { desc: 'the folder when the node was killed', change: { answers: false } }
  ]) {
    it(`is ${desc}`, async () => {
      for (const line of ['ledger verify', 'ledger show', 'ledger tail', 'ledger show 1']) {
        const node = Object.assign(new FakeNode(), change)
        assert.equal((await run(`${line} --home /srv/m`, { node })).code, 0)
        assert.deepEqual(node.calls, ['open /srv/m'])
        assert.equal(node.openLedgers, 0)
      }
    })
  }

  it('is closed again after a failure', async () => {
    const node = Object.assign(new FakeNode(), { access: undefined })
    const { code, err } = await run('ledger show 9', { node })
    assert.equal(code, 1)
    assert.equal(err, 'torusmesh: the ledger has no event 9; ask for 0 to 2\n')
    assert.equal(node.openLedgers, 0)
  })
})

describe('ledger verify', () => {
  const faults = [
    { fault: 'event-forged', seq: 1_700, detail: 'leaf hash differs' },
    { fault: 'newer-class', seq: 1_800, detail: '\u001b[2J' }
  ]

  it('names the exact place, the class and the next step, and ends with 3', async () => {
    const node = new FakeNode()
    node.verification = { ...sound, ok: false, faults }
    const { code, out } = await run('ledger verify', { node })
    assert.equal(code, 3)
    assert.deepEqual(out.split('\n'), [
      '3 events, 2 checkpoints: NOT verified, 2 faults',
      '  event 1700: event-forged (leaf hash differs)',
      '    somebody rewrote history: keep a copy as evidence, then restore a backup',
      '  event 1800: newer-class (?[2J)',
      '    keep a copy of the folder, then restore a backup',
      ''
    ])
  })

  it('gives the same as JSON', async () => {
    const node = new FakeNode()
    node.verification = { ...sound, ok: false, faults }
    const { code, out } = await run('ledger verify --json', { node })
    assert.equal(code, 3)
    assert.deepEqual(JSON.parse(out), node.verification)
  })

  it('lists ten faults and counts the rest', async () => {
    const node = new FakeNode()
    const many = Array.from({ length: 12 }, (_, seq) => ({
      fault: 'event-missing',
      seq,
      detail: ''
    }))
    node.verification = { ...sound, ok: false, faults: many }
    assert.match(
      (await run('ledger verify', { node })).out,
      /12 faults\n(.*\n)+ {2}and 2 more; --json has all\n$/
    )
  })

  it('knows a next step for every class of fault', async () => {
    for (const fault of Object.values(FaultClass)) {
      const node = new FakeNode()
      node.verification = { ...sound, ok: false, faults: [{ fault, seq: 0, detail: '' }] }
      const { out } = await run('ledger verify', { node })
      assert.doesNotMatch(out, /keep a copy of the folder/)
    }
  })
})

describe('ledger show', () => {
  it('gives the last events, or those asked for', async () => {
    const seqs = async (line: string): Promise<number[]> =>
      JSON.parse((await run(line)).out).events.map(({ seq }: { seq: number }) => seq)
    assert.deepEqual(await seqs('ledger show --limit 2 --json'), [1, 2])
    assert.deepEqual(await seqs('ledger show --from 0 --limit 2 --json'), [0, 1])
    assert.deepEqual(await seqs('ledger show --from 9 --json'), [])
  })

  it('says where the next page begins', async () => {
    const next = async (line: string): Promise<unknown> => JSON.parse((await run(line)).out).next
    assert.equal(await next('ledger show --from 0 --limit 2 --json'), 2)
    assert.equal(await next('ledger show --from 0 --limit 3 --json'), null)
  })
})

describe('ledger tail', () => {
  it('prints one JSON object a line', async () => {
    const { out } = await run('ledger tail --limit 2 --json')
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map(line => JSON.parse(line)),
      events.slice(1)
    )
  })

  it('follows without gap or repeat until Ctrl-C', async () => {
    const io = new FakeIo()
    const node = new FakeNode()
    node.ledger = events.slice(0, 1)
    const ended = run('ledger tail -f --json', { io, node })
    await settle()
    node.ledger = events.slice(0, 2)
    io.pass(1_000)
    await settle()
    io.pass(1_000)
    await settle()
    node.ledger = events
    io.pass(1_000)
    await settle()
    io.interrupt()
    const { code, out } = await ended
    assert.equal(code, 0)
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).seq),
      [0, 1, 2]
    )
    assert.equal(io.timers.size, 0)
  })

  it('fails when the node goes away', async () => {
    const io = new FakeIo()
    const node = new FakeNode()
    const ended = run('ledger tail -f', { io, node })
    await settle()
    node.answers = false
    io.pass(1_000)
    const { code, err } = await ended
    assert.equal(code, 1)
    assert.match(err, /no node answers/)
    assert.equal(io.timers.size, 0)
  })
})

describe('ledger prove', () => {
  let log: SignedLog
  before(async () => {
    log = await createSignedLog(5, 1)
  })

  async function proofOf(seq: number): Promise<string> {
    const node = Object.assign(new FakeNode(), {
      ledger: log.events,
      proofOf: log.proof,
      key: log.key
    })
    const { code, out } = await run(`ledger prove ${seq}`, { node })
    assert.equal(code, 0)
    return out
  }

  async function check(proof: string, options = '') {
    const io = new FakeIo()
    io.files['proof.json'] = proof
    return await run(`ledger prove --check proof.json ${options}`, { io })
  }

  it('makes proofs that verify from nothing but themselves', async () => {
    for (const { seq } of log.events) {
      const { code, out } = await check(await proofOf(seq))
      assert.equal(code, 0)
      assert.match(out, new RegExp(`^proven: event ${seq} is in the log\n`))
      assert.match(out, /compare it with what its owner prints by `ledger key`/)
    }
  })

  it('says as JSON what is proven', async () => {
    const { out } = await check(await proofOf(3), '--json')
    const { ok, seq, size, origin, key, actor } = JSON.parse(out)
    assert.deepEqual(
      { ok, seq, size, origin, key, actor },
      { ok: true, seq: 3, size: 5, origin: 'example.org/log', key: log.key, actor: '07'.repeat(32) }
    )
  })

  it('accepts only the key that was given', async () => {
    const proof = await proofOf(2)
    const other = await createSignedLog(1, 2)
    assert.equal((await check(proof, `--key ${log.key}`)).code, 0)
    assert.deepEqual(await check(proof, `--key ${other.key} --json`), {
      code: 3,
      out: '{\n  "ok": false,\n  "fault": "other-key"\n}\n',
      err: ''
    })
  })

  const tampered: {
    desc: string
    change: (proof: Record<string, unknown>) => unknown
    fault: string
  }[] = [
    {
      desc: 'another event',
      change: p => ({ ...p, event: log.events[1]!.bytes }),
      fault: 'other-seq'
    },
    { desc: 'another place', change: p => ({ ...p, seq: 3 }), fault: 'other-seq' },
    { desc: 'a shorter path', change: p => ({ ...p, path: [] }), fault: 'not-included' },
    {
      desc: 'a larger tree',
      change: p => ({ ...p, checkpoint: String(p['checkpoint']).replace('\n5\n', '\n6\n') }),
      fault: 'signature-invalid'
    },
    {
      desc: 'another log’s name',
      change: p => ({ ...p, checkpoint: String(p['checkpoint']).replace('example', 'examples') }),
      fault: 'signature-invalid'
    },
    { desc: 'a key that is none', change: p => ({ ...p, key: 'a+b+c' }), fault: 'key-malformed' },
    {
      desc: 'a key with a wrong id',
      change: p => ({ ...p, key: log.key.replace(/\+[0-9a-f]{8}\+/, '+00000000+') }),
      fault: 'key-malformed'
    },
    { desc: 'no key', change: ({ key: _, ...p }) => p, fault: 'proof-malformed' },
    { desc: 'nothing', change: () => null, fault: 'proof-malformed' },
    { desc: 'a list', change: () => [], fault: 'proof-malformed' },
    {
      desc: 'an event that is none',
      change: p => ({ ...p, event: 'AAAA' }),
      fault: 'event-malformed'
    }
  ]
  for (const { desc, change, fault } of tampered) {
    it(`refuses a proof with ${desc}: ${fault}`, async () => {
      const proof = change(JSON.parse(await proofOf(2)))
      const { code, out } = await check(JSON.stringify(proof), '--json')
      assert.deepEqual(JSON.parse(out), { ok: false, fault })
      assert.equal(code, 3)
    })
  }

  it('refuses a file that is no JSON', async () => {
    const { code, out } = await check('not JSON')
    assert.equal(code, 3)
    assert.match(out, /^NOT proven: proof-malformed; /)
  })

  it('asks to wait for an event that no checkpoint covers yet', async () => {
    const node = new FakeNode()
    node.proofOf = seq => ({ ...log.proof(seq), checkpoint: null })
    const { code, err } = await run('ledger prove 1', { node })
    assert.equal(code, 1)
    assert.equal(
      err,
      'torusmesh: event 1 is not under a signed checkpoint yet; try again in a second\n'
    )
  })

  it('works on a folder as it does on a node', async () => {
    const node = Object.assign(new FakeNode(), {
      access: undefined,
      ledger: log.events,
      proofOf: log.proof,
      key: log.key
    })
    const { out } = await run('ledger prove 4', { node })
    assert.equal((await check(out)).code, 0)
  })
})

describe('ledger key', () => {
  it('prints the key in a form that --key takes', async () => {
    const node = new FakeNode()
    assert.equal((await run('ledger key', { node })).out, `${node.key}\n`)
    assert.deepEqual(JSON.parse((await run('ledger key --json', { node })).out), { key: node.key })
  })
})
