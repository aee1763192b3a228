import type { Connection, PeerId, Stream } from '@libp2p/interface'
import { lpStream } from '@libp2p/utils'
import {
  bytesToHex,
  decodeFindCellRequest,
  decodeFindCellResponse,
  FindCellRequest,
  FindCellResponse,
  RECORD_MAX_BYTES,
  RECORDS_PER_ANSWER_MAX
} from '@torusmesh/protocol'
import type { Host } from '../host/create-host.ts'
import type { Directory, Member } from './directory.ts'

export const FIND_CELL_PROTOCOL = '/torusmesh/find-cell/1'

const REQUEST_MAX_BYTES = 256
const RESPONSE_MAX_BYTES: number = RECORDS_PER_ANSWER_MAX * RECORD_MAX_BYTES + 1024
const REQUEST_TIMEOUT_MS = 5_000
/** Greedy routes with two long links take ≈ 4 steps on 512 cells, 12 at the worst without them. */
export const MAX_LOOKUP_STEPS = 24

/** Asks one peer. */
export type Ask = (peer: Member, request: FindCellRequest.$Properties) => Promise<Uint8Array[]>

/** Answers lookups with the signed records nearest to what is asked for. */
export async function serveFindCell(host: Host, directory: Directory): Promise<void> {
  const answer = async (stream: Stream): Promise<void> => {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    const framed = lpStream(stream, { maxDataLength: REQUEST_MAX_BYTES })
    const request = decodeFindCellRequest(
      (await framed.read({ signal })).subarray(),
      directory.torus.cells
    )
    if (!request.ok) throw new Error(request.code)
    const records = nearestRecords(directory, request.value)
    await framed.write(FindCellResponse.encode({ records }).finish(), { signal })
    await stream.close({ signal })
  }
  await host.handle(FIND_CELL_PROTOCOL, async stream => {
    await answer(stream).catch(error => stream.abort(error))
  })
}

function nearestRecords(directory: Directory, request: FindCellRequest): Uint8Array[] {
  if (request.member.length > 0) return chainOf(directory, bytesToHex(request.member))
  const { torus } = directory
  const nearest: { distance: number; key: string }[] = []
  for (const { key, cell } of directory.members()) {
    if (directory.record(key) === undefined || !directory.isPresent(key)) continue
    nearest.push({ distance: torus.distance(cell, request.cell), key })
  }
  nearest.sort((a, b) => a.distance - b.distance)
  const records = new Set<Uint8Array>()
  for (const { key } of nearest) {
    for (const record of chainOf(directory, key)) records.add(record)
    if (records.size >= RECORDS_PER_ANSWER_MAX) break
  }
  return [...records].slice(0, RECORDS_PER_ANSWER_MAX)
}

const chainOf = (directory: Directory, key: string): Uint8Array[] =>
  directory.recordChain(key).map(({ bytes }) => bytes)

/**
 * Asks a member over the connection there is, or over a new one that is closed again – unless the
 * overlay wants a link with the member: then both dials got the same connection.
 */
export function askOver(
  host: Host,
  dial: (member: Member) => Promise<Connection>,
  isWanted: (member: Member) => boolean
): Ask {
  return async (member, request) => {
    const peer: PeerId | undefined = host.getPeers().find(id => id.toString() === member.peer)
    const open = peer === undefined ? undefined : host.getConnections(peer)[0]
    const connection = open ?? (await dial(member))
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS)
    try {
      const stream = await connection.newStream(FIND_CELL_PROTOCOL, { signal })
      const framed = lpStream(stream, { maxDataLength: RESPONSE_MAX_BYTES })
      await framed.write(FindCellRequest.encode(request).finish(), { signal })
      const response = decodeFindCellResponse((await framed.read({ signal })).subarray())
      await stream.close({ signal })
      return response.ok ? response.value.records : []
    } finally {
      if (open === undefined && !isWanted(member)) await connection.close()
    }
  }
}

/**
 * Greedy lookup: asks the known member nearest to the cell, takes in the records it names, and goes
 * on while each step comes nearer. No table of the whole mesh is needed, only one dialable member.
 *
 * @param admit - verifies a record and takes it into the directory
 * @returns the members met on the way, nearest to `cell` first
 */
export async function findCell(
  directory: Directory,
  cell: number,
  ask: Ask,
  admit: (record: Uint8Array) => Promise<Member | undefined>
): Promise<Member[]> {
  const distance = (member: Member): number => directory.torus.distance(member.cell, cell)
  const met = new Map<string, Member>()
  for (const member of dialable(directory)) met.set(member.key, member)
  const asked = new Set([directory.self.key])
  let nearestAsked = Number.POSITIVE_INFINITY
  for (let step = 0; step < MAX_LOOKUP_STEPS; step++) {
    const next = byDistance(met, distance).find(member => !asked.has(member.key))
    if (next === undefined || distance(next) >= nearestAsked) break
    asked.add(next.key)
    const records = await ask(next, { cell }).catch(() => undefined)
    if (records === undefined) continue
    nearestAsked = distance(next)
    for (const record of records) {
      const member = await admit(record)
      if (member !== undefined && member.key !== directory.self.key) met.set(member.key, member)
    }
  }
  return byDistance(met, distance)
}

function byDistance(members: Map<string, Member>, distance: (m: Member) => number): Member[] {
  return [...members.values()].sort((a, b) => distance(a) - distance(b))
}

function* dialable(directory: Directory): Generator<Member> {
  for (const member of directory.members()) {
    const known = directory.addresses(member.key).length > 0
    if (known && member.key !== directory.self.key && directory.isPresent(member.key)) yield member
  }
}
