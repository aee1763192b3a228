import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Child, type Launch, type Start } from './child.ts'
import { outcomeOf, StepFailure } from './failure.ts'
import { replaceFile } from './journal.ts'
import type { ExecutionStep, Executor, NodeReadiness, StepOutcome, UpgradeJob } from './port.ts'
import type { ArtefactStore } from './store.ts'
import type { Supervised } from './supervised.ts'

/** Tells an artefact that it is only tried: it must not touch what the running one uses. */
const PROBE_VARIABLE = 'TORUSMESH_UPGRADE_PROBE'
const SETTLE_MS = 3_000
const GRACE_MS = 5_000
const LOOK_MS = 50

export interface ProcessExecutorInit {
  /** Where it is noted which artefact is to run. */
  readonly currentPath: string
  readonly store: ArtefactStore
  readonly supervised: Supervised
  /** How an artefact is tried: in a folder of its own, with `TORUSMESH_UPGRADE_PROBE=1`. */
  readonly probe: Omit<Launch, 'cwd'>
  readonly node: NodeReadiness
  /** How long it must have stayed up to be called well; 3 s if left out. */
  readonly settleMs?: number
}

/**
 * Swaps a supervised process for another artefact. The file `current` names what is to run, by its
 * digest; it is replaced whole, and whoever starts the process reads it. Bytes are hashed before every
 * start: nothing runs whose hash isn't the one that was voted.
 */
export class ProcessExecutor implements Executor {
  readonly #init: ProcessExecutorInit

  constructor(init: ProcessExecutorInit) {
    this.#init = init
  }

  /** The digest of what is to run, `undefined` before the first {@link resume}. */
  async current(): Promise<string | undefined> {
    const text = await readFile(this.#init.currentPath, 'utf8').catch(() => '')
    return /^[0-9a-f]{64}\n$/.test(text) ? text.trim() : undefined
  }

  /**
   * Starts what is to run: after a restart of the machine, or for the first time.
   *
   * @param first - what runs if nothing was installed before
   */
  async resume(first: string, timeoutMs: number): Promise<StepOutcome> {
    return await outcomeOf(
      this.current().then(current => this.#runs(current ?? first, timeoutMs, 'start-failed'))
    )
  }

  run(step: ExecutionStep, job: UpgradeJob): Promise<StepOutcome> {
    return outcomeOf(this.#run(step, job))
  }

  async #run(step: ExecutionStep, job: UpgradeJob): Promise<string> {
    const { artefact, previous, timeouts } = job
    switch (step) {
      case 'preflight':
        return await this.#preflight(job)
      case 'stage':
        await this.#init.store.fetch(artefact, timeouts.stageMs)
        return artefact.sha256
      case 'probe':
        return await this.#probe(job)
      case 'swap':
        return await this.#runs(artefact.sha256, timeouts.swapMs, 'start-failed')
      case 'heal':
        return await this.#heal(job, timeouts.verifyMs)
      case 'verify':
        return await this.#verify(job)
      case 'rollback':
        await this.#runs(previous.sha256, timeouts.rollbackMs, 'host-failed')
        return await this.#heal(job, timeouts.rollbackMs)
      case 'clean': {
        const current = (await this.current()) ?? previous.sha256
        await this.#init.store.keepOnly([current])
        return current
      }
      default:
        return step satisfies never
    }
  }

  async #preflight({ previous, artefact, preflight, service }: UpgradeJob): Promise<string> {
    const current = await this.current()
    if (current !== previous.sha256) {
      throw new StepFailure('wrong-previous', `${service} runs ${current}, not ${previous.sha256}`)
    }
    if (!(await this.#init.store.holds(current))) {
      throw new StepFailure('wrong-previous', `${service} has no way back: its file is damaged`)
    }
    const missing = await this.#init.node.missing(preflight)
    if (missing.length > 0) throw new StepFailure('not-ready', `mend first: ${missing.join(', ')}`)
    await this.#init.store.checkRoom(artefact)
    return current
  }

  async #probe({ artefact, timeouts, service }: UpgradeJob): Promise<string> {
    const { probe } = this.#init
    const { sha256 } = artefact
    const path = await this.#whole(sha256)
    const cwd = await mkdtemp(join(tmpdir(), 'upgrade-probe-'))
    const child = new Child(path, { ...probe, env: { ...probe.env, [PROBE_VARIABLE]: '1' }, cwd })
    try {
      checkStart(await child.start(timeouts.probeMs), `${service} in its probe`, 'start-failed')
    } finally {
      await child.stop(GRACE_MS)
      await rm(cwd, { recursive: true, force: true })
    }
    return sha256
  }

  /** Whatever ran before: afterwards this runs, and will after a restart. */
  async #runs(
    sha256: string,
    timeoutMs: number,
    onExit: 'start-failed' | 'host-failed'
  ): Promise<string> {
    const { supervised, currentPath } = this.#init
    const path = await this.#whole(sha256)
    if ((await this.current()) !== sha256) await replaceFile(currentPath, `${sha256}\n`)
    if (supervised.digest === sha256) return sha256
    checkStart(await supervised.replace(sha256, path, timeoutMs), 'it', onExit)
    return sha256
  }

  async #verify({ artefact, timeouts, service }: UpgradeJob): Promise<string> {
    const { supervised, settleMs = SETTLE_MS } = this.#init
    const endMs = performance.now() + timeouts.verifyMs
    while (supervised.digest === artefact.sha256 && supervised.deaths === 0) {
      if (supervised.uptimeMs >= settleMs) {
        await this.#whole(artefact.sha256)
        return artefact.sha256
      }
      if (performance.now() > endMs) {
        throw new StepFailure('not-in-time', `${service} was not up for ${settleMs} ms in time`)
      }
      await setTimeout(LOOK_MS)
    }
    throw new StepFailure('died', `${service} died ${supervised.deaths} times: see its log`)
  }

  async #heal({ service }: UpgradeJob, timeoutMs: number): Promise<string> {
    const unwell = await this.#init.node.heal(service, timeoutMs)
    if (unwell.length > 0) {
      throw new StepFailure('dependents-unwell', `unwell after ${service}: ${unwell.join(', ')}`)
    }
    return (await this.current()) ?? ''
  }

  async #whole(sha256: string): Promise<string> {
    const { store } = this.#init
    if (await store.holds(sha256)) return store.pathOf(sha256)
    throw new StepFailure('wrong-artefact', `${sha256} is not here whole: stage it again`)
  }
}

function checkStart(start: Start, who: string, onExit: 'start-failed' | 'host-failed'): void {
  if (start === 'exited') throw new StepFailure(onExit, `${who} exits at its start: see its log`)
  if (start === 'late') throw new StepFailure('not-in-time', `${who} is not ready: see its log`)
}
