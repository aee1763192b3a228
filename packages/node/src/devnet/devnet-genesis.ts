import { cellsOf, checkGenesis, Env, type Genesis, type KeySet } from '@torusmesh/protocol'
import type { CouncilSettings } from '../council/index.ts'
import { NodeError } from '../errors.ts'
import { Home } from '../identity/home.ts'

/** The mesh's own torus; smaller meshes take the smallest cube that holds them. */
const MAX_SIDE = 8

/** Sides of the torus for so many hosts: the smallest cube that holds them, up to 8×8×8. */
export function sidesFor(nodes: number): number[] {
  let side = 2
  while (side < MAX_SIDE && side ** 3 < nodes) side++
  return [side, side, side]
}

/** A day of a devnet's governance is a minute: a parameter changes in five, not in as many days. */
export const DEVNET_COUNCIL: CouncilSettings = { pace: 1_440 }

/** Founders spread evenly over the cells, hosts that follow each other close together. */
export function newGenesis(founders: readonly KeySet[]): Genesis {
  const sides = sidesFor(founders.length)
  const cells = cellsOf(sides)
  const checked = checkGenesis({
    name: 'devnet',
    env: Env.dev,
    sides,
    createdMs: Date.now(),
    founders: founders.map((keys, i) => ({
      keys,
      cell: founders.length <= cells ? Math.floor((i * cells) / founders.length) : i % cells,
      addresses: []
    }))
  })
  if (checked.ok) return checked.genesis
  throw new NodeError('GENESIS_REFUSED', checked.message)
}

/**
 * The genesis that a folder of hosts holds, `undefined` for a new folder.
 *
 * @throws {NodeError} `DEVNET_SIZE` for a mesh of another number of hosts
 */
export async function keptGenesis(homePath: string, nodes: number): Promise<Genesis | undefined> {
  const folder = new Home(homePath)
  if (!(await folder.hasGenesis())) return undefined
  const genesis = await folder.genesis()
  if (genesis.founders.length === nodes) return genesis
  throw new NodeError(
    'DEVNET_SIZE',
    `${homePath} holds a mesh of ${genesis.founders.length} hosts: use --nodes ${genesis.founders.length}, or another --home`
  )
}
