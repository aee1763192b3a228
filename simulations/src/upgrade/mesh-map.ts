import type { Positions } from '@torusmesh/upgrade'

/** Who gets a flooded word after how many hops, over the links of the torus. */
export class MeshMap {
  readonly #links: readonly (readonly number[])[]
  readonly #canPass: (from: number, to: number) => boolean
  readonly #known = new Map<number, readonly (readonly number[])[]>()

  /** @param canPass - whether `to` hears `from`, and `from` passes on what it heard, as of now */
  constructor(positions: Positions, canPass: (from: number, to: number) => boolean) {
    this.#canPass = canPass
    this.#links = positions.members.map(({ cell }, member) =>
      [cell, ...positions.neighbours(cell)]
        .flatMap(near => positions.residents(near))
        .filter(other => other !== member)
    )
  }

  /** Who is up, or apart, has changed. */
  change(): void {
    this.#known.clear()
  }

  /** @returns by hops less one: the members reached */
  reach(sender: number): readonly (readonly number[])[] {
    const known = this.#known.get(sender)
    if (known !== undefined) return known
    const seen = new Set([sender])
    const layers: number[][] = []
    let layer = [sender]
    while (layer.length > 0) {
      const next: number[] = []
      for (const from of layer) {
        for (const to of this.#links[from]!) {
          if (seen.has(to) || !this.#canPass(from, to)) continue
          seen.add(to)
          next.push(to)
        }
      }
      if (next.length > 0) layers.push(next)
      layer = next
    }
    this.#known.set(sender, layers)
    return layers
  }
}
