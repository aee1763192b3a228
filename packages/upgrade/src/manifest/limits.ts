/** Longest signed file, in bytes: sixteen ML-DSA-65 keys with as many signatures, in hexadecimal digits. */
export const FILE_MAX_BYTES: number = 512 * 1024
/** Longest name of anything in a file, in characters. */
export const NAME_MAX_CHARS = 64
/** Longest place of an artefact on its mirror or registry, in characters. */
export const LOCATION_MAX_CHARS = 255
export const KEYS_MAX = 16
/** Old and new keys of a rotated root sign together. */
export const SIGNATURES_MAX: number = 2 * KEYS_MAX
/** Root versions that one answer may walk through. */
export const ROOT_STEPS_MAX = 32
export const MANIFESTS_MAX = 32
export const PLATFORMS_MAX = 16
export const GATES_MAX = 16
/** Largest artefact, in bytes: 8 GiB. */
export const ARTEFACT_MAX_BYTES: number = 8 * 1024 ** 3
/** Highest version: what fits four bytes wherever it is stored. */
export const VERSION_MAX: number = 2 ** 32 - 1
/** Longest timeout, in milliseconds: a day. */
export const TIMEOUT_MAX_MS = 86_400_000
