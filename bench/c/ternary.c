// Ternary products in C with AVX2, the native yardstick of the WebAssembly kernels: same codes, same
// tiles, 32 bytes at a time. Prints the seconds of one product and a checksum.
// gcc -O3 -march=native: ternary M N K RUNS
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int sum8(__m256i v) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
}

static int row_sum(const int8_t *x, int k) {
  int s = 0;
  for (int i = 0; i < k; i++) s += x[i];
  return s;
}

#define DOT(a, c, x) a = _mm256_add_epi16(a, _mm256_maddubs_epi16(c, x))
#define LOAD(p) _mm256_loadu_si256((const __m256i *)(p))

static void gemv(const uint8_t *w, const int8_t *x, int32_t *y, int n, int k) {
  const __m256i mask = _mm256_set1_epi8(3), one = _mm256_set1_epi16(1);
  const int bias = row_sum(x, k);
  for (int r = 0; r < n; r++) {
    const uint8_t *p = w + (size_t)r * k / 4;
    __m256i s = _mm256_setzero_si256();
    for (int i = 0; i < k;) {
      __m256i a = _mm256_setzero_si256();
      for (int end = i + 2048 < k ? i + 2048 : k; i < end; i += 128, p += 32) {
        const __m256i q = LOAD(p);
        DOT(a, _mm256_and_si256(q, mask), LOAD(x + i));
        DOT(a, _mm256_and_si256(_mm256_srli_epi16(q, 2), mask), LOAD(x + i + 32));
        DOT(a, _mm256_and_si256(_mm256_srli_epi16(q, 4), mask), LOAD(x + i + 64));
        DOT(a, _mm256_and_si256(_mm256_srli_epi16(q, 6), mask), LOAD(x + i + 96));
      }
      s = _mm256_add_epi32(s, _mm256_madd_epi16(a, one));
    }
    y[r] = sum8(s) - bias;
  }
}

static void gemm(const uint8_t *w, const int8_t *x, int32_t *y, int m, int n, int k, uint8_t *codes) {
  const __m256i mask = _mm256_set1_epi8(3), one = _mm256_set1_epi16(1);
  int *bias = malloc(sizeof(int) * m);
  for (int t = 0; t < m; t++) bias[t] = row_sum(x + (size_t)t * k, k);
  for (int r = 0; r < n; r += 2) {
    const uint8_t *p = w + (size_t)r * k / 4;
    for (int i = 0; i < 2 * k; i += 128, p += 32)
      for (int j = 0; j < 4; j++)
        _mm256_storeu_si256((__m256i *)(codes + i + 32 * j),
                            _mm256_and_si256(_mm256_srl_epi16(LOAD(p), _mm_cvtsi32_si128(2 * j)), mask));
    for (int t = 0; t < m; t += 4) {
      __m256i s[8];
      for (int j = 0; j < 8; j++) s[j] = _mm256_setzero_si256();
      for (int i = 0; i < k;) {
        __m256i a[8];
        for (int j = 0; j < 8; j++) a[j] = _mm256_setzero_si256();
        for (int end = i + 2048 < k ? i + 2048 : k; i < end; i += 32) {
          const __m256i u = LOAD(codes + i), v = LOAD(codes + k + i);
          for (int j = 0; j < 4; j++) {
            const __m256i q = LOAD(x + (size_t)(t + j) * k + i);
            DOT(a[j], u, q);
            DOT(a[4 + j], v, q);
          }
        }
        for (int j = 0; j < 8; j++) s[j] = _mm256_add_epi32(s[j], _mm256_madd_epi16(a[j], one));
      }
      for (int j = 0; j < 8; j++)
        y[(size_t)(t + (j & 3)) * n + r + (j >> 2)] = sum8(s[j]) - bias[t + (j & 3)];
    }
  }
  free(bias);
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  const int m = atoi(argv[1]), n = atoi(argv[2]), k = atoi(argv[3]), runs = atoi(argv[4]);
  uint8_t *w = malloc((size_t)n * k / 4), *codes = malloc(2 * k);
  int8_t *x = malloc((size_t)m * k);
  int32_t *y = malloc(sizeof(int32_t) * m * n);
  for (size_t i = 0; i < (size_t)n * k / 4; i++) w[i] = 0x66;
  for (size_t i = 0; i < (size_t)m * k; i++) x[i] = (int8_t)(i * 7);
  double best = 1e9;
  for (int run = 0; run < runs; run++) {
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    const int inner = m == 1 ? 50 : 1;
    for (int i = 0; i < inner; i++) m == 1 ? gemv(w, x, y, n, k) : gemm(w, x, y, m, n, k, codes);
    clock_gettime(CLOCK_MONOTONIC, &b);
    const double s = ((b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) * 1e-9) / inner;
    if (s < best) best = s;
  }
  long sum = 0;
  for (size_t i = 0; i < (size_t)m * n; i++) sum += y[i];
  printf("%.9f %ld\n", best, sum);
  return 0;
}
