import assert from 'node:assert/strict'
import {
  checkpointDigest,
  decodeStep,
  type EngineOutput,
  type Epoch,
  type EpochPlan,
  type EpochStep,
  encodeStep,
  followStep,
  isChurnAllowed,
  Kind,
  type Message,
  nextEpoch,
  powerFromWeight
} from '../../src/index.ts'
import { epochOf, equals, validatorOf, verifierOf } from '../harness/keys.ts'
import { ENDS_EPOCH, Node, portsOf } from '../harness/node.ts'
import { claimOf } from '../harness/scripted.ts'

const END = Uint8Array.of(ENDS_EPOCH)
const validators = (keys: readonly number[]) => keys.map(key => validatorOf(key))
const planOf = (keys: readonly number[]): EpochPlan => ({
  validators: validators(keys),
  policyVersion: 2,
  seed: '77'.repeat(32),
  delayMs: 100
})

/** All nodes of an epoch, every message delivered in order; returns what they said beside messages. */
function decide(
  epoch: Epoch,
  item: Uint8Array,
  next: EpochPlan | null,
  opening: string | null = null
) {
  const queue: [to: Node, from: number, message: Message][] = []
  const said: [validator: number, output: EngineOutput][] = []
  const nodes: Node[] = []
  let sent = 0
  const sink = {
    send(node: Node, to: number | null, message: Message) {
      sent++
      for (const other of nodes) {
        if (other !== node && (to === null || other.validator === to)) {
          queue.push([other, node.validator, message])
        }
      }
    },
    decide() {},
    said: (node: Node, output: EngineOutput) => said.push([node.validator, output])
  }
  const ports = portsOf(epoch, verifierOf(epoch), next)
  for (const index of epoch.validators.keys()) {
    nodes.push(new Node(index, index, false, epoch, ports, sink, opening))
  }
  const settle = (): void => {
    for (let at = 0; at < queue.length; at++) {
      const [to, from, message] = queue[at]!
      to.handle({ type: 'message', from, message }, 0)
    }
    queue.length = 0
  }
  for (const node of nodes) node.handle({ type: 'start' }, 0)
  settle()
  for (const node of nodes) node.handle({ type: 'submit', item }, 0)
  settle()
  return { nodes, said, sent: () => sent, settle }
}

describe('sizes', () => {
  for (const count of [1, 2, 3, 4, 7, 25, 64]) {
    it(`${count} validators decide, then fall silent`, () => {
      const epoch = epochOf(equals(count))
      const { nodes } = decide(epoch, Uint8Array.of(1), null)
      for (const { decided, timerMs } of nodes) assert.deepEqual([decided, timerMs], [1, null])
    })
  }

  it('512 validators decide what 342 of them sign', () => {
    const epoch = epochOf(equals(512))
    const queue: [from: number, message: Message][] = []
    const leader = epoch.leader(1)
    const ports = portsOf(epoch, verifierOf(epoch))
    const sink = {
      send: (node: Node, _to: number | null, message: Message) => {
        queue.push([node.validator, message])
      },
      decide() {},
      said() {}
    }
    const indices = [
      leader,
      ...[...epoch.validators.keys()].filter(at => at !== leader).slice(0, 341)
    ]
    const nodes = indices.map(index => new Node(index, index, false, epoch, ports, sink))
    nodes[0]!.handle({ type: 'submit', item: Uint8Array.of(1) }, 0)
    for (let at = 0; at < queue.length; at++) {
      const [from, message] = queue[at]!
      // Everybody hears the proposal; the leader alone counts, and tells the others its certificates.
      const isForAll =
        message.type === 'proposal' || (message.type === 'certificate' && from === leader)
      for (const node of isForAll ? nodes : nodes.slice(0, 1)) {
        if (node.validator !== from) node.handle({ type: 'message', from, message }, 0)
      }
    }
    for (const { decided } of nodes) assert.equal(decided, 1)
  })

  it('below four validators no fault is tolerated, and the epoch says so', () => {
    for (const count of [1, 2, 3]) {
      const epoch = epochOf(equals(count))
      assert.equal(epoch.isFragile(), true)
      assert.equal(epoch.tolerance().faultyPower, 0)
      assert.match(
        epoch.tolerance().says,
        /tolerate no faulty one: destructive actions need the oper/
      )
    }
    assert.equal(epochOf(equals(4)).isFragile(), false)
    assert.match(epochOf(equals(7)).tolerance().says, /up to 2 of 7 power/)
  })

  it('clamps power from weights to four times the least', () => {
    const weights = [0, 1, 137, 138, 275, 276, 412, 413, 550, 551, 1e6]
    assert.deepEqual(weights.map(powerFromWeight), [1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4])
  })

  it('leaders lead by their power', () => {
    const epoch = epochOf([4, 1, 1, 1, 1])
    let views = 0
    for (let view = 1; view <= 2_000; view++) views += Number(epoch.leader(view) === 0)
    assert.ok(views > 900 && views < 1_100)
  })
})

