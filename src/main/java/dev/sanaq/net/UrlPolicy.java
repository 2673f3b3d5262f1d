package dev.sanaq.net;

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
public final class UrlPolicy {
  private static final Logger LOG = Logger.getLogger(UrlPolicy.class);

  private final boolean allowHttp;
  private final Set<Integer> ports;
  private final AllowedHosts allowedHosts;
  private final DnsResolver resolver;

  /**
   * @param rules what the operator allows
   * @param resolver looks hosts up
   * @throws IllegalArgumentException where a rule cannot be meant
   */
  public UrlPolicy(UrlPolicyConfig rules, DnsResolver resolver) {
    this.allowHttp = rules.allowHttp();
    this.ports = rules.ports();
    this.allowedHosts = new AllowedHosts(rules.allowedHosts());
    this.resolver = resolver;
  }

  /**
   * Checks all of an address that needs no look-up.
   *
   * @throws UrlNotAllowedException where it may not be called
   */
  ParsedUrl validate(String url) {
    ParsedUrl address = ParsedUrl.parse(url);
    if (!address.https() && !allowHttp) {
      throw new UrlNotAllowedException("only https is called");
    }
    if (!ports.contains(address.port())) {
      throw new UrlNotAllowedException("port %d is not called".formatted(address.port()));
    }
    boolean oneWord = !address.isIpLiteral() && !address.host().contains(".");
    if (oneWord && !allowedHosts.matches(address.host())) {
      throw new UrlNotAllowedException("its host is a name of the inside");
    }
    return address;
  }

  /**
   * The addresses that a connection may be made to.
   *
   * @throws UrlNotAllowedException where the host has one that may not be called
   * @throws UnknownHostException where it has none
   */
  List<InetAddress> resolveAllowed(ParsedUrl address) throws UnknownHostException {
    List<InetAddress> found = resolver.resolve(address.host());
    if (found.isEmpty()) {
      throw new UnknownHostException(address.host());
    }
    for (InetAddress leadsTo : found) {
      if (!isAllowed(address.host(), leadsTo)) {
        LOG.warnf("call to %s refused: it leads to %s", address.host(), leadsTo);
        throw new UrlNotAllowedException("its host does not lead to the public internet alone");
      }
    }
    return found;
  }

  private boolean isAllowed(String host, InetAddress address) {
    return PublicAddresses.contains(address)
        || allowedHosts.matches(host)
        || allowedHosts.matches(address);
  }
}
