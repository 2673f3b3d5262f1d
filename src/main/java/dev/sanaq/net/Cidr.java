package dev.sanaq.net;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A CIDR block of IP addresses.
 *
 * @param network the network prefix as a number of {@code prefixLength} bits
 * @param addressBytes 4 for IPv4, 16 for IPv6
 * @param prefixLength bits of the prefix
 */
record Cidr(BigInteger network, int addressBytes, int prefixLength) {
  /**
   * Parses a block such as {@code 10.0.0.0/8} or {@code fc00::/7}.
   *
   * @throws IllegalArgumentException if the text is no CIDR block
   */
  static Cidr of(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length == 2 && parts[1].matches("[0-9]{1,3}")) {
      byte[] address = parseLiteral(parts[0]);
      int bits = Integer.parseInt(parts[1]);
      if (address.length > 0 && bits <= address.length * 8) {
        int hostBits = address.length * 8 - bits;
        return new Cidr(new BigInteger(1, address).shiftRight(hostBits), address.length, bits);
      }
    }
    throw new IllegalArgumentException(
        "%s is no CIDR block; write one as 10.1.0.0/16 or fd00::/8".formatted(text));
  }

  /** Whether the block contains the address. */
  boolean contains(InetAddress address) {
    byte[] raw = address.getAddress();
    return raw.length == addressBytes
        && new BigInteger(1, raw).shiftRight(addressBytes * 8 - prefixLength).equals(network);
  }

  private static byte[] parseLiteral(String text) {
    // Literals only: getByName would resolve a host name.
    if (!text.matches("[0-9]+(\\.[0-9]+){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
      return new byte[0];
    }
    try {
      return InetAddress.getByName(text).getAddress();
    } catch (UnknownHostException e) {
      return new byte[0];
    }
  }
}
