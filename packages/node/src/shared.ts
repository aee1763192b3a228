import type { council } from '@torusmesh/consensus'
import {
  type Env,
  type Genesis,
  genesisHash,
  networkId,
  Subject,
  topicName
} from '@torusmesh/protocol'
import {
  type AttestationPool,
  createAttestationPool,
  createVerifier,
  type NativeVerifier,
  nativeSuites
} from '@torusmesh/protocol/native'
import { createTorus, type LongLinks, longLinkPermutation, type Torus } from '@torusmesh/torus'
import { type CouncilSettings, foundingOf } from './council/index.ts'
import { indexFounders } from './overlay/admission.ts'
import { DialGate } from './overlay/dial-gate.ts'
import type { FounderIndex } from './overlay/directory.ts'

/** Subjects that every node hears, wherever it is. */
export const MESH_SUBJECTS: readonly Subject[] = [Subject.digest, Subject.vote, Subject.governance]

/** What follows from a genesis file alone; hosts of one process share one. */
export interface Charter {
  readonly genesis: Genesis
  readonly network: string
  readonly env: Env
  readonly torus: Torus
  readonly founders: FounderIndex
  readonly longLinks: LongLinks
  readonly topics: ReadonlySet<string>
  /** Where the council begins; made when it is first asked for. */
  readonly council: () => council.CouncilState
}

/** @param settings - of the council, where they aren't what every mesh begins with */
export function createCharter(genesis: Genesis, settings: CouncilSettings = {}): Charter {
  const torus = createTorus(genesis.sides)
  const network = networkId(genesis)
  const topics = new Set(MESH_SUBJECTS.map(subject => topicName(network, subject)))
  for (let cell = 0; cell < torus.cells; cell++) {
    topics.add(topicName(network, Subject.health, cell))
  }
  const founders = indexFounders(genesis, torus.cells)
  return {
    genesis,
    network,
    env: genesis.env,
    torus,
    founders,
    // Until the mesh has a beacon of its own.
    longLinks: longLinkPermutation(torus, genesisHash(genesis)),
    topics,
    council: foundingOf(genesis, torus, founders, settings)
  }
}

/** What the hosts of one process share: threads and queues there is no use in having twice. */
export interface ProcessResources {
  readonly pool: AttestationPool
  readonly verifier: NativeVerifier
  readonly gate: DialGate
  close(): Promise<void>
}

/** Dials of one process under way at once; more would only time each other out. */
const PARALLEL_DIALS = 16

/** For all hosts of the process together. */
const MAX_SIGNATURES_WAITING = 8_192

export async function createProcessResources(threads: number): Promise<ProcessResources> {
  const pool = createAttestationPool({ threads, maxWaiting: MAX_SIGNATURES_WAITING })
  const native = await nativeSuites()
  return {
    pool,
    verifier: createVerifier({ native, pool, maxWaiting: MAX_SIGNATURES_WAITING }),
    gate: new DialGate(PARALLEL_DIALS),
    close: () => pool.close()
  }
}
