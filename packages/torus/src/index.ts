export { type BroadcastTree, createBroadcastTree } from './broadcast.ts'
export { type CayleyGraph, createCayleyGraph } from './cayley.ts'
export { TorusError, type TorusErrorCode } from './errors.ts'
export { type Graph, hopsFrom, MAX_TABLE_CELLS } from './graph.ts'
export { treeChildren, treeParent, treePath } from './independent-trees.ts'
export { ball, ballSizes, layer, layerSizes, MAX_LISTED_DIAMETER } from './layers.ts'
export { type LongLinks, longLinkPermutation } from './long-links.ts'
export { createRandomStream, type RandomStream, SEED_BYTES } from './random.ts'
export { nextHops, route } from './routes.ts'
export { laplacianEigenvalues, type SpectralGap, spectralGap } from './spectrum.ts'
export { createTakeover, type Takeover } from './takeover.ts'
export { createTorus, type Direction, MAX_CELLS, MAX_DIMENSIONS, type Torus } from './torus.ts'
export {
  type ColouringFacts,
  colouringFacts,
  EIGHT_WAVES,
  FOUR_WAVES,
  type LinearColouring,
  MAX_ALL_PAIRS_CELLS,
  MAX_WAVES,
  remainingDiameter,
  waveColouring
} from './waves.ts'
