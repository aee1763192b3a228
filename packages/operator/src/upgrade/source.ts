import { createReadStream } from 'node:fs'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { join } from 'node:path'
import { OperatorError } from '../errors.ts'
import type { ArtefactRef } from './port.ts'

/**
 * Where artefacts come from. Nothing that it gives is believed: length and digest are checked by who
 * asked, who also ends it by `signal`.
 */
export interface ArtefactSource {
  /** For messages. */
  readonly name: string
  /** Rejects, or ends early, where the artefact can't be had. */
  open(artefact: ArtefactRef, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}

/** Artefacts in a folder, each named by its digest: a stick, a shared disk, what was built here. */
export function folderSource(folder: string): ArtefactSource {
  return {
    name: folder,
    open: ({ sha256 }, signal) =>
      Promise.resolve(createReadStream(join(folder, sha256), { signal }) as AsyncIterable<Buffer>)
  }
}

/**
 * A mirror that serves each artefact at its location under `base`. Redirects are not followed and
 * compression isn't asked for. Plain HTTP will do as well: the bytes are checked, not the way they came.
 *
 * @param base - `https://mirror.example/torusmesh/`
 * @throws OperatorError `ACTION_FAILED` for another scheme
 */
export function mirrorSource(base: string): ArtefactSource {
  const root = new URL(base.endsWith('/') ? base : `${base}/`)
  if (root.protocol !== 'https:' && root.protocol !== 'http:') {
    const message = `${base}: write a mirror like https://mirror.example/torusmesh/`
    throw new OperatorError('ACTION_FAILED', message)
  }
  const send = root.protocol === 'https:' ? requestHttps : requestHttp
  return {
    name: root.href,
    open: ({ location, sizeBytes }, signal) =>
      new Promise((resolve, reject) => {
        const headers = { 'accept-encoding': 'identity' }
        const sent = send(new URL(`./${location}`, root), { signal, headers }, response => {
          const announced = Number(response.headers['content-length'] ?? sizeBytes)
          if (response.statusCode === 200 && announced === sizeBytes) return resolve(response)
          response.destroy()
          reject(new Error(`status ${response.statusCode}, ${announced} bytes`))
        })
        sent.once('error', reject)
        sent.end()
      })
  }
}
