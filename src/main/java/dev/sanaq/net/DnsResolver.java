package dev.sanaq.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Resolves host names. Any number of threads. */
@FunctionalInterface
public interface DnsResolver {
  /** The platform's resolver. */
  DnsResolver PLATFORM = host -> List.of(InetAddress.getAllByName(host));

  /**
   * All IP addresses of a host name or an IP literal, at least one.
   *
   * @throws UnknownHostException if there is none
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
