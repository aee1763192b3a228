import type { ServiceSpec } from '../catalogue/types.ts'
import { judgeReply, type Progress } from './judge-reply.ts'
import type { ProbeReply } from './reply.ts'
import type { CheckResult } from './symptoms.ts'

/** Remembers what checks need from look to look: heights that must grow. */
export class ReplyJudge {
  readonly #progress = new Map<string, Progress>()

  /** The results of a service's checks from their replies, in the order of its checks. */
  judge(service: ServiceSpec, replies: readonly ProbeReply[], now: number): CheckResult[] {
    return service.checks.map((check, i) => {
      const key = `${service.name} ${check.name}`
      const reply = replies[i] ?? ({ kind: 'failed', code: 'other' } as const)
      const { symptoms, progress } = judgeReply(check, reply, now, this.#progress.get(key))
      if (progress !== undefined) this.#progress.set(key, progress)
      return { service: service.name, check: check.name, symptoms }
    })
  }

  /** Forgets what was seen of a service before it was started anew. */
  forget({ name, checks }: ServiceSpec): void {
    for (const check of checks) this.#progress.delete(`${name} ${check.name}`)
  }
}
