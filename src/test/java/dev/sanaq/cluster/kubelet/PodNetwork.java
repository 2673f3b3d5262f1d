package dev.sanaq.cluster.kubelet;

import dev.sanaq.cluster.control.Shell;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A bridge of this machine, and for each pod a network namespace with an address on it. Pods reach
 * each other and the bridge's address, and nothing else. Thread-safe.
 */
public final class PodNetwork implements AutoCloseable {
  /** The address of this machine on the bridge. */
  public static final String HOST = "10.244.77.1";

  private static final String PREFIX = "10.244.77.";
  private static final String BRIDGE = "sanaq-pods";
  private static final String NAMESPACE = "sanaq-pod-";
  private static final int FIRST = 2;
  private static final int LAST = 254;

  private final Map<Integer, String> owners = new HashMap<>();
  private int next = FIRST;

  /** Creates the bridge, after removing what a run that was killed has left. */
  public PodNetwork() {
    removeAll();
    Shell.check("ip", "link", "add", BRIDGE, "type", "bridge");
    Shell.check("ip", "addr", "add", HOST + "/24", "dev", BRIDGE);
    Shell.check("ip", "link", "set", BRIDGE, "up");
  }

  /** Creates a pod's network namespace and returns its address. */
  synchronized String attach(String pod) {
    int number = freeNumber();
    owners.put(number, pod);
    String namespace = NAMESPACE + number;
    String link = "sanaq-veth" + number;
    Shell.check("ip", "netns", "add", namespace);
    Shell.check(
        "ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    Shell.check("ip", "link", "set", link, "master", BRIDGE, "up");
    Shell.check("ip", "-n", namespace, "addr", "add", PREFIX + number + "/24", "dev", "eth0");
    Shell.check("ip", "-n", namespace, "link", "set", "eth0", "up");
    Shell.check("ip", "-n", namespace, "link", "set", "lo", "up");
    return PREFIX + number;
  }

  /** Returns the network namespace of an address. */
  static String namespace(String address) {
    return NAMESPACE + address.substring(PREFIX.length());
  }

  /** Removes a pod's network namespace. */
  synchronized void detach(String address) {
    owners.remove(Integer.valueOf(address.substring(PREFIX.length())));
    Shell.run("", List.of("ip", "netns", "del", namespace(address)));
  }

  @Override
  public synchronized void close() {
    removeAll();
  }

  // Addresses are used again as late as possible: clients keep them for a while.
  private int freeNumber() {
    for (int tried = FIRST; tried <= LAST; tried++) {
      int number = next;
      next = next == LAST ? FIRST : next + 1;
      if (!owners.containsKey(number)) {
        return number;
      }
    }
    throw new IllegalStateException("no free address for a pod");
  }

  private static void removeAll() {
    Shell.check("ip", "netns", "list")
        .lines()
        .map(line -> line.split(" ", 2)[0])
        .filter(name -> name.startsWith(NAMESPACE))
        .forEach(name -> Shell.check("ip", "netns", "del", name));
    Shell.run("", List.of("ip", "link", "del", BRIDGE));
  }
}
