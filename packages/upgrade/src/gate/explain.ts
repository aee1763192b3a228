import { Book } from './book.ts'
import { Mark, type MemberIndex, Reason, type Statement } from './codes.ts'
import { type GatePlan, quorumOf } from './plan.ts'
import { bitOf, type GateRules, gateRules } from './rules.ts'

/** Why a plan stands where it stands, by what was signed. */
export interface Explanation {
  readonly outcome: 'planned' | 'open' | 'halted' | 'done'
  /** Waves whose certificates are complete, from the first on without a gap. */
  readonly certified: number
  /** What ended it: the order, or the verdicts against it. */
  readonly halt: readonly Statement[]
  /** Members that contradicted themselves, with the proof. */
  readonly faulty: readonly (readonly [a: Statement, b: Statement])[]
  /** Statements without a valid signature, or about nothing there is. */
  readonly refused: number
  /** Sentences for the operator. */
  readonly says: readonly string[]
}

const REASON_NAMES = new Map<Reason, string>(
  Object.entries({
    none: 'no reason given',
    waveFailed: 'the wave failed',
    deadline: 'the wave was not healthy in time',
    worse: 'the upgraded members are worse than the others',
    meshDegraded: 'a member outside of the wave went down',
    stalled: 'the certificate did not come',
    notReady: 'the member was not ready',
    foreignArtefact: 'the artefact at hand is not the manifest’s',
    executorFailed: 'the step failed',
    late: 'the wave went on without it',
    ordered: 'somebody with the right to it ordered so'
  } satisfies Record<keyof typeof Reason, string>).map(([name, text]) => [
    Reason[name as keyof typeof Reason],
    text
  ])
)

/**
 * Tells from signed statements alone, in whatever order and from whomever, why a plan stands where it
 * stands. Nothing unsigned is looked at, and no node's own opinion.
 */
export function explain(
  plan: GatePlan,
  statements: Iterable<Statement>,
  isSigned: GateRules['isSigned']
): Explanation {
  const book = new Book(plan)
  const faulty: (readonly [Statement, Statement])[] = []
  let refused = 0
  for (const statement of statements) {
    const entry = isSigned(statement) ? book.add(statement) : { type: 'unsound' as const }
    if (entry.type === 'unsound') refused++
    if (entry.type === 'evidence') faulty.push([entry.a, entry.b])
  }
  const size = plan.positions.size
  let certified = 0
  while (certified < plan.waves.length && gateRules.isCertified(book.goods[certified]!, size)) {
    certified++
  }
  const isOrdered = book.order !== undefined && !book.isFaulty(book.order.author)
  const isVotedDown = gateRules.isHalting(book.bads, size)
  const bads = isVotedDown ? book.verdicts('bad') : []
  const halt = isOrdered ? [book.order!] : bads
  const isOpen = book.schedule !== undefined && !book.isFaulty(plan.coordinator)
  const outcome =
    certified === plan.waves.length
      ? 'done'
      : halt.length > 0
        ? 'halted'
        : isOpen || certified > 0
          ? 'open'
          : 'planned'
  const says = [
    ...sayProgress(plan, book, outcome, certified),
    ...halt.map(statement => sayHalt(plan, statement)),
    ...sayMembers(plan, book),
    ...faulty.map(([a]) => `${nameOf(plan, a.author)} contradicted itself and counts for nothing.`)
  ]
  return { outcome, certified, halt, faulty, refused, says }
}

function sayProgress(
  plan: GatePlan,
  book: Book,
  outcome: Explanation['outcome'],
  certified: number
): string[] {
  const { quorum } = quorumOf(plan.positions.size)
  const says = [`The plan is ${outcome}: ${certified} of ${plan.waves.length} waves are certified.`]
  if (outcome === 'done' || outcome === 'planned') return says
  const goods = book.goods[certified]!
  says.push(`Wave ${certified + 1} has ${goods} of the ${quorum} verdicts that it needs.`)
  return says
}

function sayHalt(plan: GatePlan, statement: Statement): string {
  const who = nameOf(plan, statement.author)
  if (statement.kind === 'halt') {
    return `${who} ordered the halt: ${REASON_NAMES.get(statement.reason)}.`
  }
  if (statement.kind !== 'verdict') return `${who} said nothing about it.`
  const { wave, reason, about } = statement
  const whom = about === statement.author ? '' : ` (${nameOf(plan, about)})`
  return `${who} voted against wave ${wave + 1}: ${REASON_NAMES.get(reason)}${whom}.`
}

function sayMembers(plan: GatePlan, book: Book): string[] {
  const says: string[] = []
  for (const [member] of plan.positions.members.entries()) {
    const failed = book.markOf(member, Mark.failed) ?? book.markOf(member, Mark.declined)
    if (failed?.kind !== 'mark') continue
    const isBack = (book.marks[member]! & bitOf(Mark.reverted)) !== 0
    const how = failed.mark === Mark.declined ? 'did not begin' : isBack ? 'went back' : 'failed'
    says.push(`${nameOf(plan, member)} ${how}: ${REASON_NAMES.get(failed.reason)}.`)
  }
  return says
}

function nameOf(plan: GatePlan, member: MemberIndex): string {
  const { member: id, cell } = plan.positions.members[member]!
  return `Member ${id.slice(0, 8)} of cell ${cell}`
}
