/**
 * One fault of a run's schedule, at `atMs` of virtual time. A schedule is an explicit list, sorted by
 * time, made before the run: a failing run is shrunk by leaving entries out. Nodes are global numbers.
 */
export type FaultEvent =
  | {
      readonly kind: 'crash'
      readonly atMs: number
      readonly node: number
      /** Its host goes silent, or its kernel closes the connections and refuses dials. */
      readonly mode: 'silent' | 'closed'
    }
  | {
      readonly kind: 'restart'
      readonly atMs: number
      readonly node: number
      /** Without its disk a node comes back with its identity and no memory. */
      readonly disk: 'kept' | 'lost'
    }
  /** The process stands still: nothing is handled, what arrives waits. */
  | { readonly kind: 'pause'; readonly atMs: number; readonly node: number; readonly forMs: number }
  /** Everything the node does takes `factorPermille` / 1,000 of its usual time; 1,000 ends it. */
  | {
      readonly kind: 'slow'
      readonly atMs: number
      readonly node: number
      readonly factorPermille: number
    }
  /** The node's own clock jumps by `offsetMs` and from then on runs `driftPpm` fast. */
  | {
      readonly kind: 'skew'
      readonly atMs: number
      readonly node: number
      readonly offsetMs: number
      readonly driftPpm: number
    }
  /** Hears nothing, and is heard. */
  | { readonly kind: 'deaf'; readonly atMs: number; readonly node: number; readonly forMs: number }
  /**
   * Nodes of `side` and all others no longer reach each other until `untilMs`; `oneWay`: what `side`
   * sends is lost, what it is sent arrives.
   */
  | {
      readonly kind: 'partition'
      readonly atMs: number
      readonly untilMs: number
      readonly side: readonly number[]
      readonly oneWay: boolean
    }
  /** From now on the node behaves as the named adversary of its scenario. */
  | {
      readonly kind: 'turn'
      readonly atMs: number
      readonly node: number
      readonly behaviour: string
    }

export type FaultKind = FaultEvent['kind']
