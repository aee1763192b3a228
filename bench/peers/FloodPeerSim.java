import java.util.Properties;
import peersim.config.Configuration;
import peersim.core.Control;
import peersim.core.Network;
import peersim.core.Node;
import peersim.edsim.EDProtocol;
import peersim.edsim.EDSimulator;

/**
 * The flood model of simulations/src/flood on PeerSim's event engine: java FloodPeerSim SIDE [SEED].
 * Floods twice and prints one line for the second: events, deliveries, seconds.
 */
public class FloodPeerSim implements EDProtocol {
  private static final int LINKS = 6;
  /** What an event carries: the link it comes over, or that it was published here. */
  private static final Integer[] FROM = {0, 1, 2, 3, 4, 5, 6};
  private static final int FLOODS = 2;

  private static int[] peers;
  private static byte[] latencies;
  private static boolean[] received;
  private static long events;
  private static int deliveries;
  private static long startedNs;

  public FloodPeerSim(String prefix) {}

  /** Nodes share one: their state lies in arrays. */
  @Override
  public Object clone() {
    return this;
  }

  @Override
  public void processEvent(Node node, int pid, Object event) {
    events++;
    int at = node.getIndex();
    if (received[at]) return;
    received[at] = true;
    deliveries++;
    int from = (Integer) event;
    for (int link = 0; link < LINKS; link++) {
      if (link == from) continue;
      int out = at * LINKS + link;
      EDSimulator.add(latencies[out], FROM[link ^ 1], Network.get(peers[out]), pid);
    }
  }

  /** Publishes once all nodes are made; the time counts from here. */
  public static class Start implements Control {
    public Start(String prefix) {}

    @Override
    public boolean execute() {
      events = 0;
      deliveries = 0;
      received = new boolean[Network.size()];
      startedNs = System.nanoTime();
      EDSimulator.add(1, FROM[LINKS], Network.get(7919 % Network.size()), 0);
      return false;
    }
  }

  private static byte latencyMs(int link, int seed) {
    int h = (link ^ seed) * 0x9e3779b1;
    h ^= h >>> 15;
    h *= 0x85ebca77;
    h ^= h >>> 13;
    return (byte) (20 + (h & 63));
  }

  private static void connect(int side, int seed) {
    int nodes = side * side * side;
    int[] strides = {side * side, side, 1};
    peers = new int[nodes * LINKS];
    latencies = new byte[nodes * LINKS];
    for (int node = 0; node < nodes; node++) {
      for (int link = 0; link < LINKS; link++) {
        int stride = strides[link / 2];
        int x = node / stride % side;
        int moved = (link % 2 == 0 ? x + 1 : x + side - 1) % side;
        int out = node * LINKS + link;
        peers[out] = node - x * stride + moved * stride;
        latencies[out] = latencyMs(out, seed);
      }
    }
  }

  public static void main(String[] arguments) {
    int side = Integer.parseInt(arguments[0]);
    connect(side, arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1);
    Properties settings = new Properties();
    settings.setProperty("random.seed", "1");
    settings.setProperty("network.size", String.valueOf(side * side * side));
    settings.setProperty("protocol.flood", "FloodPeerSim");
    settings.setProperty("init.start", "FloodPeerSim$Start");
    settings.setProperty("simulation.endtime", "1000000000");
    Configuration.setConfig(settings);
    for (int flood = 0; flood < FLOODS; flood++) EDSimulator.nextExperiment();
    double seconds = (System.nanoTime() - startedNs) / 1e9;
    System.out.printf("%d %d %.6f%n", events, deliveries, seconds);
  }
}
