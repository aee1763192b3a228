/** Normalised activations are int8 with this root mean square. */
export const STEP = 24

/** A latent of this size or more is a weight of +1 or −1, a smaller one 0. */
export const LATENT_THRESHOLD = 32

/** Latents stay within ±127. */
export const LATENT_MOST = 127

/**
 * The operations of inference and training. All numbers that end in `At` are byte offsets into a
 * {@link Workspace}, multiples of 16; matrices are row-major; `m` counts rows and is a multiple of
 * 4, `k` and `n` columns, multiples of 64. Ranges `from`..`to` (multiples of 4) let lanes share one
 * operation. The compiled and the portable implementation give the same bits.
 */
export interface Kernels {
  /** y[n] = Σ x[k] · w[n][k]: int8 × a ternary image → i32. */
  gemv(wAt: number, xAt: number, yAt: number, from: number, to: number, k: number): void
  /** y[t][n] = Σ x[t][k] · w[n][k]; y is `n` wide. `scratchAt` holds 2 · k + 4 · m bytes. */
  gemm(
    wAt: number,
    xAt: number,
    yAt: number,
    scratchAt: number,
    m: number,
    from: number,
    to: number,
    k: number,
    n: number
  ): void
  /** The image of int8 weights −1, 0, +1: a quarter of the bytes. */
  pack(weightsAt: number, imageAt: number, rows: number, k: number): void
  /** int8 rows × columns turned into columns × rows. */
  transpose(fromAt: number, toAt: number, rows: number, columns: number): void
  /**
   * Rows of i32 to int8 with root mean square {@link STEP}, cut at ±127. `relu` 1 drops negatives
   * first. Each row's root mean square (1 at least) goes to `rootsAt`, i32.
   */
  normalise(
    xAt: number,
    yAt: number,
    rootsAt: number,
    from: number,
    to: number,
    width: number,
    relu: number
  ): void
  /** h += ⌊y · factor / 1024⌋ for columns from..to of m rows, n wide. */
  addScaled(
    hAt: number,
    yAt: number,
    m: number,
    from: number,
    to: number,
    n: number,
    factor: number
  ): void
  /**
   * Attention of heads from..to over t tokens: `qkvAt` int8 t × 3d, `outAt` i32 t × d. A logit is
   * ⌊(q · k) · factor / 1024⌋ − alpha[head] · hops[i][j], in 1/256 powers of 2; weights are Q12.
   * `scratchAt` holds 4 · t bytes, `size` is a head's width, a multiple of 16.
   */
  attend(
    qkvAt: number,
    outAt: number,
    hopsAt: number,
    alphasAt: number,
    scratchAt: number,
    t: number,
    d: number,
    size: number,
    from: number,
    to: number,
    factor: number
  ): void
  /**
   * gradient[n][k] = scale · Σ dy[t][n] · x[t][k] as f32: i16 × int8, exact until the scale while
   * |dy| · 127 · m < 2³¹. `scratchAt` holds 2 · m · (k + n) bytes.
   */
  outer(
    dyAt: number,
    xAt: number,
    gradientAt: number,
    scratchAt: number,
    m: number,
    n: number,
    k: number,
    scale: number
  ): void
  /** A step of Adam on f32 latents and the int8 weights they stand for; see {@link LATENT_THRESHOLD}. */
  adam(
    latentAt: number,
    weightsAt: number,
    gradientAt: number,
    meanAt: number,
    spreadAt: number,
    count: number,
    rate: number,
    keep: number,
    keepSpread: number,
    tiny: number
  ): void
}
