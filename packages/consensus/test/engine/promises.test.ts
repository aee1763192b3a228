import { PROMISES } from '../harness/promises.ts'

describe('engine', () => {
  for (const { name, run } of PROMISES) it(name, run)
})
