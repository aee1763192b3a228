import { scenarios } from './catalogue.ts'
import { check, isRecord, shown } from './check.ts'
import type { Problem, RunDocument, ScenarioDocument } from './document.ts'
import { withField } from './fields.ts'
import { Limits } from './limits.ts'
import { type ResolveOptions, resolveSpec, withoutNulls } from './resolve.ts'
import { OUTLINE, SEEDS } from './schema.ts'
import type { RunSpec } from './spec.ts'
import { SpecError } from './spec-error.ts'
import type { SweepAxis, SweepSpec, SweepValue } from './sweep-spec.ts'

/**
 * The sweep a document asks for; without one its single run. Each value of each axis is tried with
 * the first values of the others, so what can't run is found before anything does.
 *
 * @throws SpecError with every problem found
 */
export function sweepOf(document: unknown, options: ResolveOptions = {}): SweepSpec {
  const outline = check(OUTLINE, withoutNulls(document))
  if (outline.length > 0 || !isRecord(document)) throw new SpecError(outline, options.locate)
  const { sweep = {}, ...run } = document as unknown as ScenarioDocument
  const base = withDefaults(run, options)
  const axes = Object.entries(sweep.axes ?? {}).map(([field, values]) => ({
    field,
    values: values as readonly SweepValue[]
  }))
  const problems = [...seedProblems(sweep.seeds), ...axisProblems(base, axes, options)]
  if (problems.length > 0) throw new SpecError(problems, options.locate)
  const seeds = seedsOf(sweep.seeds, base.seed)
  const runs = axes.reduce((product, { values }) => product * values.length, seeds.length)
  if (runs > Limits.maxRuns) {
    const what = `asks for ${runs} runs; ${Limits.maxRuns} are the most, split it into several files`
    throw new SpecError([{ path: ['sweep'], what }], options.locate)
  }
  return { base, axes, seeds }
}

/** With the scenario's network and faults, so that axes can vary a part of them. */
function withDefaults(run: RunDocument, options: ResolveOptions): RunDocument {
  const known = options.scenarios ?? scenarios
  const defaults = known.find(({ name }) => name === run.scenario)?.defaults
  if (defaults === undefined) return run
  const { network = {}, faults = defaults.faults } = run
  return { ...run, network: { ...defaults.network, ...network }, faults }
}

/**
 * The specs of all runs, point by point, the last axis fastest, each with every seed.
 *
 * @throws SpecError at a combination that can't run
 */
export function* sweepRuns(sweep: SweepSpec, options: ResolveOptions = {}): Generator<RunSpec> {
  for (const document of pointsOf(sweep.base, sweep.axes)) {
    const spec = resolveSpec(document, options)
    for (const seed of sweep.seeds) yield { ...spec, seed }
  }
}

function* pointsOf(
  document: RunDocument | undefined,
  [axis, ...rest]: readonly SweepAxis[]
): Generator<RunDocument | undefined> {
  if (axis === undefined || document === undefined) return yield document
  for (const value of axis.values) yield* pointsOf(withField(document, axis.field, value), rest)
}

function seedsOf(seeds: NonNullable<ScenarioDocument['sweep']>['seeds'], seed = 1): number[] {
  if (seeds === undefined) return [seed]
  if (!('from' in seeds)) return [...seeds]
  return Array.from({ length: seeds.count }, (_, i) => seeds.from + i)
}

function seedProblems(seeds: unknown): Problem[] {
  const path = ['sweep', 'seeds']
  if (seeds === undefined) return []
  if (Array.isArray(seeds)) return check(SEEDS.list, seeds, path)
  if (!isRecord(seeds)) {
    return [{ path, what: `is ${shown(seeds)}; give a list, or { from, count }` }]
  }
  const problems = check(SEEDS.range, seeds, path)
  if (problems.length > 0) return problems
  const { from, count } = seeds as { from: number; count: number }
  const last = from + count - 1
  return last > Limits.maxSeed
    ? [{ path, what: `ends at ${last}; give seeds up to ${Limits.maxSeed}` }]
    : []
}

function axisProblems(
  base: RunDocument,
  axes: readonly SweepAxis[],
  options: ResolveOptions
): Problem[] {
  const problems: Problem[] = []
  let first = base
  for (const { field, values } of axes) {
    const path = ['sweep', 'axes', field]
    const next = field === 'seed' ? undefined : withField(first, field, values[0]!)
    if (next === undefined) {
      const what =
        field === 'seed' ? 'give sweep.seeds instead' : 'leads to no field of the document'
      problems.push({ path, what })
    } else first = next
  }
  if (problems.length > 0) return problems
  if (axes.length === 0) resolveSpec(base, options)
  for (const { field, values } of axes) {
    for (const [i, value] of values.entries()) {
      const what = refusal(withField(first, field, value), options)
      if (what !== undefined) problems.push({ path: ['sweep', 'axes', field, i], what })
    }
  }
  return problems
}

function refusal(document: RunDocument | undefined, options: ResolveOptions): string | undefined {
  try {
    resolveSpec(document, { ...options, locate: () => '' })
    return undefined
  } catch (error) {
    if (error instanceof SpecError) return error.problems[0]!
    throw error
  }
}
