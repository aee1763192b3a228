// A results folder may come from anywhere: what is larger than this is refused, unread.

export const MAX_RUNS = 1_000_000
export const MAX_MANIFEST_BYTES: number = 256 * 2 ** 20
export const MAX_SUMMARY_BYTES: number = 4 * 2 ** 20
export const MAX_TABLES = 32
export const MAX_COLUMNS = 64
export const MAX_ROWS = 100_000_000
export const MAX_TABLE_BYTES: number = 8 * 2 ** 30
/** Pages are written of 1 MiB; a larger one was made to fill the memory. */
export const MAX_PAGE_BYTES: number = 64 * 2 ** 20
/** Rows of one column of one run that a report looks at. */
export const MAX_REPORT_ROWS = 4_000_000
export const MAX_AXES = 16
export const MAX_MEASURES = 256
/** Folders between `runs` and a run: nodes, axes, seed. */
export const MAX_DEPTH: number = MAX_AXES + 2
