import { DetectorOutput } from '@torusmesh/health'
import { type Adversary, eachSecond, type Puppet } from '../adversary.ts'
import { Kind } from '../words.ts'

/** It attacks for so long, and lies low for as long. */
const ATTACK_MS = 10_000

/** Whether eclipsers attack at that time. */
export function eclipserAttacks(atMs: number): boolean {
  return atMs % (2 * ATTACK_MS) < ATTACK_MS
}

function attacks(puppet: Puppet): boolean {
  return eachSecond(puppet) && eclipserAttacks(puppet.nowMs)
}

export const eclipser: Adversary = {
  about:
    'is after one node: accuses it, proves it down with its accomplices, cuts it off from all others',
  tick(puppet) {
    if (!attacks(puppet)) return
    for (let link = 0; link < puppet.degree; link++) {
      if (puppet.peer(link) !== puppet.target || !puppet.watches(link)) continue
      const incarnation = puppet.incarnationOf(link)
      puppet.accuse(link, incarnation)
      puppet.publish(link, incarnation)
    }
  },
  lets: (puppet, output, link) =>
    output !== DetectorOutput.remind || puppet.peer(link) !== puppet.target,
  /** Nothing from or about the target gets past it, and no probe for it. */
  serves(puppet, kind, a) {
    if (kind === Kind.probe || kind === Kind.reply) return false
    return a !== puppet.target
  }
}
