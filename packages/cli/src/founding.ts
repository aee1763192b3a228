import type { InitialisedHome } from '@torusmesh/node'
import type { Context } from './context.ts'
import type { FoundInit } from './node-port.ts'
import { Progress } from './render/progress.ts'

export const DEFAULT_NAME = 'mesh'
export const DEFAULT_SIDES: readonly number[] = [8, 8, 8]

export type Founding = Omit<FoundInit, 'homePath' | 'nowMs' | 'passphrase'>

/** What `init --json` prints. */
export interface Founded extends InitialisedHome {
  readonly home: string
}

/** Makes keys and founds a mesh in a folder. */
export async function found(
  { io, node }: Context,
  homePath: string,
  founding: Founding,
  passphrase: Uint8Array | undefined
): Promise<Founded> {
  const progress = new Progress(io)
  progress.update('making keys')
  try {
    return {
      ...(await node.initHome({ homePath, nowMs: io.nowMs(), ...founding, passphrase })),
      home: homePath
    }
  } finally {
    progress.end()
  }
}

export function cellLine({
  network,
  cell,
  home
}: Pick<Founded, 'network' | 'cell' | 'home'>): string {
  return `Mesh ${network}, this node in cell ${cell}, its folder ${home}.`
}
