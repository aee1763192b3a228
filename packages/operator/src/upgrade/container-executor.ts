import { setTimeout } from 'node:timers/promises'
import type { Catalogue, ServiceSpec } from '../catalogue/types.ts'
import type { ContainerRuntime } from '../runtime/types.ts'
import type { Container, Image, UpgradeEngine } from './engine.ts'
import { outcomeOf, StepFailure } from './failure.ts'
import { healDependents } from './heal.ts'
import type { ExecutionStep, Executor, NodeReadiness, StepOutcome, UpgradeJob } from './port.ts'
import { probeOf, successorOf } from './successor.ts'

const PROBE_VARIABLE = 'TORUSMESH_UPGRADE_PROBE=1'
const SETTLE_MS = 3_000
const LOOK_MS = 100
const KEPT_DIGITS = 12

export interface ContainerExecutorInit {
  readonly engine: UpgradeEngine
  readonly runtime: ContainerRuntime
  readonly catalogue: Catalogue
  readonly node: Pick<NodeReadiness, 'missing'>
  /** How long one without a health check must run, and dependents be well; 3 s if left out. */
  readonly settleMs?: number
  /** Between two looks at a container; 100 ms if left out. */
  readonly lookMs?: number
}

/**
 * Swaps a container for one of another image: the new one is made beside the old with its settings,
 * networks and names; the old one is stopped, renamed and kept until `clean`. Which step was done is
 * read off the containers' names, so that a restart anywhere goes on from there.
 */
export class ContainerExecutor implements Executor {
  readonly #init: ContainerExecutorInit

