/** From `thenMs` to `at`, both modulo 2^32; right as long as they are less than 2^31 ms (24 days) apart. */
export function since(at: number, thenMs: number): number {
  return (at - thenMs) | 0
}
