/** A value of the Informal Trace Format, as far as the traces have them. */
type Itf = string | number | { readonly '#set': readonly Itf[] } | { readonly [field: string]: Itf }

/** A vote without its author, or a certificate without its signers; blocks by the model's numbers. */
export interface Statement {
  readonly kind: string
  readonly view: number
  readonly block: number
}

/** One step of the model, with the state of who made it after it. */
export interface Step {
  readonly act: string
  /** -1 for all faulty ones. */
  readonly who: number
  readonly what: Statement
  /** Of the block in question. */
  readonly parent: number
  readonly view: number
  readonly floor: number
  readonly said: readonly Statement[]
}

/** The steps of one trace, from its ITF JSON. */
export function stepsOf(trace: { readonly states: readonly { readonly did: Itf }[] }): Step[] {
  return trace.states.map(({ did }) => plain(did) as Step)
}

function plain(value: Itf): unknown {
  if (typeof value !== 'object') return value
  if ('#set' in value) return (value['#set'] as readonly Itf[]).map(plain)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
}
