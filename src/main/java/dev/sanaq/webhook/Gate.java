package dev.sanaq.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Decides which addresses may be called, so that no request makes this program reach what only the
 * inside can: looks the host up once, checks every address found, and gives those to connect to.
 * Whoever connects uses these and looks nothing up again. Any number of threads.
 */
final class Gate {
  private static final Logger LOG = Logger.getLogger(Gate.class);

  private final boolean allowHttp;
  private final Set<Integer> ports;
  private final AllowedHosts allowed;
  private final Resolver resolver;

  /** The rules as configured. */
  Gate(WebhookConfig config, Resolver resolver) {
    this.allowHttp = config.allowHttp();
    this.ports = Set.copyOf(config.ports());
    this.allowed = new AllowedHosts(config.allowedHosts().orElse(List.of()));
    this.resolver = resolver;
  }

  /**
   * Checks all of an address that needs no look-up.
   *
   * @throws RefusedException where it may not be called
   */
  Callback read(String url) {
    Callback callback = Callback.of(url);
    if (!callback.https() && !allowHttp) {
      throw new RefusedException("only https is called");
    }
    if (!ports.contains(callback.port())) {
      throw new RefusedException("port %d is not called".formatted(callback.port()));
    }
    boolean oneWord = !callback.isLiteral() && !callback.host().contains(".");
    if (oneWord && !allowed.holds(callback.host())) {
      throw new RefusedException("its host is a name of the inside");
    }
    return callback;
  }

  /**
   * The addresses that a connection may be made to.
   *
   * @throws RefusedException where the host has one that may not be called
   * @throws UnknownHostException where it has none
   */
  List<InetAddress> addresses(Callback callback) throws UnknownHostException {
    List<InetAddress> found = resolver.resolve(callback.host());
    if (found.isEmpty()) {
      throw new UnknownHostException(callback.host());
    }
    for (InetAddress address : found) {
      if (!mayCall(callback.host(), address)) {
        LOG.warnf("callback to %s refused: it leads to %s", callback.host(), address);
        throw new RefusedException("its host does not lead to the public internet alone");
      }
    }
    return found;
  }

  private boolean mayCall(String host, InetAddress address) {
    return PublicAddresses.holds(address) || allowed.holds(host) || allowed.holds(address);
  }
}
