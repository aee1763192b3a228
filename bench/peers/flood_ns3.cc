/*
 * The flood model of simulations/src/flood on ns-3's simulator core: flood_ns3 SIDE [SEED].
 * Prints one line: events, deliveries, seconds.
 */
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <ns3/core-module.h>

namespace {

constexpr uint32_t kLinks = 6;
constexpr uint32_t kPublished = kLinks;

std::vector<uint32_t> peers;
std::vector<uint8_t> latencies;
std::vector<uint8_t> received;
uint64_t events = 0;
uint32_t deliveries = 0;

uint8_t LatencyMs(uint32_t link, uint32_t seed) {
  uint32_t h = (link ^ seed) * 0x9e3779b1u;
  h ^= h >> 15;
  h *= 0x85ebca77u;
  h ^= h >> 13;
  return static_cast<uint8_t>(20 + (h & 63));
}

void Receive(uint32_t node, uint32_t from) {
  events++;
  if (received[node]) return;
  received[node] = 1;
  deliveries++;
  for (uint32_t link = 0; link < kLinks; link++) {
    if (link == from) continue;
    const size_t at = static_cast<size_t>(node) * kLinks + link;
    ns3::Simulator::Schedule(ns3::MilliSeconds(latencies[at]), &Receive, peers[at], link ^ 1);
  }
}

}  // namespace

int main(int count, char **arguments) {
  const uint32_t side = count > 1 ? static_cast<uint32_t>(std::atoi(arguments[1])) : 32;
  const uint32_t seed = count > 2 ? static_cast<uint32_t>(std::atoi(arguments[2])) : 1;
  if (side < 3 || side > 200) {
    std::fprintf(stderr, "flood_ns3: take a side of 3 to 200\n");
    return 2;
  }
  const uint32_t nodes = side * side * side;
  const uint32_t strides[3] = {side * side, side, 1};
  peers.resize(static_cast<size_t>(nodes) * kLinks);
  latencies.resize(peers.size());
  received.resize(nodes);
  for (uint32_t node = 0; node < nodes; node++) {
    for (uint32_t link = 0; link < kLinks; link++) {
      const uint32_t stride = strides[link / 2];
      const uint32_t x = node / stride % side;
      const uint32_t moved = (link % 2 == 0 ? x + 1 : x + side - 1) % side;
      const size_t at = static_cast<size_t>(node) * kLinks + link;
      peers[at] = node - x * stride + moved * stride;
      latencies[at] = LatencyMs(node * kLinks + link, seed);
    }
  }
  const auto start = std::chrono::steady_clock::now();
  ns3::Simulator::Schedule(ns3::MilliSeconds(1), &Receive, 7919 % nodes, kPublished);
  ns3::Simulator::Run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  ns3::Simulator::Destroy();
  std::printf("%lu %u %.6f\n", static_cast<unsigned long>(events), deliveries, seconds.count());
  return 0;
}
