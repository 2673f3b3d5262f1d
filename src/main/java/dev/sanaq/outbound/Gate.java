package dev.sanaq.outbound;

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
public final class Gate {
  private static final Logger LOG = Logger.getLogger(Gate.class);

  private final boolean allowHttp;
  private final Set<Integer> ports;
  private final AllowedHosts allowed;
  private final Resolver resolver;

  /**
   * @param rules what the operator allows
   * @param resolver looks hosts up
   * @throws IllegalArgumentException where a rule cannot be meant
   */
  public Gate(GateRules rules, Resolver resolver) {
    this.allowHttp = rules.allowHttp();
    this.ports = rules.ports();
    this.allowed = new AllowedHosts(rules.allowedHosts());
    this.resolver = resolver;
  }

  /**
   * Checks all of an address that needs no look-up.
   *
   * @throws RefusedException where it may not be called
   */
  Address read(String url) {
    Address address = Address.of(url);
    if (!address.https() && !allowHttp) {
      throw new RefusedException("only https is called");
    }
    if (!ports.contains(address.port())) {
      throw new RefusedException("port %d is not called".formatted(address.port()));
    }
    boolean oneWord = !address.isLiteral() && !address.host().contains(".");
    if (oneWord && !allowed.holds(address.host())) {
      throw new RefusedException("its host is a name of the inside");
    }
    return address;
  }

  /**
   * The addresses that a connection may be made to.
   *
   * @throws RefusedException where the host has one that may not be called
   * @throws UnknownHostException where it has none
   */
  List<InetAddress> addresses(Address address) throws UnknownHostException {
    List<InetAddress> found = resolver.resolve(address.host());
    if (found.isEmpty()) {
      throw new UnknownHostException(address.host());
    }
    for (InetAddress leadsTo : found) {
      if (!mayCall(address.host(), leadsTo)) {
        LOG.warnf("call to %s refused: it leads to %s", address.host(), leadsTo);
        throw new RefusedException("its host does not lead to the public internet alone");
      }
    }
    return found;
  }

  private boolean mayCall(String host, InetAddress address) {
    return PublicAddresses.holds(address) || allowed.holds(host) || allowed.holds(address);
  }
}
