/** 32 bytes as 64 lower-case hexadecimal digits. */
export type Digest = string

/** A member's index in its plan's {@link Positions}, which the plan's id binds. */
export type MemberIndex = number

/**
 * What a member says of its own step, once each. The numbers are signed and never reused.
 *
 * | mark | promises |
 * | --- | --- |
 * | `declined` | it has not begun and never will, in this plan |
 * | `healthy` | it runs the voted artefact and is well |
 * | `failed` | its step went wrong |
 * | `kept` | it holds its wave's certificate and never goes back, in this plan |
 * | `stays` | the plan is halted; it keeps what it runs |
 * | `returns` | the plan is halted; it goes back as soon as that is safe |
 * | `reverted` | it runs what it ran before |
 */
export const Mark = {
  declined: 1,
  healthy: 2,
  failed: 3,
  kept: 4,
  stays: 5,
  returns: 6,
  reverted: 7
} as const
export type Mark = (typeof Mark)[keyof typeof Mark]

/** Why somebody votes against a wave, fails, declines, or halts. The numbers are signed and never reused. */
export const Reason = {
  none: 0,
  /** Too many of the wave failed, declined, or were outvoted by their neighbours. */
  waveFailed: 1,
  /** Too many of the wave were not healthy in time. */
  deadline: 2,
  /** The judge finds the upgraded members worse than the others. */
  worse: 3,
  /** A member outside of the wave went down. */
  meshDegraded: 4,
  /** The wave's certificate didn't come. */
  stalled: 5,
  /** Not synced, a service unwell, an approval pending, no way back. */
  notReady: 6,
  /** The artefact at hand isn't the manifest's. */
  foreignArtefact: 7,
  executorFailed: 8,
  /** The wave went on without it. */
  late: 9,
  /** Somebody with the right to it said so. */
  ordered: 10
} as const
export type Reason = (typeof Reason)[keyof typeof Reason]

/** What is signed, without plan, author and signature. */
export type Word =
  /** By the coordinator: the canary may begin at this time. The only thing it decides. */
  | { readonly kind: 'schedule'; readonly startMs: number }
  | {
      readonly kind: 'mark'
      readonly mark: Mark
      /** What it runs; {@link NO_ARTEFACT} where the mark isn't `healthy`. */
      readonly digest: Digest
      readonly reason: Reason
    }
  /** By a neighbour of `target`: what it saw running there, {@link NO_ARTEFACT} if nothing well. */
  | { readonly kind: 'probe'; readonly target: MemberIndex; readonly digest: Digest }
  | {
      readonly kind: 'verdict'
      readonly wave: number
      readonly good: boolean
      readonly reason: Reason
      /** Whom the reason is about, or the voter itself. */
      readonly about: MemberIndex
    }
  /** By a member with the right to it. */
  | { readonly kind: 'halt'; readonly reason: Reason }

/** Stands for no artefact. */
export const NO_ARTEFACT: Digest = '0'.repeat(64)

/** A signed word. */
export type Statement = Word & {
  /** The plan's id. */
  readonly plan: Digest
  readonly author: MemberIndex
  readonly signature: Uint8Array
}

/**
 * What an executor does for the gate. Each is idempotent and answered by one `executed`:
 * `preflight` checks that node and services are ready, stages the artefact and saves the way back;
 * `execute` swaps; `heal` puts dependents right; `verify` looks at what runs; `rollback` restores.
 */
export type Phase = 'preflight' | 'execute' | 'heal' | 'verify' | 'rollback'

/** What reaches a gate. */
export type GateInput =
  /** Once, first. */
  | { readonly type: 'start' }
  | { readonly type: 'timer' }
  /** From anybody; checked here. */
  | { readonly type: 'statement'; readonly statement: Statement }
  /** What the failure detectors agree on. A member is up unless told. */
  | { readonly type: 'health'; readonly member: MemberIndex; readonly isUp: boolean }
  | {
      readonly type: 'executed'
      readonly phase: Phase
      readonly ok: boolean
      /** Of what is staged (`preflight`), or runs (`verify`, `rollback`); empty otherwise. */
      readonly digest: Digest
    }
  | {
      readonly type: 'probed'
      readonly target: MemberIndex
      /** Of what runs well there; {@link NO_ARTEFACT} if nothing does. */
      readonly digest: Digest
    }
  /** The judge's answer to `judge`, or its early alarm. */
  | { readonly type: 'judged'; readonly wave: number; readonly isWorse: boolean }
  /** A peer asks for what it may have missed. */
  | { readonly type: 'asked'; readonly from: MemberIndex; readonly wave: number }

/** What a gate must not forget. */
export type GateRecord =
  /** An own word, before it is said. */
  | { readonly type: 'word'; readonly word: Word }
  /** Before `execute` or `rollback` is begun. */
  | { readonly type: 'began'; readonly phase: 'execute' | 'rollback' }
  | { readonly type: 'schedule'; readonly statement: Statement }
  /** The quorum of verdicts that opens the wave after. */
  | { readonly type: 'certificate'; readonly wave: number; readonly verdicts: readonly Statement[] }
  /** The order, or the verdicts of more than f members. */
  | { readonly type: 'halt'; readonly proof: readonly Statement[] }
  | { readonly type: 'evidence'; readonly a: Statement; readonly b: Statement }

/** Where a plan stands at a node. */
export type Stage =
  | 'planned'
  | 'canary'
  | 'octants'
  | 'wave'
  | 'done'
  | 'halted'
  | 'rolling-back'
  | 'rolled-back'

/** What a gate wants done, in this order: nothing is done before the `persist` in front of it is durable. */
export type GateOutput =
  | { readonly type: 'persist'; readonly record: GateRecord }
  /** To be signed and spread to all members; not to be fed back. */
  | { readonly type: 'say'; readonly word: Word }
  | { readonly type: 'execute'; readonly phase: Phase }
  /** Look at a neighbour; answered by `probed`. */
  | { readonly type: 'probe'; readonly target: MemberIndex }
  /** Compare the upgraded with the others; answered by `judged`. */
  | { readonly type: 'judge'; readonly wave: number }
  /** Ask a peer that is there, another one each time, with `asked`. */
  | { readonly type: 'ask'; readonly wave: number }
  | {
      readonly type: 'tell'
      readonly to: MemberIndex
      readonly statements: readonly Statement[]
      /** Own words, to be signed again. */
      readonly words: readonly Word[]
    }
  | { readonly type: 'notify'; readonly stage: Stage; readonly wave: number }
  /** A `timer` input is due then; replaces the one before. */
  | { readonly type: 'timer'; readonly atMs: number }

export type GateSink = (output: GateOutput) => void
