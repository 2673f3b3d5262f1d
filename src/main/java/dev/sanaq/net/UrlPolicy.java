package dev.sanaq.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * SSRF guard: decides which URLs of requests may be called, so that no request reaches internal
 * services. Callback URLs of webhooks and upload URLs pass through it. It allows https only (http
 * if a setting says so), allowed ports, host names with a dot, and hosts whose every IP address is
 * public ({@link PublicAddresses}) or on the allow list. It resolves the host once and checks every
 * IP address; the client must connect to one of these addresses without another DNS lookup (DNS
 * pinning), which also prevents DNS rebinding. Redirects are not followed. Any number of threads.
 */
public final class UrlPolicy {
  private static final Logger LOG = Logger.getLogger(UrlPolicy.class);

  private final boolean allowHttp;
  private final Set<Integer> ports;
  private final AllowedHosts allowedHosts;
  private final DnsResolver resolver;

  /**
   * @param config what the operator allows
   * @throws IllegalArgumentException if the allow list is invalid
   */
  public UrlPolicy(UrlPolicyConfig config, DnsResolver resolver) {
    this.allowHttp = config.allowHttp();
    this.ports = config.ports();
    this.allowedHosts = new AllowedHosts(config.allowedHosts());
    this.resolver = resolver;
  }

  /**
   * Why a URL may not be called, as far as is known now; empty if it may, or if its host has no
   * address now. Blocks for a DNS lookup.
   */
  public Optional<String> refusal(String url) {
    try {
      resolveAllowed(validate(url));
      return Optional.empty();
    } catch (UrlNotAllowedException e) {
      return Optional.ofNullable(e.getMessage());
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }

  /**
   * Checks everything that needs no DNS lookup: form, scheme, port and single-label hosts.
   *
   * @throws UrlNotAllowedException if the URL is not allowed
   */
  ParsedUrl validate(String url) {
    ParsedUrl parsed = ParsedUrl.parse(url);
    if (!parsed.https() && !allowHttp) {
      throw new UrlNotAllowedException("only https is allowed");
    }
    if (!ports.contains(parsed.port())) {
      throw new UrlNotAllowedException("port %s is not allowed".formatted(parsed.port()));
    }
    boolean singleLabel = !parsed.isIpLiteral() && !parsed.host().contains(".");
    if (singleLabel && !allowedHosts.matches(parsed.host())) {
      throw new UrlNotAllowedException("its host is an internal name");
    }
    return parsed;
  }

  /**
   * Resolves the host to the addresses that may be connected to.
   *
   * @throws UrlNotAllowedException if any address of the host is not allowed
   * @throws UnknownHostException if the host has no address
   */
  List<InetAddress> resolveAllowed(ParsedUrl url) throws UnknownHostException {
    List<InetAddress> found = resolver.resolve(url.host());
    if (found.isEmpty()) {
      throw new UnknownHostException(url.host());
    }
    for (InetAddress address : found) {
      if (!isAllowed(url.host(), address)) {
        LOG.warnf("SSRF guard: refused a call to %s, which resolves to %s", url.host(), address);
        throw new UrlNotAllowedException("its host resolves to an address that is not public");
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
