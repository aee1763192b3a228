import { randomInt } from 'node:crypto'
import { checkGenesis, type Env, envName, networkId } from '@torusmesh/protocol'
import { createTorus } from '@torusmesh/torus'
import { NodeError } from '../errors.ts'
import { memberOf } from '../overlay/admission.ts'
import { Home } from './home.ts'
import { makeKeys } from './make-keys.ts'

export interface InitHomeInit {
  readonly homePath: string
  /** Of the new mesh: 1 to 24 of `a-z 0-9 -`. */
  readonly name: string
  readonly env: Env
  readonly sides: readonly number[]
  readonly nowMs: number
  /** Puts the keys into a vault under it: UTF-8; zeroed. Without one they lie in `keys.json`. */
  readonly passphrase?: Uint8Array | undefined
}

export interface InitialisedHome {
  readonly member: string
  readonly peer: string
  readonly cell: number
  readonly network: string
}

/**
 * Founds a mesh with this node as its first member.
 *
 * @throws {NodeError} `HOME_EXISTS` when the folder holds a node already
 */
export async function initHome(init: InitHomeInit): Promise<InitialisedHome> {
  const home = new Home(init.homePath)
  await home.create()
  if (await home.hasGenesis()) {
    throw new NodeError(
      'HOME_EXISTS',
      `${init.homePath} holds a node already: start it with \`torusmesh up\`, or choose another --home`
    )
  }
  const isReady = await home.hasVault()
  if (!isReady && (await home.hasSecrets())) {
    throw new NodeError(
      'HOME_EXISTS',
      `${init.homePath} holds the keys of a node that was about to join: run \`torusmesh join\` again, or choose another --home`
    )
  }
  const torus = createTorus(init.sides)
  const cell = randomInt(torus.cells)
  const { keys } = isReady ? await home.memberKeys() : await makeKeys(home, init.passphrase)
  const checked = checkGenesis({
    name: init.name,
    env: init.env,
    sides: init.sides,
    createdMs: init.nowMs,
    founders: [{ keys, cell, addresses: [] }]
  })
  if (!checked.ok) {
    if (!isReady) await home.discardKeys()
    throw new NodeError('GENESIS_REFUSED', checked.message)
  }
  await home.noteEnv(envName(init.env))
  await home.saveGenesis(checked.genesis)
  const { key, peer } = memberOf(keys, cell)
  return { member: key, peer, cell, network: networkId(checked.genesis) }
}
