import { type Adversary, eachSecond } from '../adversary.ts'

export const falseRefuter: Adversary = {
  about: 'refutes what nobody said, each second under an incarnation higher by 1,000',
  tick(puppet) {
    if (!eachSecond(puppet)) return
    puppet.refute(puppet.incarnation + Math.floor(puppet.nowMs / 1_000) * 1_000)
  }
}
