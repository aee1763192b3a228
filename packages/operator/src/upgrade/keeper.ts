import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OperatorError } from '../errors.ts'
import type { Child, Launch } from './child.ts'
import { openStepJournal, replaceFile } from './journal.ts'
import type { KeptAnswer, KeptPhase, KeptRequest } from './kept.ts'
import type { Executor, NodeReadiness, StepJournal, StepOutcome, UpgradeJob } from './port.ts'
import { ProcessExecutor } from './process-executor.ts'
import type { ArtefactStore } from './store.ts'
import { Supervised } from './supervised.ts'

/** An upgrade's recorded steps: `@torusmesh/upgrade`'s session. */
export interface RecordedSteps {
  readonly progress: { readonly stage: string }
  perform(phase: KeptPhase): Promise<StepOutcome>
}

export interface KeeperInit {
  /** For the journal, what is to run, and the upgrade under way. Created by who starts the keeper. */
  readonly folder: string
  readonly store: ArtefactStore
  readonly launch: Launch
  readonly probe: Omit<Launch, 'cwd'>
  readonly node: NodeReadiness
  /** What runs if nothing was ever upgraded; in the store. */
  readonly first: string
  /** How long a node may take to be ready when the keeper starts it. */
  readonly startMs: number
  readonly settleMs?: number
  /** How often the node is started anew before it counts as down; 3 if left out. */
  readonly restarts?: number
  /** `openUpgrade` of `@torusmesh/upgrade`. */
  open(init: {
    readonly job: UpgradeJob
    readonly executor: Executor
    readonly journal: StepJournal
  }): Promise<RecordedSteps>
}

/** What runs a node and upgrades it on the node's own request. */
export interface Keeper {
  /** Digest of what runs. */
  readonly digest: string | undefined
  /** Stops the node. */
  stop(): Promise<void>
}

/**
 * The parent of a mesh's own node. A process can't swap itself and see to it that it comes back: its
 * parent does. The node decides when (its gate asks through `keptSteps`); the parent acts alone in one
 * case only: a swapped node that can't be started, or dies too often before `clean`, is rolled back.
 *
 * @throws OperatorError `ACTION_FAILED` for a damaged journal or a node that doesn't start; what the
 * file system says
 */
export async function startKeeper(init: KeeperInit): Promise<Keeper> {
  const journal = await openStepJournal(join(init.folder, 'steps'))
  const keeper = new NodeKeeper(init, journal)
  await keeper.start()
  return keeper
}

/** Requests of one node that wait; more go unanswered. */
const REQUESTS_MAX = 16
/** From here on it runs what may have to be taken back. */
const SWAPPED: readonly string[] = ['swapping', 'swapped', 'verified']

class NodeKeeper implements Keeper {
  readonly #init: KeeperInit
  readonly #journal: StepJournal
  readonly #supervised: Supervised
  readonly #executor: ProcessExecutor
  #under: { readonly job: UpgradeJob; readonly steps: RecordedSteps } | undefined

  constructor(init: KeeperInit, journal: StepJournal) {
    const { folder, store, launch, probe, node, settleMs, restarts } = init
    this.#init = init
    this.#journal = journal
    this.#supervised = new Supervised({
      launch,
      onStart: child => this.#listen(child),
      onDown: () => void this.#goBack(),
      ...(restarts === undefined ? {} : { restarts })
    })
    this.#executor = new ProcessExecutor({
      ...{ currentPath: join(folder, 'current'), store, supervised: this.#supervised, probe, node },
      ...(settleMs === undefined ? {} : { settleMs })
    })
  }

  get digest(): string | undefined {
    return this.#supervised.digest
  }

  async start(): Promise<void> {
    const job = await this.#jobUnderWay()
    if (job !== undefined) this.#under = { job, steps: await this.#open(job) }
    if (this.#under?.steps.progress.stage === 'rolling-back') {
      await this.#under.steps.perform('rollback')
      return
    }
    const started = await this.#executor.resume(this.#init.first, this.#init.startMs)
    if (started.ok) return
    await this.#goBack()
    if (this.digest !== undefined) return
    await this.stop()
    throw new OperatorError('ACTION_FAILED', `the node does not start: ${started.message}`)
  }

  async stop(): Promise<void> {
    await this.#supervised.stop()
  }

  #listen(child: Child): void {
    let waiting = 0
    child.process.on('message', message => {
      const request = waiting < REQUESTS_MAX ? requestOf(message) : undefined
      if (request === undefined) return
      const { id, phase, job } = request
      waiting++
      this.#perform(phase, job).then(outcome => {
        waiting--
        const answer: KeptAnswer = { kind: 'upgraded', id, outcome }
        // Whoever asked for the swap was stopped by it.
        if (child.process.connected) child.process.send(answer, () => undefined)
      })
    })
  }

  async #perform(phase: KeptPhase, job: UpgradeJob): Promise<StepOutcome> {
    try {
      const steps = await this.#stepsOf(job)
      if (steps === undefined) {
        const message = 'another upgrade is under way: clean it up first'
        return { ok: false, code: 'out-of-order', message }
      }
      const outcome = await steps.perform(phase)
      if (phase === 'execute' && !outcome.ok) await this.#goBack()
      if (phase === 'clean' && outcome.ok) await this.#forget()
      return outcome
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown error'
      return { ok: false, code: 'journal-failed', message: `${why}: check the disk` }
    }
  }

  async #goBack(): Promise<void> {
    const steps = this.#under?.steps
    if (steps !== undefined && SWAPPED.includes(steps.progress.stage))
      await steps.perform('rollback')
  }

  async #stepsOf(job: UpgradeJob): Promise<RecordedSteps | undefined> {
    if (this.#under === undefined) {
      await replaceFile(this.#jobPath, JSON.stringify(job))
      this.#under = { job, steps: await this.#open(job) }
    }
    return this.#under.job.plan === job.plan ? this.#under.steps : undefined
  }

  #open(job: UpgradeJob): Promise<RecordedSteps> {
    return this.#init.open({ job, executor: this.#executor, journal: this.#journal })
  }

  get #jobPath(): string {
    return join(this.#init.folder, 'job')
  }

  async #forget(): Promise<void> {
    this.#under = undefined
    await replaceFile(this.#jobPath, '')
  }

  /** Written whole by this class and nobody else. */
  async #jobUnderWay(): Promise<UpgradeJob | undefined> {
    const text = await readFile(this.#jobPath, 'utf8').catch(() => '')
    return text === '' ? undefined : (JSON.parse(text) as UpgradeJob)
  }
}

function requestOf(message: unknown): KeptRequest | undefined {
  const request = message as Partial<KeptRequest> | null
  const isRequest = typeof request === 'object' && request?.kind === 'upgrade'
  return isRequest && typeof request.job?.plan === 'string' ? (request as KeptRequest) : undefined
}
