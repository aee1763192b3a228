interface ActionInfo {
  /** A is the agent's alone, B needs the operator's consent. */
  readonly class: 'A' | 'B'
  /** Counts against the restart budget; light ones have a wider one. */
  readonly cost: 'restart' | 'light'
  /** Done by the runtime, or by a command the operator configured. */
  readonly by: 'runtime' | 'hook'
  readonly inverse: string
  /** The agent itself takes it back where it was of no use: it changed how the service is set up. */
  readonly undone?: true
  readonly says: string
}

/**
 * All the agent can do. Votes, proposals, delegations and overrides are not among them, so no rule,
 * model or peer can make it do one.
 */
export const ACTIONS = {
  start: {
    class: 'A',
    cost: 'restart',
    by: 'runtime',
    inverse: 'stop it',
    says: 'start the container'
  },
  restart: {
    class: 'A',
    cost: 'restart',
    by: 'runtime',
    inverse: 'none needed: it runs as before',
    says: 'restart it'
  },
  unpause: { class: 'A', cost: 'light', by: 'runtime', inverse: 'pause it', says: 'unpause it' },
  reconnect: {
    class: 'A',
    cost: 'light',
    by: 'runtime',
    inverse: 'disconnect it from the networks it was not on',
    undone: true,
    says: 'connect it to its networks under its names'
  },
  'raise-memory': {
    class: 'A',
    cost: 'restart',
    by: 'runtime',
    inverse: 'put the former limit back',
    undone: true,
    says: 'raise its memory limit within the cap and start it'
  },
  'top-up': {
    class: 'A',
    cost: 'restart',
    by: 'hook',
    inverse: 'none: a payment stands; the hook holds the limit',
    says: 'top up the balance'
  },
  recreate: {
    class: 'B',
    cost: 'restart',
    by: 'hook',
    inverse: 'recreate from the former image',
    says: 'recreate it as declared'
  },
  'rotate-key': {
    class: 'B',
    cost: 'restart',
    by: 'hook',
    inverse: 'none: the former key is retired',
    says: 'rotate its key'
  },
  'free-disk': {
    class: 'B',
    cost: 'light',
    by: 'hook',
    inverse: 'none: what is deleted is gone',
    says: 'free disk space'
  },
  'restore-config': {
    class: 'B',
    cost: 'restart',
    by: 'hook',
    inverse: 'put the replaced configuration back',
    says: 'restore its configuration'
  }
} as const

export type ActionKind = keyof typeof ACTIONS

export const ACTION_KINDS = Object.keys(ACTIONS) as readonly ActionKind[]

/** One thing done to one service. */
export interface Action {
  readonly kind: ActionKind
  readonly service: string
}

/** Facts about a kind of action. */
export function aboutAction(kind: ActionKind): ActionInfo {
  return ACTIONS[kind]
}

/** Whether a name from outside is an action at all. */
export function isActionKind(name: string): name is ActionKind {
  return Object.hasOwn(ACTIONS, name)
}
