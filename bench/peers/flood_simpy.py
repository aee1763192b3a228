"""The flood model of simulations/src/flood in SimPy 3 or 2: python3 flood_simpy.py SIDE [SEED].

Prints one line: events, deliveries, seconds.
"""

import sys
import time

WORD = 0xFFFFFFFF


def latency_ms(link, seed):
    h = ((link ^ seed) * 0x9E3779B1) & WORD
    h ^= h >> 15
    h = (h * 0x85EBCA77) & WORD
    h ^= h >> 13
    return 20 + (h & 63)


def peers_of(node, side):
    x, y, z = node // (side * side), node // side % side, node % side

    def cell(x, y, z):
        return (x % side * side + y % side) * side + z % side

    return [
        cell(x + 1, y, z), cell(x - 1, y, z),
        cell(x, y + 1, z), cell(x, y - 1, z),
        cell(x, y, z + 1), cell(x, y, z - 1),
    ]


def engine():
    """How to call a function later, and how to run until nothing is left."""
    try:
        import simpy
    except ImportError:
        return engine_of_simpy_2()
    env = simpy.Environment()

    def later(delay, call, node, link):
        env.timeout(delay).callbacks.append(lambda _: call(node, link))

    return later, env.run


def engine_of_simpy_2():
    from SimPy.Simulation import Process, Simulation, hold

    simulation = Simulation()
    simulation.initialize()

    class Arrival(Process):
        def arrive(self, delay, call, node, link):
            yield hold, self, delay
            call(node, link)

    def later(delay, call, node, link):
        arrival = Arrival(sim=simulation)
        simulation.activate(arrival, arrival.arrive(delay, call, node, link))

    return later, lambda: simulation.simulate(until=1e9)


def main(side, seed):
    nodes = side**3
    peers = [peers_of(node, side) for node in range(nodes)]
    latencies = [latency_ms(link, seed) for link in range(nodes * 6)]
    received = bytearray(nodes)
    counts = [0, 0]
    later, run = engine()

    def receive(node, link):
        counts[0] += 1
        if received[node]:
            return
        received[node] = 1
        counts[1] += 1
        for out, peer in enumerate(peers[node]):
            if out != link:
                later(latencies[node * 6 + out], receive, peer, out ^ 1)

    start = time.perf_counter()
    later(1, receive, 7919 % nodes, -1)
    run()
    print(counts[0], counts[1], f"{time.perf_counter() - start:.6f}")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
