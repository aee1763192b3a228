import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import {
  APPEAL_WITHIN_MS,
  captureCosts,
  constitution,
  defaultPolicy,
  ProposalType,
  REVISIONS_MAX,
  type TypeRules,
  WEIGHT_MAX
} from '../../src/governance/index.ts'

const HOUR_MS = 3_600_000
const page = readFileSync(new URL('../../../../docs/governance.md', import.meta.url), 'utf8')

const duration = (ms: number): string => {
  if (ms === 0) return 'none'
  return ms % (24 * HOUR_MS) === 0 ? `${ms / HOUR_MS / 24} d` : `${ms / HOUR_MS} h`
}

function proposers({ proposerLevel, contributionLeast }: TypeRules): string {
  return contributionLeast > 0
    ? `level ${proposerLevel}, contributions ${contributionLeast}`
    : `level ${proposerLevel}`
}

/** The cells of a type's row in the first table, the words on what it does left out. */
function rowOf(type: ProposalType): string[] {
  const line = page.split('\n').find(text => text.startsWith(`| ${type} |`))
  assert.ok(line, type)
  return line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim())
    .toSpliced(1, 1)
}

describe('the voters’ page', () => {
  for (const type of Object.values(ProposalType)) {
    it(`says of ${type} what the policy says`, () => {
      const rules = defaultPolicy.types[type]
      assert.deepEqual(rowOf(type), [
        type,
        `${rules.quorumPercent} %`,
        `${rules.thresholdPercent} %`,
        proposers(rules),
        rules.actionClass,
        duration(rules.votingMs),
        duration(rules.objectionMs),
        duration(rules.timelockMs),
        duration(rules.subjectCooldownMs)
      ])
    })
  }

  it('gives the other figures as the code has them', () => {
    const { weight, types } = defaultPolicy
    const [parameter] = captureCosts(defaultPolicy, { members: 512, averageWeight: 300 })
    const text = page.replace(/\s+/g, ' ')
    for (const said of [
      `within ${duration(APPEAL_WITHIN_MS).replace(' d', ' days')}`,
      `more than ${defaultPolicy.downPercent} % of the vote’s hours`.replace('’', "'"),
      `0 to ${WEIGHT_MAX} points, from ledger events of the last ${weight.windowEpochs} days`,
      `It grows by ${weight.growthPerEpoch} a day at most`,
      `gives another ${weight.pairMaxPoints} points of each kind at most`,
      `; ${weight.lenderMaxPoints} to all`,
      `more than ${weight.jumpPercent} % above its median of the last ${weight.recentEpochs} days`,
      `${weight.activeWork} points of vouched work`,
      `${weight.contributingPoints} points of contributions`,
      `by itself after ${defaultPolicy.emergencyMs / HOUR_MS} hours at most`,
      `needs ${(types.upgrade.quorumPercent * types.upgrade.thresholdPercent) / 100} % of all weight`,
      `${parameter!.voteBp / 100} % of all weight approves if the others abstain`,
      `${parameter!.certificateBp / 100} % of the cells`
    ]) {
      assert.ok(text.includes(said), said)
    }
    // The first ballot is none of its changes.
    assert.equal(REVISIONS_MAX - 1, 9)
    assert.ok(text.includes('change your ballot nine times'))
    for (const { guards } of constitution) assert.ok(page.includes(`\`${guards}\``), guards)
  })
})
