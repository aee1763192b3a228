// A classifier of the public tasks with f32 weights, the yardstick of ternary accuracy: same layers
// (784-256-128-10, ReLU, normalised activations without parameters), same Adam, same batches of 64.
// gcc -O3 -march=native -ffast-math -lm: mlp TRAIN_IMAGES TRAIN_LABELS TEST_IMAGES TEST_LABELS EPOCHS RATE
// Files are raw bytes without a header. Prints the share of right answers in the test set.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { B = 64, L = 3 };
static const int SIZE[L + 1] = {784, 256, 128, 10};
static float *W[L], *G[L], *M[L], *V[L], X[L + 1][B * 784], D[B * 784], E[B * 784], R[L][B];
static uint32_t state = 1;

static uint32_t below(uint32_t n) {
  state = state * 1664525u + 1013904223u;
  return (state >> 8) % n;
}

static uint8_t *read_all(const char *name, long *size) {
  FILE *f = fopen(name, "rb");
  if (!f) exit(2);
  fseek(f, 0, SEEK_END);
  *size = ftell(f);
  rewind(f);
  uint8_t *bytes = malloc(*size);
  if (fread(bytes, 1, *size, f) != (size_t)*size) exit(2);
  fclose(f);
  return bytes;
}

static void forward(void) {
  for (int l = 0; l < L; l++) {
    const int k = SIZE[l], n = SIZE[l + 1];
    for (int b = 0; b < B; b++) {
      float square = 0, *y = X[l + 1] + b * n;
      for (int r = 0; r < n; r++) {
        const float *w = W[l] + r * k, *x = X[l] + b * k;
        float s = 0;
        for (int i = 0; i < k; i++) s += w[i] * x[i];
        y[r] = l < L - 1 && s < 0 ? 0 : s;
        square += y[r] * y[r];
      }
      if (l == L - 1) continue;
      R[l][b] = sqrtf(square / n) + 1e-6f;
      for (int r = 0; r < n; r++) y[r] /= R[l][b];
    }
  }
}

static void backward(const uint8_t *labels, float rate, int step) {
  for (int b = 0; b < B; b++) {
    float *y = X[L] + b * 10, most = y[0], total = 0;
    for (int i = 1; i < 10; i++) most = fmaxf(most, y[i]);
    for (int i = 0; i < 10; i++) total += expf(y[i] - most);
    for (int i = 0; i < 10; i++) D[b * 10 + i] = (expf(y[i] - most) / total - (i == labels[b])) / B;
  }
  for (int l = L - 1; l >= 0; l--) {
    const int k = SIZE[l], n = SIZE[l + 1];
    memset(G[l], 0, sizeof(float) * n * k);
    memset(E, 0, sizeof(float) * B * k);
    for (int b = 0; b < B; b++)
      for (int r = 0; r < n; r++) {
        const float d = D[b * n + r], *x = X[l] + b * k, *w = W[l] + r * k;
        if (d == 0) continue;
        float *g = G[l] + r * k, *e = E + b * k;
        for (int i = 0; i < k; i++) g[i] += d * x[i], e[i] += d * w[i];
      }
    for (int b = 0; l > 0 && b < B; b++) {
      const float *x = X[l] + b * k;
      float along = 0;
      for (int i = 0; i < k; i++) along += x[i] * E[b * k + i];
      for (int i = 0; i < k; i++)
        D[b * k + i] = x[i] <= 0 ? 0 : (E[b * k + i] - x[i] * along / k) / R[l - 1][b];
    }
    const float c1 = 1 - powf(0.9f, step), c2 = 1 - powf(0.99f, step);
    for (int i = 0; i < n * k; i++) {
      const float g = G[l][i];
      M[l][i] = 0.9f * M[l][i] + 0.1f * g;
      V[l][i] = 0.99f * V[l][i] + 0.01f * g * g;
      W[l][i] -= rate * (M[l][i] / c1) / (sqrtf(V[l][i] / c2) + 1e-8f);
    }
  }
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  long size, count, tests;
  const uint8_t *images = read_all(argv[1], &size), *labels = read_all(argv[2], &count);
  const uint8_t *test = read_all(argv[3], &size), *right = read_all(argv[4], &tests);
  const int epochs = atoi(argv[5]);
  const float top = atof(argv[6]);
  for (int l = 0; l < L; l++) {
    const int n = SIZE[l] * SIZE[l + 1];
    W[l] = malloc(n * 4), G[l] = calloc(n, 4), M[l] = calloc(n, 4), V[l] = calloc(n, 4);
    for (int i = 0; i < n; i++)
      W[l][i] = ((int)below(2001) - 1000) * 1e-3f * sqrtf(3.0f / SIZE[l]);
  }
  int *order = malloc(sizeof(int) * count), step = 0;
  const int steps = epochs * (count / B);
  uint8_t own[B];
  for (long i = 0; i < count; i++) order[i] = i;
  for (int e = 0; e < epochs; e++) {
    for (int i = count - 1; i > 0; i--) {
      const int j = below(i + 1), other = order[i];
      order[i] = order[j], order[j] = other;
    }
    for (long at = 0; at + B <= count; at += B, step++) {
      for (int b = 0; b < B; b++) {
        own[b] = labels[order[at + b]];
        for (int i = 0; i < 784; i++) X[0][b * 784 + i] = images[(long)order[at + b] * 784 + i] / 127.0f;
      }
      forward();
      backward(own, top * fminf(1, (step + 1) / 50.0f) * (1 - (float)step / steps), step + 1);
    }
  }
  long good = 0;
  for (long at = 0; at < tests; at += B) {
    for (int b = 0; b < B && at + b < tests; b++)
      for (int i = 0; i < 784; i++) X[0][b * 784 + i] = test[(at + b) * 784 + i] / 127.0f;
    forward();
    for (int b = 0; b < B && at + b < tests; b++) {
      int best = 0;
      for (int i = 1; i < 10; i++) if (X[L][b * 10 + i] > X[L][b * 10 + best]) best = i;
      good += best == right[at + b];
    }
  }
  printf("%.6f\n", (double)good / tests);
  return 0;
}