  constructor(init: ContainerExecutorInit) {
    this.#init = init
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
        await this.#stage(job)
        return artefact.sha256
      case 'probe':
        await this.#probe(job)
        return artefact.sha256
      case 'swap':
        await this.#swap(job)
        return artefact.sha256
      case 'heal':
        await this.#heal(job, timeouts.verifyMs)
        return artefact.sha256
      case 'verify':
        return await this.#verify(job)
      case 'rollback':
        await this.#rollback(job)
        await this.#heal(job, timeouts.rollbackMs)
        return previous.sha256
      case 'clean':
        return await this.#clean(job)
      default:
        return step satisfies never
    }
  }

  async #preflight(job: UpgradeJob): Promise<string> {
    const { target } = this.#spec(job)
    const old = await this.#container(target)
    if (!(await this.#isOf(old, job.previous.sha256))) {
      throw new StepFailure('wrong-previous', `${target} runs ${old.imageId}: see what it is`)
    }
    if (old.hostConfig['AutoRemove'] === true) {
      const message = `${target} has no way back: it is removed when it stops (--rm); make it anew`
      throw new StepFailure('not-ready', message)
    }
    const missing = await this.#init.node.missing(job.preflight)
    if (missing.length > 0) throw new StepFailure('not-ready', `mend first: ${missing.join(', ')}`)
    return job.previous.sha256
  }

  async #stage({ artefact, timeouts }: UpgradeJob): Promise<Image> {
    const { sha256, location, sizeBytes } = artefact
    let image = await this.#image(sha256, location)
    if (image === undefined) {
      await this.#init.engine.pull(location, sha256, timeouts.stageMs).catch(error => {
        if (error instanceof StepFailure && error.code !== 'host-failed') throw error
        throw new StepFailure('download-failed', `${location}: ${(error as Error).message}`, error)
      })
      image = await this.#image(sha256, location)
    }
    if (image?.digests.includes(sha256) !== true || image.sizeBytes > sizeBytes) {
      throw new StepFailure('wrong-artefact', `${location} is not the voted image: pull it again`)
    }
    return image
  }

  async #probe(job: UpgradeJob): Promise<void> {
    const { engine } = this.#init
    const name = nameOf(this.#spec(job), 'probe', job)
    const { body } = await this.#successor(job)
    await engine.remove(name)
    try {
      await engine.create(name, probeOf(body, PROBE_VARIABLE))
      await engine.start(name).catch(error => {
        throw new StepFailure('start-failed', `it can't be started: ${error.message}`, error)
      })
      await this.#ready(name, job.timeouts.probeMs)
    } finally {
      await engine.remove(name)
    }
  }

  /** Beside, stop, two renames, start: each looked at before it is done. */
  async #swap(job: UpgradeJob): Promise<void> {
    const { engine } = this.#init
    const spec = this.#spec(job)
    const [next, old] = [nameOf(spec, 'next', job), nameOf(spec, 'old', job)]
    const present = await engine.container(spec.target)
    if (present !== undefined && !(await this.#isOf(present, job.artefact.sha256))) {
      if ((await engine.container(next)) === undefined) await this.#create(next, job)
      await engine.stop(spec.target)
      // Else the engine would start both when it starts itself.
      await engine.setRestartPolicy(spec.target, { Name: 'no' })
      await engine.rename(spec.target, old)
    }
    if ((await engine.container(spec.target)) === undefined) await engine.rename(next, spec.target)
    await engine.start(spec.target).catch(error => {
      throw new StepFailure('start-failed', `it can't be started: ${error.message}`, error)
    })
    await this.#ready(spec.target, job.timeouts.swapMs)
  }

  async #create(name: string, job: UpgradeJob): Promise<void> {
    const { engine } = this.#init
    const { body, networks } = await this.#successor(job)
    const [first, ...others] = [...networks]
    const endpoints = first === undefined ? {} : { [first[0]]: first[1] }
    try {
      await engine.create(name, { ...body, NetworkingConfig: { EndpointsConfig: endpoints } })
      for (const [network, endpoint] of others) await engine.connect(network, name, endpoint)
    } catch (error) {
      await engine.remove(name)
      throw error
    }
  }

  async #successor(job: UpgradeJob): Promise<ReturnType<typeof successorOf>> {
    const { engine } = this.#init
    const { target, networks } = this.#spec(job)
    const image = await this.#image(job.artefact.sha256, job.artefact.location)
    if (image?.digests.includes(job.artefact.sha256) !== true) {
      throw new StepFailure(
        'wrong-artefact',
        `${job.artefact.location} is not here: stage it again`
      )
    }
    const old = await this.#container(target)
    const declared = new Map(networks.map(({ network, aliases }) => [network, aliases]))
    return successorOf(old, await engine.image(old.imageId), image.id, declared)
  }

  async #verify(job: UpgradeJob): Promise<string> {
    const { target } = this.#spec(job)
    const present = await this.#container(target)
    if (!(await this.#isOf(present, job.artefact.sha256))) {
      throw new StepFailure('wrong-artefact', `${target} runs ${present.imageId}: roll it back`)
    }
    await this.#ready(target, job.timeouts.verifyMs, 'died')
    return job.artefact.sha256
  }

  async #rollback(job: UpgradeJob): Promise<void> {
    const { engine } = this.#init
    const spec = this.#spec(job)
    const [old, bad] = [nameOf(spec, 'old', job), nameOf(spec, 'bad', job)]
    const isKept = (await engine.container(old)) !== undefined
    const successor = await engine.container(isKept ? spec.target : nameOf(spec, 'next', job))
    const beside = successor ?? (await engine.container(nameOf(spec, 'next', job)))
    if (beside !== undefined) {
      // The successor was made with the policy that was taken from the old one.
      const policy = beside.hostConfig['RestartPolicy']
      await engine.setRestartPolicy(isKept ? old : spec.target, policy)
    }
    if (isKept) {
      if (successor !== undefined) {
        await engine.stop(spec.target)
        await engine.rename(spec.target, bad)
      }
      await engine.rename(old, spec.target)
    }
    if ((await engine.container(bad)) !== undefined) {
      await engine.setRestartPolicy(bad, { Name: 'no' })
    }
    const present = await this.#container(spec.target)
    if (!(await this.#isOf(present, job.previous.sha256))) {
      throw new StepFailure(
        'wrong-previous',
        `${spec.target} runs ${present.imageId}: see what it is`
      )
    }
    await engine.start(spec.target)
    await this.#ready(spec.target, job.timeouts.rollbackMs, 'host-failed')
  }

  async #heal(job: UpgradeJob, timeoutMs: number): Promise<void> {
    const { runtime, catalogue, settleMs = SETTLE_MS, lookMs = LOOK_MS } = this.#init
    const init = { runtime, catalogue, settleMs, lookMs }
    const unwell = await healDependents(job.service, timeoutMs, init)
    if (unwell.length === 0) return
    throw new StepFailure('dependents-unwell', `unwell after ${job.service}: ${unwell.join(', ')}`)
  }

  /** Nothing is removed while nothing runs in its place. */
  async #clean(job: UpgradeJob): Promise<string> {
    const { engine } = this.#init
    const spec = this.#spec(job)
    const present = await this.#container(spec.target)
    for (const place of ['probe', 'next', 'bad', 'old'] as const) {
      await engine.remove(nameOf(spec, place, job))
    }
    const isNew = await this.#isOf(present, job.artefact.sha256)
    return isNew ? job.artefact.sha256 : job.previous.sha256
  }

  /** Waits until a container is ready: healthy, or up for a while where nothing tells its health. */
  async #ready(
    name: string,
    timeoutMs: number,
    onExit: 'start-failed' | 'died' | 'host-failed' = 'start-failed'
  ): Promise<void> {
    const { settleMs = SETTLE_MS, lookMs = LOOK_MS } = this.#init
    const sinceMs = performance.now()
    for (;;) {
      const { status, health, exitCode, restarts } = await this.#container(name)
      if (status !== 'running' || restarts > 0) {
        throw new StepFailure(onExit, `${name} ended with ${exitCode}: see its log`)
      }
      const upMs = performance.now() - sinceMs
      if (health === 'healthy' || (health === 'none' && upMs >= settleMs)) return
      if (upMs > timeoutMs) {
        throw new StepFailure(
          'not-in-time',
          `${name} is ${health} after ${timeoutMs} ms: see its log`
        )
      }
      await setTimeout(lookMs)
    }
  }

  async #container(name: string): Promise<Container> {
    const found = await this.#init.engine.container(name)
    if (found !== undefined) return found
    throw new StepFailure('host-failed', `there is no container ${name}: make it anew`)
  }

  async #image(sha256: string, location?: string): Promise<Image | undefined> {
    const { engine } = this.#init
    const byId = await engine.image(`sha256:${sha256}`)
    return (
      byId ?? (location === undefined ? undefined : engine.image(`${location}@sha256:${sha256}`))
    )
  }

  async #isOf({ imageId }: Container, sha256: string): Promise<boolean> {
    if (imageId === `sha256:${sha256}`) return true
    return (await this.#init.engine.image(imageId))?.digests.includes(sha256) === true
  }

  #spec({ service }: UpgradeJob): ServiceSpec {
    const spec = this.#init.catalogue.services.get(service)
    if (spec !== undefined) return spec
    throw new StepFailure('not-ready', `${service} is in no catalogue: add it`)
  }
}

function nameOf({ target }: ServiceSpec, place: string, { plan }: UpgradeJob): string {
  return `${target}.${place}.${plan.slice(0, KEPT_DIGITS)}`
}
