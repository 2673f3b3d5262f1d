package dev.sanaq.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which URLs may be called. {@code HttpWebhookClientTest} checks that the client connects to the
 * address that was checked.
 */
class UrlPolicyTest {
  private static final DnsResolver UNKNOWN_HOST =
      host -> {
        throw new UnknownHostException(host);
      };

  /** Every name resolves to a public address, so that only the notation of a URL is at fault. */
  private static final DnsResolver ALWAYS_PUBLIC =
      host -> List.of(InetAddress.getByName(host.matches("[0-9a-f:.]+") ? host : "8.8.8.8"));

  private static final List<String> NON_PUBLIC_ADDRESSES =
      List.of(
          "0.0.0.0",
          "0.1.2.3",
          "10.0.0.1",
          "10.255.255.255",
          "100.64.0.1",
          "100.100.100.200",
          "100.127.255.255",
          "127.0.0.1",
          "127.1.2.3",
          "127.255.255.254",
          "168.63.129.16",
          "169.254.0.1",
          "169.254.169.254",
          "169.254.170.2",
          "172.16.0.1",
          "172.31.255.255",
          "192.0.0.1",
          "192.0.0.192",
          "192.0.2.7",
          "192.88.99.1",
          "192.168.0.1",
          "192.168.255.255",
          "198.18.0.1",
          "198.19.255.255",
          "198.51.100.5",
          "203.0.113.9",
          "224.0.0.1",
          "239.255.255.255",
          "240.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "::127.0.0.1",
          "::10.0.0.1",
          "::ffff:127.0.0.1",
          "::ffff:10.0.0.1",
          "::ffff:169.254.169.254",
          "::ffff:192.168.1.1",
          "::ffff:0:127.0.0.1",
          "64:ff9b::7f00:1",
          "64:ff9b::169.254.169.254",
          "64:ff9b::8.8.8.8",
          "64:ff9b:1::1",
          "100::1",
          "2001::1",
          "2001:0:53aa:64c::1",
          "2001:2::1",
          "2001:10::1",
          "2001:db8::1",
          "2002:7f00:1::1",
          "2002:a9fe:a9fe::1",
          "2002:c0a8:101::1",
          "3fff::1",
          "fc00::1",
          "fd00::1",
          "fd00:ec2::254",
          "fe80::1",
          "fe80::a9fe:a9fe",
          "febf::1",
          "fec0::1",
          "ff02::1",
          "ff0e::1",
          "5f00::1",
          "4000::1");

  private static final List<String> DISALLOWED_HOSTS =
      List.of(
          // One loopback and one metadata address, in all the ways some reader understands.
          "2130706433",
          "017700000001",
          "0x7f000001",
          "0x7F000001",
          "0X7f.1",
          "127.1",
          "127.0.1",
          "0177.0.0.1",
          "0177.0000.0000.0001",
          "0x7f.0.0.1",
          "0x7f.0x0.0x0.0x1",
          "127.0.0.01",
          "127.0.0.001",
          "127.00.0.1",
          "0127.0.0.1",
          "127.0.0.0x1",
          "127.0x0.1",
          "00.0.0.0",
          "0",
          "0x0",
          "00",
          "127.0.0.1.",
          "127.0.0.1..",
          "127.1.",
          "2852039166",
          "0xa9fea9fe",
          "0xA9FEA9FE",
          "025177524776",
          "169.254.43518",
          "169.16689662",
          "0xa9.0xfe.0xa9.0xfe",
          "0251.0376.0251.0376",
          "0251.254.169.254",
          "169.254.0xa9fe",
          "169.254.169.254.",
          "425.510.425.510",
          "256.256.256.256",
          "1.2.3.4.5",
          "10.0.0",
          "10.1",
          "167772161",
          "0xa000001",
          "012.0.0.1",
          "012.1",
          "3232235777",
          "0xc0a80101",
          "192.168.257",
          "192.11010305",
          "0300.0250.1.1",
          "4294967295",
          "4294967296",
          "99999999999",
          "-1",
          "1.-1",
          "a.b.1",
          "example.123",
          "example.0x1f",
          "example.com.1",
          // Names that are none, or end in a dot.
          "localhost",
          "LOCALHOST",
          "localhost.",
          "LocalHost.",
          "kafka",
          "kubernetes",
          "metadata",
          "example.com.",
          ".example.com",
          "example..com",
          "-example.com",
          "example-.com",
          ".",
          "..",
          "exa%6dple.com",
          "127.0.0.1%2f.example.com",
          "127.0.0.1%00.example.com",
          "127。0。0。1",
          "127．0．0．1",
          "①②⑦.⓪.⓪.①",
          "１２７.0.0.1",
          "loc\u00adalhost",
          "ⓛocalhost",
          "bücher.example",
          "еxample.com",
          "*.example.com",
          "a,b.example.com",
          "(127.0.0.1)",
          "{127.0.0.1}",
          "127.0.0.1;",
          "example.com;127.0.0.1",
          "$HOME",
          "x".repeat(64) + ".com",
          "a.".repeat(130) + "com",
          // Brackets that hold no plain IPv6 address.
          "[::1%25lo]",
          "[::1%25eth0]",
          "[fe80::1%251]",
          "[fe80::1%25en0]",
          "[]",
          "[:]",
          "[v1.x]",
          "[127.0.0.1]",
          "[::1",
          "::1]",
          "[[::1]]",
          "[::1]x",
          "[::g]",
          "[localhost]");

