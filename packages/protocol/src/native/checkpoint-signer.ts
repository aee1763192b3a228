import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import { type KeyPair, SuiteId } from '../suites/suite.ts'
import { importSecretKey } from './key-objects.ts'

const signAsync = promisify(sign)

/**
 * Signs checkpoints with ML-DSA-44 on a libuv thread. C2SP tlog-cosignature fixes the signed bytes, its own
 * header for a domain and an empty context, so this is the one signature without one of ours.
 *
 * @throws ProtocolError `bad-key`
 */
export function checkpointSigner({
  secretKey
}: KeyPair): (message: Uint8Array) => Promise<Uint8Array> {
  const key = importSecretKey(SuiteId.mlDsa44, secretKey)
  return async message => await signAsync(null, message, key)
}
