/*
 * The flood model of simulations/src/flood, as fast as plain C gets: the same wheel of one-word events
 * in contiguous chunks, state in columns, cells numbered row by row.
 *
 *   flood SIDE FLOODS SEED
 *
 * prints one line a flood: events, deliveries, seconds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINKS = 6, LINK_BITS = 3, PUBLISHED = 7, SLOTS = 128, CHUNK_WORDS = 1024, HEADER_WORDS = 2 };

#define NONE UINT32_MAX

static uint32_t *words;
static uint32_t heads[SLOTS], tails[SLOTS];
static uint32_t free_chunk;
static uint64_t pending;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count, size);
  if (memory == NULL) {
    fprintf(stderr, "flood: out of memory\n");
    exit(1);
  }
  return memory;
}

/* A chunk is: next chunk, events in it, events. */
static inline void push(uint32_t at_ms, uint32_t event) {
  uint32_t slot = at_ms & (SLOTS - 1);
  uint32_t chunk = tails[slot];
  if (chunk == NONE || words[(size_t)chunk * CHUNK_WORDS + 1] == CHUNK_WORDS - HEADER_WORDS) {
    uint32_t fresh = free_chunk;
    uint32_t *start = words + (size_t)fresh * CHUNK_WORDS;
    free_chunk = start[0];
    start[0] = NONE;
    start[1] = 0;
    if (chunk == NONE) heads[slot] = fresh;
    else words[(size_t)chunk * CHUNK_WORDS] = fresh;
    tails[slot] = fresh;
    chunk = fresh;
  }
  uint32_t *start = words + (size_t)chunk * CHUNK_WORDS;
  start[HEADER_WORDS + start[1]++] = event;
  pending++;
}

static uint32_t latency_ms(uint32_t link, uint32_t seed) {
  uint32_t h = (link ^ seed) * 0x9e3779b1u;
  h ^= h >> 15;
  h *= 0x85ebca77u;
  h ^= h >> 13;
  return 20 + (h & 63);
}

int main(int count, char **arguments) {
  uint32_t side = count > 1 ? (uint32_t)atoi(arguments[1]) : 64;
  uint32_t floods = count > 2 ? (uint32_t)atoi(arguments[2]) : 1;
  uint32_t seed = count > 3 ? (uint32_t)atoi(arguments[3]) : 1;
  if (side < 3 || side > 400) {
    fprintf(stderr, "flood: take a side of 3 to 400\n");
    return 2;
  }
  uint32_t nodes = side * side * side;
  size_t chunks = ((size_t)nodes * LINKS) / (CHUNK_WORDS - HEADER_WORDS) + 2 * SLOTS;
  uint32_t *peers = allocate((size_t)nodes * LINKS, sizeof *peers);
  uint8_t *latencies = allocate((size_t)nodes * LINKS, sizeof *latencies);
  uint32_t *received = allocate(nodes, sizeof *received);
  words = allocate(chunks * CHUNK_WORDS, sizeof *words);

  uint32_t strides[3] = {side * side, side, 1};
  for (uint32_t node = 0; node < nodes; node++) {
    for (uint32_t link = 0; link < LINKS; link++) {
      uint32_t stride = strides[link / 2];
      uint32_t x = node / stride % side;
      uint32_t moved = link % 2 == 0 ? (x + 1) % side : (x + side - 1) % side;
      uint32_t peer = node - x * stride + moved * stride;
      peers[(size_t)node * LINKS + link] = peer << LINK_BITS | (link ^ 1);
      latencies[(size_t)node * LINKS + link] = (uint8_t)latency_ms(node * LINKS + link, seed);
    }
  }
  memset(heads, 0xff, sizeof heads);
  memset(tails, 0xff, sizeof tails);
  for (size_t chunk = 0; chunk < chunks; chunk++) words[chunk * CHUNK_WORDS] = (uint32_t)chunk + 1;

  for (uint32_t message = 1; message <= floods; message++) {
    double start = seconds();
    uint64_t events = 0;
    uint32_t deliveries = 0;
    push(1, (uint32_t)((uint64_t)message * 7919 % nodes) << LINK_BITS | PUBLISHED);
    for (uint32_t now = 1; pending > 0; now++) {
      uint32_t slot = now & (SLOTS - 1);
      uint32_t chunk = heads[slot];
      heads[slot] = tails[slot] = NONE;
      while (chunk != NONE) {
        uint32_t *chunk_words = words + (size_t)chunk * CHUNK_WORDS;
        uint32_t next = chunk_words[0];
        uint32_t events_here = chunk_words[1];
        pending -= events_here;
        events += events_here;
        for (uint32_t i = 0; i < events_here; i++) {
          uint32_t event = chunk_words[HEADER_WORDS + i];
          uint32_t node = event >> LINK_BITS;
          if (received[node] == message) continue;
          received[node] = message;
          deliveries++;
          size_t first = (size_t)node * LINKS;
          for (uint32_t link = 0; link < LINKS; link++) {
            if (link == (event & (LINKS | 1))) continue;
            push(now + latencies[first + link], peers[first + link]);
          }
        }
        chunk_words[0] = free_chunk;
        free_chunk = chunk;
        chunk = next;
      }
    }
    printf("%lu %u %.6f\n", (unsigned long)events, deliveries, seconds() - start);
  }
  return 0;
}