  private static final List<String> DISALLOWED_URLS =
      List.of(
          "",
          " ",
          "example.com",
          "//example.com/",
          "/path",
          "https:",
          "https:/",
          "https://",
          "https:///x",
          "https://:443/",
          "https:example.com",
          "https:/example.com",
          "https:\\\\example.com",
          "https://example.com\\@127.0.0.1/",
          "https:\\/127.0.0.1",
          "http://example.com/",
          "http://example.com:443/",
          "HTTP://example.com:443/",
          "ftp://example.com/",
          "file:///etc/passwd",
          "file://example.com/etc/passwd",
          "gopher://example.com/_",
          "dict://example.com:443/",
          "ldap://example.com/",
          "jar:https://example.com!/",
          "data:text/plain,x",
          "javascript:alert(1)",
          "ws://example.com/",
          "wss://example.com/",
          "unix:///var/run/docker.sock",
          "s3://b/k",
          "httpss://example.com/",
          "https+unix://example.com/",
          "url:https://example.com/",
          "https://user@example.com/",
          "https://user:password@example.com/",
          "https://example.com@127.0.0.1/",
          "https://127.0.0.1@example.com/",
          "https://@example.com/",
          "https://:@example.com/",
          "https://a@b@example.com/",
          "https://example.com:443@127.0.0.1/",
          "https://example.com%40127.0.0.1/",
          "https://example.com#@127.0.0.1/",
          "https://127.0.0.1#@example.com/",
          "https://example.com/#fragment",
          "https://example.com:80/",
          "https://example.com:22/",
          "https://example.com:0/",
          "https://example.com:65536/",
          "https://example.com:99999/",
          "https://example.com:8443/",
          "https://example.com:9092/",
          "https://example.com:2379/",
          "https://example.com:6443/",
          "https://example.com:10250/",
          "https://example.com:-1/",
          "https://example.com:443:443/",
          "https://example.com:4 43/",
          "https://example.com:x/",
          "https://exa mple.com/",
          "https://example.com/a b",
          "https://example.com/\u0000",
          "https://example.com/\r\nHost: 127.0.0.1",
          "https://example.com\r\n/",
          "https://ex\tample.com/",
          "https://example.com/\u00e9",
          " https://example.com/",
          "https://example.com/ ",
          "\nhttps://example.com/",
          "https://example.com/" + "x".repeat(4096));

  static Stream<String> disallowedUrls() {
    Stream<String> literals =
        NON_PUBLIC_ADDRESSES.stream()
            .map(a -> "https://%s/".formatted(a.contains(":") ? "[" + a + "]" : a));
    Stream<String> odd = DISALLOWED_HOSTS.stream().map("https://%s/"::formatted);
    return Stream.of(literals, odd, DISALLOWED_URLS.stream()).flatMap(s -> s);
  }

  @ParameterizedTest
  @MethodSource("disallowedUrls")
  void ssrf_alternativeNotations_areRejected(String url) {
    assertThatThrownBy(() -> validateAndResolve(policy(ALWAYS_PUBLIC), url))
        .as(url)
        .isInstanceOf(UrlNotAllowedException.class);
  }

  @Test
  void ssrf_disallowedUrls_areMoreThan200() {
    assertThat(disallowedUrls().distinct().count() + 2L * NON_PUBLIC_ADDRESSES.size())
        .isGreaterThan(200);
    assertThat(disallowedUrls().distinct().count()).isGreaterThan(200);
  }

  static Stream<String> nonPublicAddresses() {
    return NON_PUBLIC_ADDRESSES.stream();
  }

