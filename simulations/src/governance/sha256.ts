import { hash } from 'node:crypto'
import type { governance } from '@torusmesh/consensus'

/** The digest that the simulated ledger is hashed with. */
export const sha256: governance.Sha256 = bytes => hash('sha256', bytes, 'buffer')

/** Digest of a text. */
export const digestOf = (text: string): governance.Digest => hash('sha256', text, 'hex')
