import {
  createTreeCastStore,
  needs,
  SLOTS,
  step,
  TreeCastInput,
  type TreeCastLimits,
  TreeCastOutput,
  type TreeCastPlan,
  type TreeCastSink,
  type TreeCastStore
} from '@torusmesh/gossip'
import { TICKS_PER_MS } from '../engine/model.ts'
import { type Carrier, Kind, type World } from './carrier.ts'

export interface TreeCastCarrierInit {
  readonly world: World
  readonly nodes: number
  readonly plan: TreeCastPlan
  readonly limits: TreeCastLimits
  readonly cellOf: (local: number) => number
  readonly sourceCellOf: (id: number) => number
  readonly sizeBytes: number
}

/** The real machine of `@torusmesh/gossip`, a row a node. */
export class TreeCastCarrier implements Carrier {
  readonly store: TreeCastStore
  readonly #init: TreeCastCarrierInit

  constructor(init: TreeCastCarrierInit) {
    this.#init = init
    this.store = createTreeCastStore(init.nodes, init.plan, init.limits, init.cellOf)
  }

  linkUp(local: number, link: number, delayMs: number): void {
    this.#step(local, TreeCastInput.link, link, delayMs, 0)
  }

  linkDown(local: number, link: number): void {
    this.#step(local, TreeCastInput.unlink, link, 0, 0)
  }

  boot(local: number, remembers: boolean): void {
    const { id, stage, opened, linked, untold, limits } = this.store
    linked[local] = 0
    untold[local] = 0
    if (remembers) return
    const first = local * limits.messages
    id.fill(0, first, first + limits.messages)
    stage.fill(0, first, first + limits.messages)
    opened.fill(0, local * SLOTS, (local + 1) * SLOTS)
  }

  publish(local: number, id: number): void {
    this.#step(local, TreeCastInput.publish, 0, id, 0)
  }

  payload(local: number, link: number, id: number): void {
    this.#step(local, TreeCastInput.payload, link, id, this.#init.sourceCellOf(id))
  }

  control(local: number, link: number, kind: Kind, a: number, b: number): void {
    if (kind === Kind.announce) {
      this.#step(local, TreeCastInput.announced, link, a, this.#init.sizeBytes)
    } else if (kind === Kind.want) this.#step(local, TreeCastInput.wanted, link, a, 0)
    else if (kind === Kind.ranks) this.#step(local, TreeCastInput.ranks, link, a, b)
  }

  timer(local: number, id: number): void {
    this.#step(local, TreeCastInput.timer, 0, id, 0)
  }

  needs(local: number, link: number, id: number): boolean {
    return needs(this.store, local, link, id)
  }

  columns(): readonly ArrayBufferView[] {
    return Object.values(this.store).filter(column => ArrayBuffer.isView(column))
  }

  #serving = false

  #step(local: number, input: TreeCastInput, slot: number, a: number, b: number): void {
    this.#serving = input === TreeCastInput.wanted
    step(this.store, local, input, slot, a, b, this.#init.world.nowMs, this.#sink)
  }

  readonly #sink: TreeCastSink = (output, local, slot, a, b) => {
    const { world } = this.#init
    switch (output) {
      case TreeCastOutput.deliver:
        return world.deliver(local, a, slot)
      case TreeCastOutput.push:
        return world.payload(local, slot, a, this.#serving)
      case TreeCastOutput.announce:
        return world.control(local, slot, Kind.announce, a, 0, 1)
      case TreeCastOutput.want:
        world.mark('pulled')
        return world.control(local, slot, Kind.want, a, 0, 1)
      case TreeCastOutput.wake:
        return world.timer(local, Math.max(1, b * TICKS_PER_MS), Kind.timer, a, 0)
      case TreeCastOutput.ranks:
        return world.control(local, slot, Kind.ranks, a, b, 0)
      case TreeCastOutput.unanswered:
        return world.mark('unanswered-pull')
      default:
        output satisfies never
    }
  }
}
