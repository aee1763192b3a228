import type { Carrier, World } from './carrier.ts'
import { lowest, SeenRing } from './seen-ring.ts'

/** Every first reception goes on over all other links. */
export class Flood implements Carrier {
  readonly #world: World
  readonly #ring: SeenRing
  readonly #linked: Uint16Array

  constructor(world: World, nodes: number, kept: number) {
    this.#world = world
    this.#ring = new SeenRing(nodes, kept)
    this.#linked = new Uint16Array(nodes)
  }

  linkUp(local: number, link: number): void {
    this.#linked[local]! |= 1 << link
  }

  linkDown(local: number, link: number): void {
    this.#linked[local]! &= ~(1 << link)
  }

  boot(local: number, remembers: boolean): void {
    if (!remembers) this.#ring.clear(local)
    this.#linked[local] = 0
  }

  publish(local: number, id: number): void {
    this.#pass(local, this.#ring.add(local, id, 0))
  }

  payload(local: number, link: number, id: number): void {
    let at = this.#ring.find(local, id)
    const fresh = at < 0
    if (fresh) at = this.#ring.add(local, id, 0)
    this.#ring.holders[at]! |= 1 << link
    if (!fresh) return
    this.#world.deliver(local, id, link)
    this.#pass(local, at)
  }

  control(): void {}

  timer(): void {}

  needs(): boolean {
    return true
  }

  columns(): readonly ArrayBufferView[] {
    return [...this.#ring.columns(), this.#linked]
  }

  #pass(local: number, at: number): void {
    const { id, holders } = this.#ring
    for (let left = this.#linked[local]! & ~holders[at]!; left !== 0; left &= left - 1) {
      this.#world.payload(local, lowest(left), id[at]!, false)
    }
  }
}
