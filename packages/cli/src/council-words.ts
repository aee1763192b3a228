import type { ApiClient, ProposalAnswer } from '@torusmesh/node'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { print } from './render/print.ts'
import { Progress } from './render/progress.ts'
import { clean, span } from './render/text.ts'

const PREFIX = /^[0-9a-f]{4,64}$/
const POLL_MS = 500
const MAX_PAGES = 16

/** Whether a word can be the id of a proposal, or how one begins. */
export const isProposalId = (word: string): boolean => PREFIX.test(word)

/** All proposals at hand, newest first. */
export async function allProposals(
  client: ApiClient,
  filter: Parameters<ApiClient['proposals']>[0] = {}
): Promise<ProposalAnswer[]> {
  const all: ProposalAnswer[] = []
  let cursor: string | null = null
  for (let page = 0; page < MAX_PAGES; page++) {
    const { proposals, next }: { proposals: ProposalAnswer[]; next: string | null } =
      await client.proposals({ ...filter, limit: 500, ...(cursor !== null && { cursor }) })
    all.push(...proposals)
    if (next === null) return all
    cursor = next
  }
  return all
}

/** The proposal whose id begins so. */
export async function findProposal(client: ApiClient, word: string): Promise<ProposalAnswer> {
  if (!isProposalId(word)) {
    throw new CliError('USAGE', `${clean(word)} is no id; give at least 4 of its digits`)
  }
  const found = (await allProposals(client)).filter(({ id }) => id.startsWith(word))
  if (found.length === 1) return found[0]!
  throw new CliError(
    'PROPOSAL_UNKNOWN',
    found.length === 0
      ? `no proposal begins with ${word}; see torusmesh proposals`
      : `${found.length} proposals begin with ${word}; give more digits`
  )
}

/** Asks before what can't be taken back; scripts say `--yes`. */
export async function confirm(
  { io }: Context,
  what: string,
  { yes, json }: { readonly yes?: true; readonly json?: true }
): Promise<void> {
  if (yes) return
  if (!io.interactive || json) {
    throw new CliError('USAGE', `${what} can't be taken back and nobody can be asked; add --yes`)
  }
  print(io, [`${what} can't be taken back.`])
  const answer = await io.ask('Go on? [y/N] ')
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('CANCELLED', 'nothing was said')
}

const ENDS = new Set(['executed', 'rejected', 'cancelled', 'expired', 'failed'])

/** Whether the vote and what follows it are over. */
export const isDecided = ({ phase }: ProposalAnswer): boolean => ENDS.has(phase)

/** Waits until it holds, with a line of progress; until Ctrl-C. */
export async function waitFor(
  { io }: Context,
  client: ApiClient,
  id: string,
  holds: (proposal: ProposalAnswer) => boolean
): Promise<ProposalAnswer> {
  const progress = new Progress(io)
  const { pace } = await client.council()
  const { promise, resolve, reject } = Promise.withResolvers<ProposalAnswer>()
  let isAsking = false
  const look = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    const proposal = await client.proposal(id).catch(error => {
      // What was proposed a moment ago isn't ordered yet.
      if (error.code === 'PROPOSAL_UNKNOWN') return undefined
      throw error
    })
    if (proposal === undefined) progress.update('waiting until it is ordered')
    else if (holds(proposal)) resolve(proposal)
    else {
      const { nowMs } = await client.council()
      const leftMs = Math.max(0, (proposal.dueMs ?? nowMs) - nowMs) / pace
      progress.update(
        `${proposal.phase}, ${proposal.next} in ${span(Math.ceil(leftMs / 1_000) * 1_000)}`
      )
    }
    isAsking = false
  }
  const stop = io.every(POLL_MS, () => {
    look().catch(reject)
  })
  io.onInterrupt(() =>
    reject(new CliError('CANCELLED', `it goes on; see torusmesh proposals ${id.slice(0, 12)}`))
  )
  try {
    await look()
    return await promise
  } finally {
    stop()
    progress.end()
  }
}
