import { type Adversary, eachSecond } from '../adversary.ts'

const INCARNATION_MAX = 0xffff_ffff
/** Furthest that the victim itself still answers. */
const LEAP = 256

export const incarnationInflater: Adversary = {
  about:
    'accuses its peers far ahead of their incarnation, to use it up or make others deaf to them',
  tick(puppet) {
    if (!eachSecond(puppet)) return
    for (let link = 0; link < puppet.degree; link++) {
      if (!puppet.watches(link)) continue
      puppet.accuse(link, Math.min(puppet.incarnationOf(link) + LEAP, INCARNATION_MAX))
      puppet.accuse(link, INCARNATION_MAX - 1)
    }
  }
}
