/** Which kind of mesh a statement is for; the numbers are on the wire. */
export const Env = { dev: 0, beta: 1, mainnet: 2 } as const
export type Env = (typeof Env)[keyof typeof Env]
export type EnvName = keyof typeof Env

const NAMES: readonly EnvName[] = ['dev', 'beta', 'mainnet']

/** The name of `env`, as configuration files write it. */
export function envName(env: Env): EnvName {
  return NAMES[env]!
}

/** Whether a number from outside is an {@link Env}. */
export function isEnv(value: number): value is Env {
  return NAMES[value] !== undefined
}
