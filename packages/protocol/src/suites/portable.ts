import { portableFalcon } from './falcon.ts'
import { portableMlDsa, type RandomSource } from './ml-dsa.ts'
import { mockSuite } from './mock.ts'
import { type SignatureSuite, SuiteId, type SuiteSet } from './suite.ts'

/**
 * All suites in portable code: the fallback everywhere, and the cross-check of faster ones.
 *
 * @param random - see {@link RandomSource}; leave it out where runs must repeat
 */
export function portableSuites(random?: RandomSource): SuiteSet {
  return suiteSet([
    portableMlDsa(SuiteId.mlDsa44, random),
    portableMlDsa(SuiteId.mlDsa65, random),
    portableFalcon(random),
    mockSuite
  ])
}

/** Puts suites under their ids. */
export function suiteSet(suites: readonly SignatureSuite[]): SuiteSet {
  return new Map(suites.map(suite => [suite.id, suite]))
}
