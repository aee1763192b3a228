import type { Torus } from './torus.ts'

/**
 * Every neighbour of `from` that is strictly closer to `to`, in the order of `neighbours`; empty on
 * arrival.
 *
 * @throws TorusError `bad-cell`.
 */
export function nextHops(torus: Torus, from: number, to: number): number[] {
  torus.assertCell(from)
  torus.assertCell(to)
  const distance = torus.distance(from, to)
  return torus.neighbours(from).filter(next => torus.distance(next, to) < distance)
}

/**
 * A shortest path, both ends included: always the first of {@link nextHops}, so axis after axis.
 *
 * @throws TorusError `bad-cell`.
 */
export function route(torus: Torus, from: number, to: number): number[] {
  const path = [from]
  for (let [next] = nextHops(torus, from, to); next !== undefined; ) {
    path.push(next)
    next = nextHops(torus, next, to)[0]
  }
  return path
}
