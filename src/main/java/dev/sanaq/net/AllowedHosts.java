package dev.sanaq.net;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The allow list of the SSRF guard: hosts by glob, IP addresses by CIDR block. Immutable. */
final class AllowedHosts {
  private final List<Pattern> hosts = new ArrayList<>();
  private final List<Cidr> blocks = new ArrayList<>();

  /**
   * Parses entries such as {@code *.svc.cluster.local}, {@code hooks} or {@code 10.1.0.0/16}.
   *
   * @throws IllegalArgumentException if an entry is neither a glob nor a CIDR block
   */
  AllowedHosts(List<String> entries) {
    for (String entry : entries) {
      if (entry.contains("/")) {
        blocks.add(Cidr.of(entry));
      } else if (entry.matches("[A-Za-z0-9_.*-]+")) {
        hosts.add(glob(entry));
      } else {
        throw new IllegalArgumentException(
            "allowed-hosts: %s is neither a host such as *.svc.cluster.local nor a".formatted(entry)
                + " CIDR block such as 10.1.0.0/16");
      }
    }
  }

  /** Whether an entry is a glob or a CIDR block. */
  static boolean isEntry(String entry) {
    try {
      new AllowedHosts(List.of(entry));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether a host, in lower case, may resolve to any address. */
  boolean matches(String host) {
    return hosts.stream().anyMatch(glob -> glob.matcher(host).matches());
  }

  /** Whether an IP address may be called. */
  boolean matches(InetAddress address) {
    return blocks.stream().anyMatch(block -> block.contains(address));
  }

  private static Pattern glob(String entry) {
    return Pattern.compile(
        Stream.of(entry.toLowerCase(Locale.ROOT).split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")));
  }
}
