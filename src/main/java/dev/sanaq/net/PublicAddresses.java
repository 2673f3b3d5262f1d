package dev.sanaq.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** The public IP addresses, by IANA's special-purpose address registries. */
final class PublicAddresses {
  private static final List<Cidr> NON_PUBLIC_V4 =
      parseBlocks(
          "0.0.0.0/8", // this network; 0.0.0.0 reaches this machine
          "10.0.0.0/8", // private
          "100.64.0.0/10", // carrier-grade NAT; a cloud's metadata at 100.100.100.200
          "127.0.0.0/8", // loopback
          "168.63.129.16/32", // Azure's own services for its machines, metadata among them
          "169.254.0.0/16", // link-local; the clouds' metadata at 169.254.169.254
          "172.16.0.0/12", // private
          "192.0.0.0/24", // protocol assignments; Oracle's metadata at 192.0.0.192
          "192.0.2.0/24", // documentation
          "192.88.99.0/24", // relays to 6to4
          "192.168.0.0/16", // private
          "198.18.0.0/15", // benchmarks
          "198.51.100.0/24", // documentation
          "203.0.113.0/24", // documentation
          "224.0.0.0/4", // multicast
          "240.0.0.0/4"); // reserved, and broadcast

  // All global unicast IPv6 addresses. Outside: loopback, unspecified, IPv4-mapped, -compatible and
  // NAT64, unique local, link-local, site-local, multicast and unassigned.
  private static final Cidr GLOBAL_V6 = Cidr.of("2000::/3");

  private static final List<Cidr> NON_PUBLIC_V6 =
      parseBlocks(
          "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
          "2001:db8::/32", // documentation
          "2002::/16", // 6to4: an IPv4 address inside
          "3fff::/20"); // documentation

  private PublicAddresses() {}

  /** Whether an address is public. */
  static boolean contains(InetAddress address) {
    if (address instanceof Inet4Address) {
      return NON_PUBLIC_V4.stream().noneMatch(block -> block.contains(address));
    }
    return GLOBAL_V6.contains(address)
        && NON_PUBLIC_V6.stream().noneMatch(block -> block.contains(address));
  }

  private static List<Cidr> parseBlocks(String... blocks) {
    return Stream.of(blocks).map(Cidr::of).toList();
  }
}