describe('set change', () => {
  const epoch = epochOf(equals(4))
  const plan = planOf([0, 1, 2, 4])

  function steps(): { step: EpochStep; next: Epoch } {
    const old = decide(epoch, END, plan)
    const endings = old.said.flatMap(([, output]) =>
      output.type === 'ended' ? [output.ending] : []
    )
    assert.equal(endings.length, 4)
    const { checkpoint } = endings[0]!
    const closings = old.said.flatMap(([, output]) =>
      output.type === 'checkpoint' ? [output.certificate] : []
    )
    const next = nextEpoch(epoch, checkpoint, plan)
    const fresh = decide(next, Uint8Array.of(1), null, checkpointDigest(checkpoint))
    const openings = fresh.said.flatMap(([, output]) =>
      output.type === 'checkpoint' ? [output.certificate] : []
    )
    for (const { decided, timerMs } of [...old.nodes, ...fresh.nodes]) {
      assert.deepEqual([decided, timerMs], [1, null])
    }
    return { step: { checkpoint, plan, closing: closings[0]!, opening: openings[0]! }, next }
  }

  it('ends the epoch; both sets sign the checkpoint; a light client follows with keys alone', () => {
    const { step, next } = steps()
    const decoded = decodeStep(encodeStep(step))!
    const followed = followStep(epoch, decoded, verifierOf)
    assert.ok(followed.ok)
    assert.equal(followed.value.id, next.id)
    assert.equal(followed.value.origin.height, 1)
  })

  it('is followed by nobody where one set is missing or too much changes', () => {
    const { step, next } = steps()
    const digest = checkpointDigest(step.checkpoint)
    const few = claimOf(next, [0, 1], Kind.opening, 0, digest)
    const strange = planOf([0, 1, 5, 6])
    for (const [change, fault] of [
      [{ checkpoint: { ...step.checkpoint, number: 1 } }, 'wrong-epoch'],
      [{ plan: planOf([0, 1, 2, 5]) }, 'wrong-plan'],
      [{ checkpoint: { ...step.checkpoint, height: 9 } }, 'bad-closing'],
      [{ closing: step.opening }, 'bad-closing'],
      [{ opening: few }, 'bad-opening']
    ] as const) {
      const followed = followStep(epoch, { ...step, ...change }, verifierOf)
      assert.deepEqual(followed, { ok: false, fault })
    }
    assert.equal(isChurnAllowed(epoch.validators, strange.validators), false)
  })

  it('after it nothing more is decided in the epoch, and those behind get its last certificate', () => {
    const { nodes, said, sent, settle } = decide(epoch, END, plan)
    said.length = 0
    const before = sent()
    for (const node of nodes) node.handle({ type: 'submit', item: Uint8Array.of(1) }, 0)
    settle()
    assert.equal(sent(), before)
    assert.deepEqual(
      nodes.map(({ decided }) => decided),
      [1, 1, 1, 1]
    )
  })

  it('changes at most a third of the power, or one of fewer than four', () => {
    for (const [from, to, isAllowed] of [
      [[0], [0, 1], true],
      [[0, 1], [0], true],
      [[0, 1], [0, 1, 2], true],
      [[0], [1], false],
      [[0, 1], [0, 2], false],
      [[0, 1, 2], [0, 1, 2, 3], true],
      [[0, 1, 2, 3], [0, 1, 2], true],
      [[0, 1, 2, 3], [0, 1], false],
      [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 6, 7], true],
      [[0, 1, 2, 3, 4, 5], [0, 1, 2, 6, 7, 8], false]
    ] as const) {
      assert.equal(isChurnAllowed(validators(from), validators(to)), isAllowed)
    }
  })

  it('is not proposed where too much would change', () => {
    const { nodes } = decide(epoch, END, planOf([0, 1, 5, 6]))
    for (const { decided } of nodes) assert.equal(decided, 0)
  })
})
