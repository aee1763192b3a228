import { Buffer } from 'node:buffer'
import { AWS33_RTT, AWS33_SIGMA } from './data/aws33.ts'
import { LIBP2P8_ONE_WAY_MS, LIBP2P8_WEIGHTS } from './data/libp2p8.ts'
import { PLANETLAB490_RTT } from './data/planetlab490.ts'
import type { BandwidthClass } from './spec.ts'

/** Places that nodes stand at, with the delays measured between them. */
export interface Sites {
  readonly count: number
  /** `count * count`, from row to column: one-way delay in sixteenths of a ms. */
  readonly delays: Uint16Array
  /** `count * count`: spread of a single message, lognormal; left out where nothing was measured. */
  readonly sigmaPermille?: Uint16Array
  /** Each site as often as its weight, where nodes don't fall evenly. */
  readonly pick?: Uint8Array
}

export type SitesModel = 'aws33' | 'planetlab490' | 'libp2p8'

/** The two kinds of nodes of libp2p's simulation of gossipsub. Source: data/ATTRIBUTION.md. */
export const LIBP2P8_BANDWIDTH: readonly BandwidthClass[] = [
  { sharePermille: 200, upKbps: 1_024_000, downKbps: 1_024_000 },
  { sharePermille: 800, upKbps: 50_000, downKbps: 50_000 }
]

const loaders: Readonly<Record<SitesModel, () => Sites>> = {
  aws33: loadAws33,
  planetlab490: loadPlanetlab490,
  libp2p8: loadLibp2p8
}
const loaded = new Map<SitesModel, Sites>()

/** The sites of a measured model; unpacked when first asked for. */
export function sitesOf(model: SitesModel): Sites {
  let sites = loaded.get(model)
  if (sites === undefined) {
    sites = loaders[model]()
    loaded.set(model, sites)
  }
  return sites
}

function loadAws33(): Sites {
  const sigmas = words(AWS33_SIGMA)
  return {
    count: 33,
    delays: words(AWS33_RTT).map(halved),
    // Measured of round trips: two independent ways spread less than one by the root of two.
    sigmaPermille: sigmas.map(sigma => Math.round((sigma * 1_414) / 10_000) * 10)
  }
}

function loadPlanetlab490(): Sites {
  const count = 490
  const triangle = words(PLANETLAB490_RTT)
  const delays = new Uint16Array(count * count)
  for (let row = 1, at = 0; row < count; row++) {
    for (let column = 0; column < row; column++, at++) {
      const delay = halved(triangle[at]!)
      delays[row * count + column] = delay
      delays[column * count + row] = delay
    }
  }
  return { count, delays }
}

function loadLibp2p8(): Sites {
  return {
    count: LIBP2P8_WEIGHTS.length,
    delays: Uint16Array.from(LIBP2P8_ONE_WAY_MS, ms => ms * 16),
    pick: Uint8Array.from(
      LIBP2P8_WEIGHTS.flatMap((weight, site) => new Array<number>(weight).fill(site))
    )
  }
}

/** One way in sixteenths of a ms of a round trip in tenths. */
function halved(roundTrip: number): number {
  return Math.round((roundTrip * 4) / 5)
}

function words(base64: string): Uint16Array {
  const bytes = Buffer.from(base64, 'base64')
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readUInt16LE(2 * i))
}
