import {
  Block,
  Engine,
  type EngineInput,
  Epoch,
  encodeMessage,
  epochContext,
  Kind,
  type Message,
  statementBytes
} from '@torusmesh/consensus'
import { Env, type KeyPair, SuiteId, suiteOf } from '@torusmesh/protocol'
import { generateKeyPair, nativeSuites } from '@torusmesh/protocol/native'
import { median, type Row } from './row.ts'

const NODES = 512
const RUNS = 5

/** One decision as one of 512 nodes sees it. */
interface Decision {
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly cpuMs: number
}

/**
 * What a decision of 512 validators costs a follower, with real ML-DSA-44: the proposal and every vote
 * reach it once, as from a gossip without duplicates. What a certificate says already isn't verified.
 */
export async function decisionRows(): Promise<Row[]> {
  const suite = suiteOf((await nativeSuites()).suites, SuiteId.mlDsa44)
  const keys: KeyPair[] = []
  for (let at = 0; at < NODES; at++) keys.push(await generateKeyPair(SuiteId.mlDsa44))
  const epoch = epochOf(keys)
  const context = epochContext(Env.dev, epoch.id)
  const sign = (validator: number, statement: Uint8Array): Uint8Array =>
    suite.sign(keys[validator]!.secretKey, statement, context)
  const words = messagesOf(epoch, sign)
  const self = epoch.leader(1) === 0 ? 1 : 0
  const runs = Array.from({ length: RUNS }, () => {
    const verify = (validator: number, statement: Uint8Array, signature: Uint8Array): boolean =>
      suite.verify(keys[validator]!.publicKey, statement, signature, context)
    return decide(epoch, self, words, verify, sign)
  })
  const cpuMs = median(runs.map(run => run.cpuMs))
  const { receivedBytes, sentBytes } = runs[0]!
  const goal = { peer: 'goal 150 ms', ratio: cpuMs / 150 }
  const megabytes = (receivedBytes + sentBytes) / 1e6
  return [
    { name: '512 nodes: a decision, CPU a node', value: cpuMs, unit: 'ms', ...goal },
    {
      name: '512 nodes: a decision, bytes a node without duplicates',
      value: megabytes,
      unit: 'MB',
      peer: 'goal 8 MB',
      ratio: megabytes / 8
    }
  ]
}

function epochOf(keys: readonly KeyPair[]): Epoch {
  const validators = keys.map(({ publicKey }, at) => {
    const id = new Uint8Array(32)
    new DataView(id.buffer).setUint32(0, at)
    return { id, publicKey, power: 1 }
  })
  const origin = { digest: '0a'.repeat(32), height: 0, stateRoot: '0b'.repeat(32) }
  const plan = { policyVersion: 1, seed: '5e'.repeat(32), delayMs: 1_000, validators }
  return new Epoch({ number: 0, env: Env.dev, ...plan, origin })
}

type Sign = (validator: number, statement: Uint8Array) => Uint8Array

/** What everybody says of the first block, in order. */
function messagesOf(epoch: Epoch, sign: Sign): Message[] {
  const block = Block.build(
    {
      epochId: epoch.id,
      view: 1,
      parentView: 0,
      parentDigest: epoch.origin.digest,
      height: 1,
      stateRoot: epoch.origin.stateRoot,
      policyVersion: epoch.policyVersion,
      nextPlan: null,
      justification: { parent: null, skipped: [] }
    },
    [new Uint8Array(1_000)]
  )
  const statement = (kind: Kind): Uint8Array => statementBytes(epoch.id, kind, 1, block.digest)
  const leader = epoch.leader(1)
  const proposal = { type: 'proposal', block, signature: sign(leader, statement(Kind.propose)) }
  const votes = [Kind.notarize, Kind.finalize].flatMap(kind =>
    epoch.validators.map((_, validator): Message => {
      const signature = sign(validator, statement(kind))
      const { digest } = block
      return {
        type: 'vote',
        vote: { epochId: epoch.id, kind, view: 1, digest, validator, signature }
      }
    })
  )
  return [proposal as Message, ...votes]
}

function decide(
  epoch: Epoch,
  self: number,
  words: readonly Message[],
  verify: (validator: number, statement: Uint8Array, signature: Uint8Array) => boolean,
  sign: Sign
): Decision {
  const execute = () => ({ stateRoot: epoch.origin.stateRoot, next: null })
  const ports = { verify, select: (_: unknown, items: readonly Uint8Array[]) => items, execute }
  const engine = new Engine({ epoch, self, ports })
  let sentBytes = 0
  let isDecided = false
  const give = (input: EngineInput): void => {
    const inbox = [input]
    for (let at = 0; at < inbox.length; at++) {
      engine.handle(inbox[at]!, 0, output => {
        if (output.type === 'persist') inbox.push({ type: 'persisted', sequence: output.sequence })
        if (output.type === 'sign') {
          const { ballot, statement } = output
          inbox.push({ type: 'signed', ballot, signature: sign(self, statement) })
        }
        if (output.type === 'broadcast') sentBytes += encodeMessage(output.message).length
        if (output.type === 'decide') isDecided = true
      })
    }
  }
  const heard = words.filter(word => word.type !== 'vote' || word.vote.validator !== self)
  const start = process.cpuUsage()
  give({ type: 'start' })
  for (const message of heard) give({ type: 'message', from: epoch.leader(1), message })
  const { user, system } = process.cpuUsage(start)
  if (!isDecided) throw new Error('512 votes of each kind decide nothing')
  const receivedBytes = heard.reduce((sum, word) => sum + encodeMessage(word).length, 0)
  return { receivedBytes, sentBytes, cpuMs: (user + system) / 1e3 }
}
