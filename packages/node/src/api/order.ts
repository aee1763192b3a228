import type { DigestView, HealthView, LinkView, MemberView, MeshView, ReportView } from '../view.ts'

// Same state, same answer: whatever order the node keeps its tables in.

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const byCellAndMember = (
  a: Pick<LinkView | ReportView, 'cell' | 'member'>,
  b: Pick<LinkView | ReportView, 'cell' | 'member'>
): number => a.cell - b.cell || byText(a.member, b.member)

const isWell = ({ members, alive, degraded }: DigestView): boolean =>
  alive === members && degraded === 0

export function orderedMesh(mesh: MeshView): MeshView {
  return { ...mesh, links: mesh.links.toSorted(byCellAndMember) }
}

export function orderedMembers(members: readonly MemberView[]): MemberView[] {
  return members.toSorted((a, b) => byText(a.member, b.member))
}

/** Reports by cell and member, troubled cells first, newest epochs first, reasons by name. */
export function orderedHealth(health: HealthView): HealthView {
  return {
    ...health,
    reports: health.reports.toSorted(byCellAndMember),
    digests: health.digests.toSorted(
      (a, b) => Number(isWell(a)) - Number(isWell(b)) || a.cell - b.cell || b.epoch - a.epoch
    ),
    uptime: health.uptime.toSorted((a, b) => b.epoch - a.epoch || byText(a.member, b.member)),
    rejected: Object.fromEntries(Object.entries(health.rejected).sort(([a], [b]) => byText(a, b)))
  }
}
