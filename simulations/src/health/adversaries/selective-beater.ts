import { DetectorOutput } from '@torusmesh/health'
import type { Adversary } from '../adversary.ts'
import { Kind } from '../words.ts'

export const selectiveBeater: Adversary = {
  about: 'beats over every other link only, and answers no probes: half of its watchers miss it',
  tick(puppet) {
    for (let link = 0; link < puppet.degree; link += 2) puppet.beat(link, puppet.incarnation)
  },
  lets: (_puppet, output) => output !== DetectorOutput.beat,
  serves: (_puppet, kind) => kind !== Kind.probe
}
