import {
  type Block,
  type CertificateKind,
  type Digest,
  type Epoch,
  Kind,
  NO_DIGEST
} from '../../src/index.ts'
import { epochOf, equals } from '../harness/keys.ts'
import { blockOf, claimOf, proposalOf, Scripted } from '../harness/scripted.ts'
import type { Statement, Step } from './trace.ts'

/** Who leads views 1, 2, …; the model's view 4 is led by the faulty one. */
const LEADERS = [0, 3, 1, 3]
const HONEST = [0, 1, 2]
const FAULTY = 3
const ORIGIN = 0
/** Timers until a view is given up: Δ, 2Δ, 3Δ. */
const PATIENCE = 3

const EPOCH: Epoch = drawEpoch()

/** An epoch with the model's leaders: seeds are tried until one fits. */
function drawEpoch(): Epoch {
  for (let at = 0; at < 10_000; at++) {
    const epoch = epochOf(equals(4), { seed: at.toString(16).padStart(64, '0') })
    if (LEADERS.every((leader, view) => epoch.leader(view + 1) === leader)) return epoch
  }
  throw new Error('no seed gives the leaders of the model')
}

const word = ({ kind, view, block }: Statement): string => `${kind} ${view} ${block}`

/** What a node has said and where it is, as the model puts it. */
export interface Standing {
  readonly view: number
  readonly floor: number
  readonly said: readonly string[]
}

/** The same of a step of the model. */
export function standingOf({ view, floor, said }: Step): Standing {
  return { view, floor, said: said.map(word).sort() }
}

/** Three honest engines driven by the steps of a trace; the faulty one is played. */
export class Replay {
  private readonly nodes: Scripted[]
  private readonly blocks = new Map<number, Block>()
  private readonly numbers = new Map<Digest, number>([
    [EPOCH.origin.digest, ORIGIN],
    [NO_DIGEST, ORIGIN]
  ])
  private readonly said: Set<string>[] = HONEST.map(() => new Set())
  private readonly lies = new Set<string>()
  private items = 0

  constructor() {
    this.nodes = HONEST.map(self => new Scripted(EPOCH, self))
    for (const who of HONEST) this.settle(who)
  }

  /** Makes the step; the standing of the honest node that made it, if one did. */
  play({ act, who, what, parent }: Step): Standing | undefined {
    switch (act) {
      case 'lie':
        this.lies.add(word(what))
        return undefined
      case 'lead':
        this.lead(what, parent)
        return undefined
      case 'proposal':
        this.nodes[who]!.hear(proposalOf(EPOCH, this.blocks.get(what.block)!))
        break
      case 'certificate':
        this.nodes[who]!.hear({ type: 'certificate', claim: this.claim(what) })
        break
      case 'block': {
        const blocks = [this.blocks.get(what.block)!]
        this.nodes[who]!.hear({ type: 'blocks', epochId: EPOCH.id, blocks })
        break
      }
      case 'expire':
        for (let at = 0; at < PATIENCE; at++) this.nodes[who]!.expire()
        break
      case 'start':
        break
      default:
        throw new Error(`the model knows a step ${act} that the replay doesn't`)
    }
    return this.settle(who)
  }

  /** A faulty leader's block, justified as well as the votes there are allow. */
  private lead({ view, block }: Statement, parent: number): void {
    const parentView = this.blocks.get(parent)?.header.view ?? 0
    const below = this.blocks.get(parent)
    const parentClaim =
      below === undefined ? null : this.claim({ kind: 'notarize', view: parentView, block: parent })
    const skipped = Array.from({ length: view - parentView - 1 }, (_, at) =>
      this.claim({ kind: 'nullify', view: parentView + 1 + at, block: ORIGIN })
    )
    const items = [Uint8Array.of(1, block)]
    const base = { view, parentClaim, skipped, items }
    this.note(block, blockOf(EPOCH, below === undefined ? base : { ...base, parent: below }))
  }

  /** A certificate by everybody who said so: too few where the statement isn't certain. */
  private claim(what: Statement): ReturnType<typeof claimOf> {
    const said = word(what)
    const signers = HONEST.filter(who => this.said[who]!.has(said))
    if (this.lies.has(said)) signers.push(FAULTY)
    const digest = what.kind === 'nullify' ? NO_DIGEST : this.blocks.get(what.block)!.digest
    return claimOf(
      EPOCH,
      signers,
      Kind[what.kind as 'notarize'] as CertificateKind,
      what.view,
      digest
    )
  }

  /** Gives the node something to decide if it has nothing, and reads what it said. */
  private settle(who: number): Standing {
    const node = this.nodes[who]!
    node.give({ type: 'submit', item: Uint8Array.of(1, 100 + who, this.items++) })
    for (const output of node.outputs) {
      if (output.type !== 'broadcast') continue
      const { message } = output
      if (message.type === 'proposal') this.note(10 * message.block.header.view, message.block)
      if (message.type !== 'vote') continue
      const { kind, view, digest } = message.vote
      const name =
        kind === Kind.nullify ? 'nullify' : kind === Kind.notarize ? 'notarize' : 'finalize'
      this.said[who]!.add(word({ kind: name, view, block: this.numbers.get(digest)! }))
    }
    node.outputs.splice(
      0,
      node.outputs.findLastIndex(({ type }) => type === 'timer')
    )
    const { view, floor } = node.engine.status
    return { view, floor: this.numbers.get(floor.digest)!, said: [...this.said[who]!].sort() }
  }

  private note(block: number, content: Block): void {
    this.blocks.set(block, content)
    this.numbers.set(content.digest, block)
  }
}
