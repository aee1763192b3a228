import { type TUnsafe, Type } from 'typebox'
import type { LinkView, MemberView, MeshView, Standing } from '../../view.ts'
import { count, flag, hex32, StandingSchema, text, timeMs } from './common.ts'
import { exactly } from './exactly.ts'

const coordinates = Type.Array(Type.Integer(), { description: 'of the cell, one a dimension' })
const memberId = hex32('member id')
const peerId = text('libp2p peer id')
const cellId = count('cell id')

const StandingsSchema: TUnsafe<Record<Standing, number>> = exactly<Record<Standing, number>>()(
  Type.Object({
    alive: count('members alive'),
    suspect: count('members suspected'),
    down: count('members down'),
    left: count('members that left'),
    unknown: count('members not heard of yet')
  })
)

export const LinkSchema: TUnsafe<LinkView> = exactly<LinkView>()(
  Type.Object({
    member: memberId,
    peer: peerId,
    cell: cellId,
    role: Type.Enum(['neighbour', 'mate', 'long'], {
      description: 'why the link exists: adjacent cell, same cell, or distant cell'
    }),
    state: StandingSchema,
    openedMs: timeMs('when it opened'),
    score: Type.Number({ description: 'gossip score of the peer' })
  })
)

export const MeshSchema: TUnsafe<MeshView> = exactly<MeshView>()(
  Type.Object({
    network: text('name of the mesh'),
    env: Type.Enum(['dev', 'beta', 'mainnet']),
    sides: Type.Array(Type.Integer(), { description: 'cells along each dimension' }),
    cells: count('cells of the torus'),
    occupiedCells: count('cells that hold a member'),
    members: count('members known'),
    standings: StandingsSchema,
    self: Type.Object({
      member: memberId,
      peer: peerId,
      cell: cellId,
      coordinates,
      addresses: Type.Array(Type.String(), { description: 'multiaddrs this node announces' }),
      incarnation: count('rises with each refutation'),
      startedMs: timeMs('when the node started')
    }),
    suites: Type.Object({
      identity: text('signature suite of identities'),
      report: text('signature suite of reports'),
      checkpoint: text('signature suite of checkpoints')
    }),
    links: Type.Array(LinkSchema)
  })
)

export const MemberSchema: TUnsafe<MemberView> = exactly<MemberView>()(
  Type.Object({
    member: memberId,
    peer: peerId,
    cell: cellId,
    coordinates,
    standing: StandingSchema,
    incarnation: count('highest incarnation heard'),
    self: flag('this node'),
    linked: flag('a link is open')
  })
)

/** A page of members, by member id. */
export interface MemberPage {
  total: number
  nodes: MemberView[]
  next: string | null
}

export const MemberPageSchema: TUnsafe<MemberPage> = exactly<MemberPage>()(
  Type.Object({
    total: count('members that match, on all pages'),
    nodes: Type.Array(MemberSchema),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'cursor of the next page, null on the last'
    })
  })
)
