import type { Connection, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import {
  COUNCIL_REQUEST_MAX_BYTES,
  COUNCIL_RESPONSE_MAX_BYTES,
  CouncilRequest,
  CouncilResponse,
  decodeCouncilRequest,
  decodeCouncilResponse
} from '@torusmesh/protocol'
import type { Host } from '../host/create-host.ts'
import type { Directory, Member } from '../overlay/directory.ts'

export const COUNCIL_PROTOCOL = '/torusmesh/council/1'

const TIMEOUT_MS = 10_000
const STREAMS_MAX = 16

/** What a member is told in answer. */
export type CouncilAnswer = Pick<CouncilResponse.$Shape, 'messages' | 'more'>

/** Answers other members over their own connections; strangers get none. */
export async function serveCouncil(
  host: Host,
  directory: Directory,
  respond: (request: CouncilRequest & CouncilRequest.$Shape, from: Member) => Promise<CouncilAnswer>
): Promise<void> {
  const serve = async (stream: Stream, connection: Connection): Promise<void> => {
    const from = directory.byPeer(connection.remotePeer.toString())
    if (from === undefined) throw new Error('not-member')
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const framed = lpStream(stream, { maxDataLength: COUNCIL_REQUEST_MAX_BYTES })
    const request = decodeCouncilRequest((await framed.read({ signal })).subarray())
    if (!request.ok) throw new Error(request.code)
    const answer = await respond(request.value, from)
    await framed.write(CouncilResponse.encode(answer).finish(), { signal })
    await stream.close({ signal })
  }
  await host.handle(
    COUNCIL_PROTOCOL,
    async (stream, connection) => {
      await serve(stream, connection).catch(error => stream.abort(error))
    },
    { maxInboundStreams: STREAMS_MAX }
  )
}

/** Asks one member. */
export type AskCouncil = (
  member: Member,
  request: CouncilRequest.$Properties
) => Promise<CouncilAnswer>

/** Asks over the connection there is, or over a new one that is closed again unless it is wanted. */
export function askCouncilOver(
  host: Host,
  dial: (member: Member) => Promise<Connection>,
  isWanted: (member: Member) => boolean
): AskCouncil {
  return async (member, request) => {
    const peer = host.getPeers().find(id => id.toString() === member.peer)
    const open = peer === undefined ? undefined : host.getConnections(peer)[0]
    const connection = open ?? (await dial(member))
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    try {
      const stream = await connection.newStream(COUNCIL_PROTOCOL, { signal })
      const framed = lpStream(stream, { maxDataLength: COUNCIL_RESPONSE_MAX_BYTES })
      await framed.write(CouncilRequest.encode(request).finish(), { signal })
      const response = decodeCouncilResponse((await framed.read({ signal })).subarray())
      await stream.close({ signal })
      if (!response.ok) throw new Error(`the answer is ${response.code}`)
      return response.value
    } finally {
      if (open === undefined && !isWanted(member)) await connection.close()
    }
  }
}
