package dev.sanaq.net;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A block of addresses.
 *
 * @param network its first address, 4 or 16 bytes as a number
 * @param addressBytes 4 or 16
 * @param prefixLength how many of the first bits are the block's
 */
record Cidr(BigInteger network, int addressBytes, int prefixLength) {
  /**
   * Reads a block as {@code 10.0.0.0/8} or {@code fc00::/7}.
   *
   * @throws IllegalArgumentException where it is none
   */
  static Cidr of(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length == 2 && parts[1].matches("[0-9]{1,3}")) {
      byte[] address = parseLiteral(parts[0]);
      int bits = Integer.parseInt(parts[1]);
      if (address.length > 0 && bits <= address.length * 8) {
        int rest = address.length * 8 - bits;
        return new Cidr(new BigInteger(1, address).shiftRight(rest), address.length, bits);
      }
    }
    throw new IllegalArgumentException(
        "%s is no block of addresses; write one as 10.1.0.0/16 or fd00::/8".formatted(text));
  }

  /** Whether the block holds the address. */
  boolean contains(InetAddress address) {
    byte[] raw = address.getAddress();
    return raw.length == addressBytes
        && new BigInteger(1, raw).shiftRight(addressBytes * 8 - prefixLength).equals(network);
  }

  private static byte[] parseLiteral(String text) {
    // Only what can be no name: a name would be looked up.
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
