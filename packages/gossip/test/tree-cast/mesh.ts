import {
  createTreeCastStore,
  step,
  TreeCastInput,
  type TreeCastLimits,
  TreeCastOutput,
  type TreeCastPlan,
  treeCastLimits
} from '../../src/index.ts'

export interface MeshRun {
  /** Deliveries by cell. */
  readonly delivered: Uint16Array
  /** Payloads sent. */
  readonly copies: number
  readonly said: Readonly<Record<string, number>>
}

/** A node a cell; a message of each of `sources`, one a second; `down` cells neither hear nor speak. */
export function castOver(
  plan: TreeCastPlan,
  sources: readonly number[],
  down: (cell: number) => boolean,
  delayMs: (a: number, b: number) => number,
  limits: TreeCastLimits = treeCastLimits
): MeshRun {
  const { cells, torus, links } = plan.graph
  const store = createTreeCastStore(cells, plan, limits, cell => cell)
  const events = new Map<number, [number, TreeCastInput, number, number, number][]>()
  const delivered = new Uint16Array(cells)
  const said: Record<string, number> = {}
  let now = 0
  let copies = 0
  let pending = 0
  const later = (ms: number, event: [number, TreeCastInput, number, number, number]): void => {
    pending++
    const at = now + Math.max(1, ms)
    const bucket = events.get(at)
    if (bucket === undefined) events.set(at, [event])
    else bucket.push(event)
  }
  const inputs: Partial<Record<TreeCastOutput, TreeCastInput>> = {
    [TreeCastOutput.push]: TreeCastInput.payload,
    [TreeCastOutput.announce]: TreeCastInput.announced,
    [TreeCastOutput.want]: TreeCastInput.wanted,
    [TreeCastOutput.ranks]: TreeCastInput.ranks
  }
  const out = (output: TreeCastOutput, row: number, slot: number, a: number, b: number): void => {
    said[output] = (said[output] ?? 0) + 1
    if (output === TreeCastOutput.deliver) delivered[row]!++
    else if (output === TreeCastOutput.wake) later(b, [row, TreeCastInput.timer, 0, a, 0])
    const input = inputs[output]
    if (input === undefined) return
    if (output === TreeCastOutput.push) copies++
    const peer = torus.translate(row, links[slot]!)
    const word = output === TreeCastOutput.push ? sources[a - 1]! : b
    if (!down(peer)) later(delayMs(row, peer), [peer, input, plan.back[slot]!, a, word])
  }
  for (let cell = 0; cell < cells; cell++) {
    for (let slot = 0; slot < plan.degree && !down(cell); slot++) {
      const ms = delayMs(cell, torus.translate(cell, links[slot]!))
      step(store, cell, TreeCastInput.link, slot, ms, 0, now, out)
    }
  }
  for (const [i, source] of sources.entries()) {
    later(2_000 + 1_000 * i, [source, TreeCastInput.publish, 0, i + 1, 0])
  }
  for (; pending > 0; now++) {
    for (const [row, input, slot, a, b] of events.get(now) ?? []) {
      pending--
      step(store, row, input, slot, a, b, now, out)
    }
    events.delete(now)
  }
  return { delivered, copies, said }
}
