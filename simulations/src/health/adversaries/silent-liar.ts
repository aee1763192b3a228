import { type Adversary, eachSecond } from '../adversary.ts'

export const silentLiar: Adversary = {
  about: 'beats like anybody, and accuses each of its live peers once a second',
  tick(puppet) {
    if (!eachSecond(puppet)) return
    for (let link = 0; link < puppet.degree; link++) {
      if (puppet.watches(link)) puppet.accuse(link, puppet.incarnationOf(link))
    }
  }
}
