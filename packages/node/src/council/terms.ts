import { hash } from 'node:crypto'
import { council } from '@torusmesh/consensus'
import { bytesToHex, type Genesis, genesisHash, networkId, SuiteId } from '@torusmesh/protocol'
import { nativeMlDsa } from '@torusmesh/protocol/native'
import type { Torus } from '@torusmesh/torus'
import type { FounderIndex } from '../overlay/directory.ts'

/** What a mesh can be founded with beside its genesis file; all nodes need the same. */
export type CouncilSettings = Partial<
  Pick<council.CouncilTerms, 'pace' | 'policy' | 'parameters' | 'delayMs'>
>

/** Δ0 on one continent: two thirds of a set have answered in a fifth of it. */
const DELAY_MS = 500

const suite = nativeMlDsa(SuiteId.mlDsa65)

const ports: council.CouncilPorts = {
  sha256: bytes => hash('sha256', bytes, 'buffer'),
  verify: (publicKey, message, signature, context) =>
    suite.verify(publicKey, message, signature, context)
}

/** Where the council of a mesh begins; made at the first call, the same for all hosts of a process. */
export function foundingOf(
  genesis: Genesis,
  torus: Torus,
  founders: FounderIndex,
  settings: CouncilSettings
): () => council.CouncilState {
  let founding: council.CouncilState | undefined
  return () => {
    founding ??= council.CouncilState.founding(
      {
        network: networkId(genesis),
        env: genesis.env,
        genesis: bytesToHex(genesisHash(genesis)),
        torus,
        founders: [...founders.byKey.values()].map(({ id, keys }) => ({
          id,
          publicKey: keys.identity
        })),
        createdMs: genesis.createdMs,
        pace: 1,
        policy: council.foundingPolicy,
        parameters: council.foundingParameters,
        delayMs: DELAY_MS,
        ...settings
      },
      ports
    )
    return founding
  }
}
