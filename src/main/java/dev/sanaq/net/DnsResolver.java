package dev.sanaq.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Looks hosts up. Any number of threads. */
@FunctionalInterface
public interface DnsResolver {
  /** The platform's own. */
  DnsResolver PLATFORM = host -> List.of(InetAddress.getAllByName(host));

  /**
   * All addresses of a name or of an address in numbers, at least one.
   *
   * @throws UnknownHostException where there is none
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}
