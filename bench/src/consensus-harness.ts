import { cpuSeconds } from './consensus-cpu.ts'
import type { Row } from './row.ts'

const HARNESS: URL = new URL('../../packages/consensus/test/harness/', import.meta.url)
const SCENARIOS = 40_000
const FORKS = 100_000
/** Until a mutation counts as missed. */
const SCENARIOS_MAX = 3_000
const DAY_S = 86_400
const CORES = 2
const GOAL_A_DAY = 200e6

// The harness is a test's: what is used of it.
interface Verdict {
  readonly violation: string | null
  readonly forked: boolean
  readonly blamed: readonly [number, number]
}
interface Worlds {
  readonly World: new (seed: number, adversary: unknown) => { run(): Verdict }
  readonly HOSTILE: unknown
  readonly SPLIT: unknown
  readonly FORKING: unknown
}
interface Mutation {
  readonly name: string
}
interface Mutants {
  importMutant(module: string, mutation: Mutation): Promise<unknown>
}
interface Promises {
  readonly PROMISES: readonly { readonly run: () => void }[]
}

const load = async <Module>(file: string): Promise<Module> =>
  (await import(new URL(file, HARNESS).href)) as Module

/** Scenarios a second, forks and their blame, and how long seeded bugs live. */
export async function harnessRows(): Promise<Row[]> {
  const worlds = await load<Worlds>('world.ts')
  return [...adversaryRows(worlds), ...forkRows(worlds), ...(await mutationRows())]
}

function adversaryRows({ World, HOSTILE }: Worlds): Row[] {
  let violations = 0
  const seconds = cpuSeconds(() => {
    for (let seed = 1; seed <= SCENARIOS; seed++) {
      if (new World(seed, HOSTILE).run().violation !== null) violations++
    }
  })
  const aDay = (SCENARIOS / seconds) * DAY_S * CORES
  const goal = { peer: 'goal 200 M', ratio: aDay / GOAL_A_DAY }
  return [
    { name: 'adversarial scenarios', value: SCENARIOS / seconds, unit: '/s a core' },
    { name: 'adversarial scenarios a day on 2 cores', value: aDay / 1e6, unit: 'M', ...goal },
    { name: `violations in ${SCENARIOS} scenarios`, value: violations, unit: '' }
  ]
}

function forkRows({ World, SPLIT, FORKING }: Worlds): Row[] {
  let forks = 0
  let seed = 0
  let named = 0
  let leastShare = 1
  let violations = 0
  const seconds = cpuSeconds(() => {
    for (; forks < FORKS; seed++) {
      const { violation, forked, blamed } = new World(seed, seed % 2 ? FORKING : SPLIT).run()
      // Framing an honest validator is a violation, and so is naming too little power.
      if (violation !== null) violations++
      if (!forked) continue
      forks++
      const [power, total] = blamed
      if (3 * power >= total) named++
      leastShare = Math.min(leastShare, power / total)
    }
  })
  return [
    {
      name: `of ${FORKS} forced forks, a third or more named`,
      value: (100 * named) / forks,
      unit: '%'
    },
    { name: 'least power named after a fork', value: 100 * leastShare, unit: '%' },
    { name: 'honest framed, or any other violation', value: violations, unit: '' },
    { name: `${FORKS} forks, out of ${seed} scenarios`, value: seconds, unit: 's CPU' }
  ]
}

async function mutationRows(): Promise<Row[]> {
  const { MUTATIONS } = await load<{ MUTATIONS: readonly Mutation[] }>('mutations.ts')
  const { importMutant } = await load<Mutants>('mutation.ts')
  const survivors: string[] = []
  let slowest = { name: '', seconds: 0 }
  for (const mutation of MUTATIONS) {
    const worlds = (await importMutant('world.ts', mutation)) as Worlds
    const { PROMISES } = (await importMutant('promises.ts', mutation)) as Promises
    let isKilled = false
    const seconds = cpuSeconds(() => {
      isKilled = breaksPromise(PROMISES) || breaksScenario(worlds)
    })
    if (!isKilled) survivors.push(mutation.name)
    if (seconds > slowest.seconds) slowest = { name: mutation.name, seconds }
  }
  return [
    {
      name: ['mutations that survive', ...survivors].join(': '),
      value: survivors.length,
      unit: `of ${MUTATIONS.length}`
    },
    { name: `slowest kill: ${slowest.name}`, value: slowest.seconds, unit: 's CPU' }
  ]
}

function breaksPromise(promises: Promises['PROMISES']): boolean {
  return promises.some(({ run }) => {
    try {
      run()
      return false
    } catch {
      return true
    }
  })
}

function breaksScenario({ World, HOSTILE, SPLIT }: Worlds): boolean {
  for (let seed = 1; seed <= SCENARIOS_MAX; seed++) {
    for (const adversary of [HOSTILE, SPLIT]) {
      if (new World(seed, adversary).run().violation !== null) return true
    }
  }
  return false
}
