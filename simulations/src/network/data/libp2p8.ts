/** Regions in the order of the weights and of the rows and columns below. */
// biome-ignore format: a table
export const LIBP2P8_REGIONS = [
  'australia', 'europe', 'east_asia', 'west_asia',
  'na_east', 'na_west', 'south_africa', 'south_america'
] as const

/** Ethereum nodes counted in each region. Source and licence: ATTRIBUTION.md. */
export const LIBP2P8_WEIGHTS = [290, 5599, 1059, 161, 2894, 1240, 47, 36] as const

/** One-way delays from row to column, ms. */
// biome-ignore format: a table
export const LIBP2P8_ONE_WAY_MS = [
    2, 165, 110, 180, 150, 110, 220, 190,
  165,   2, 125,  60,  70, 110,  95, 140,
  110, 125,   4, 110, 140, 100, 175, 175,
  180,  60, 110,   5, 110, 150, 110, 145,
  150,  70, 140, 110,   2,  60, 130, 100,
  110, 110, 100, 150,  60,   2, 160, 100,
  220,  95, 175, 110, 130, 160,   7, 190,
  190, 140, 175, 145, 100, 100, 195,   7
] as const