  @ParameterizedTest
  @MethodSource("nonPublicAddresses")
  void ssrf_nameResolvingToPrivateAddress_isRejectedWithoutLeak(String address) {
    UrlPolicy gate = policy(host -> List.of(InetAddress.getByName(address)));
    assertThatThrownBy(() -> validateAndResolve(gate, "https://hooks.example.com/x"))
        .isInstanceOf(UrlNotAllowedException.class)
        .hasMessageNotContaining(address);
  }

  @ParameterizedTest
  @MethodSource("nonPublicAddresses")
  void ssrf_oneOfManyAddressesPrivate_isRejected(String address) {
    UrlPolicy gate = policy(host -> addresses("8.8.8.8", "2606:4700::1111", address, "1.1.1.1"));
    assertThatThrownBy(() -> validateAndResolve(gate, "https://hooks.example.com/x"))
        .isInstanceOf(UrlNotAllowedException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "8.8.8.8",
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450:4001::200e",
        "2001:4860:4860::8888",
      })
  void publicAddress_isAllowed(String address) throws Exception {
    InetAddress there = InetAddress.getByName(address);
    assertThat(
            validateAndResolve(policy(host -> List.of(there)), "https://Hooks.Example.com/x?y=1"))
        .containsExactly(there);
  }

  @Test
  void validate_url_returnsNormalizedParts() {
    ParsedUrl address = policy(UNKNOWN_HOST).validate("https://Hooks.Example.com?y=1");
    assertThat(address).isEqualTo(new ParsedUrl(true, "hooks.example.com", 443, "/?y=1"));
    assertThat(policy(UNKNOWN_HOST).validate("https://xn--bcher-kva.example:443/a%20b").target())
        .isEqualTo("/a%20b");
  }

  @Test
  void allowedHosts_glob_allowsOnlyMatchingHosts() throws Exception {
    DnsResolver inside = host -> List.of(InetAddress.getByName("10.1.2.3"));
    UrlPolicy gate =
        new UrlPolicy(
            new UrlPolicyConfig(true, Set.of(443, 8080), List.of("*.svc.local", "hooks")), inside);
    assertThat(validateAndResolve(gate, "http://a.svc.local:8080/")).hasSize(1);
    assertThat(validateAndResolve(gate, "https://hooks/")).hasSize(1);
    for (String other :
        List.of(
            "https://svc.local/",
            "https://a.svc.local.example.com/",
            "https://hooks2/",
            "https://xhooks/",
            "http://a.svc.local/",
            "https://10.1.2.3/")) {
      assertThatThrownBy(() -> validateAndResolve(gate, other))
          .as(other)
          .isInstanceOf(UrlNotAllowedException.class);
    }
  }

  @Test
  void allowedHosts_cidrBlock_allowsAddressesOfAnyName() throws Exception {
    List<InetAddress> resolved = new ArrayList<>();
    UrlPolicy gate =
        new UrlPolicy(
            new UrlPolicyConfig(false, Set.of(443), List.of("10.1.0.0/16", "fd00::/8")),
            h -> resolved);
    resolved.addAll(addresses("10.1.2.3", "fd00::7"));
    assertThat(validateAndResolve(gate, "https://hooks.example.com/")).hasSize(2);
    resolved.addAll(addresses("10.2.0.1"));
    assertThatThrownBy(() -> validateAndResolve(gate, "https://hooks.example.com/"))
        .isInstanceOf(UrlNotAllowedException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.0/", "/8", "a b", "fd00::/129"})
  void allowedHosts_invalidEntry_isRejected(String entry) {
    assertThatThrownBy(() -> new AllowedHosts(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(entry);
  }

  @Test
  void unknownHost_isNotAPolicyViolation() {
    assertThatThrownBy(() -> validateAndResolve(policy(UNKNOWN_HOST), "https://hooks.example.com/"))
        .isInstanceOf(UnknownHostException.class);
    assertThatThrownBy(
            () -> validateAndResolve(policy(host -> List.of()), "https://hooks.example.com/"))
        .isInstanceOf(UnknownHostException.class);
  }

  private static UrlPolicy policy(DnsResolver resolver) {
    return new UrlPolicy(new UrlPolicyConfig(false, Set.of(443), List.of()), resolver);
  }

  private static List<InetAddress> validateAndResolve(UrlPolicy gate, String url)
      throws UnknownHostException {
    return gate.resolveAllowed(gate.validate(url));
  }

  private static List<InetAddress> addresses(String... literals) {
    List<InetAddress> addresses = new ArrayList<>();
    for (String literal : literals) {
      try {
        addresses.add(InetAddress.getByName(literal));
      } catch (UnknownHostException e) {
        throw new AssertionError(literal, e);
      }
    }
    return addresses;
  }
}
