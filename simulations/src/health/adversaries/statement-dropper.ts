import type { Adversary } from '../adversary.ts'

export const statementDropper: Adversary = {
  about: 'passes on no statement, notice or probe of others',
  serves: () => false
}
