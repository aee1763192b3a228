import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const { name, version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8')
) as { name: string; version: string }

/** The version of the packages, as released. */
export const SOFTWARE_VERSION: string = version

/** What a report names as the running software: SHA-256 over its name and version. */
export const SOFTWARE_DIGEST: Uint8Array = new Uint8Array(
  hash('sha256', `${name}@${version}`, 'buffer')
)

/** The version of the protocol that this software speaks; nodes of neighbouring versions understand each other. */
export const SPEC_VERSION = 1
