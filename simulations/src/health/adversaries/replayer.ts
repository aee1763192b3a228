import { type Adversary, eachSecond, MEMORY_WORDS } from '../adversary.ts'

const WORDS = 3
const KEPT: number = Math.floor((MEMORY_WORDS - 1) / WORDS)

export const replayer: Adversary = {
  about: 'sends the first statements it saw again and again, once a second',
  overhears({ memory }, word, a, b) {
    const kept = memory[0]!
    if (kept === KEPT) return
    memory.set([word, a, b], 1 + kept * WORDS)
    memory[0] = kept + 1
  },
  tick(puppet) {
    if (!eachSecond(puppet)) return
    const { memory } = puppet
    for (let n = 0; n < memory[0]!; n++) {
      const at = 1 + n * WORDS
      puppet.replay(memory[at]!, memory[at + 1]!, memory[at + 2]!)
    }
  }
}
