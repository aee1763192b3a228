import assert from 'node:assert/strict'
import { hardships } from './hardships.ts'
import { mutants } from './mutants.ts'
import { play } from './play.ts'

/** Which mutant dies of which property, in which hardship, by which seed. */
const killedBy: Readonly<Record<string, readonly [keyof typeof hardships, number, string]>> = {
  'quorum-of-one': ['deaf', 1, 'no-false-removal'],
  'quorum-of-all-and-more': ['starved', 1, 'found-in-time'],
  'no-time-to-refute': ['starved', 1, 'no-false-removal'],
  'refutes-as-accused': ['parted', 1, 'alive-again'],
  'never-refutes': ['parted', 1, 'alive-again'],
  'never-reminds': ['partedNear', 1, 'alive-again'],
  'never-forgives': ['starved', 1, 'no-false-removal'],
  'revived-by-an-old-beat': ['parted', 1, 'revived-by-claim'],
  'deaf-to-hosts': ['frozen', 1, 'no-false-removal'],
  'believes-others': ['liars', 1, 'no-false-removal'],
  'accusers-never-forgotten': ['cutThenDeaf', 1, 'no-false-removal'],
  'refutation-forgets-nothing': ['pausedThenDeaf', 1, 'no-false-removal'],
  'no-self-doubt': ['deaf', 1, 'doubts-first'],
  'never-renews': ['wokenApart', 1, 'found-in-time'],
  'adopts-any-incarnation': ['liars', 1, 'no-false-removal'],
  'never-joins': ['starved', 1, 'found-in-time']
}

describe('health: mutants of the detector', () => {
  for (const { name, about, step } of mutants) {
    const killer = killedBy[name]
    if (killer === undefined) throw new Error(`say what kills ${name}`)
    const [hardship, seed, property] = killer
    it(`${name} (${about}) is found: ${property}, ${hardship}, seed ${seed}`, async () => {
      const { scenario, change } = hardships[hardship]
      const { violations } = await play(scenario, { ...change, seed, step })
      const found = violations.map(violation => violation.property)
      assert.ok(found.includes(property), `only ${[...new Set(found)]}`)
    })
  }

  for (const [name, { scenario, change }] of Object.entries(hardships)) {
    it(`the detector itself survives: ${name}, seed 1`, async () => {
      const { violations } = await play(scenario, { ...change, seed: 1 })
      assert.deepEqual(violations, [])
    })
  }
})
