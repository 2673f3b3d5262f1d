package dev.sanaq.net;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A URL that every parser understands in the same way: no user, no fragment, and a host without
 * alternative IP notations, which SSRF attacks use. {@link UrlPolicy} decides whether it is
 * allowed.
 *
 * @param https whether the scheme is https; otherwise http
 * @param host in lower case; a name, an IPv4 address of four decimal numbers, or an IPv6 address
 *     without its brackets
 * @param port 1 to 65535
 * @param target path and query, unchanged
 */
record ParsedUrl(boolean https, String host, int port, String target) {
  private static final int MAX_URL_LENGTH = 4096;
  private static final Pattern DNS_NAME =
      Pattern.compile(
          "(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)"
              + "(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*");
  private static final Pattern NUMERIC_LAST_LABEL = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");
  private static final String IPV4_OCTET = "(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])";
  private static final Pattern IPV4 = Pattern.compile(IPV4_OCTET + "(\\." + IPV4_OCTET + "){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f:.]{2,45}");

  /**
   * Parses a URL.
   *
   * @throws UrlNotAllowedException if it does not have the one allowed form
   */
  static ParsedUrl parse(String url) {
    URI uri = parseUri(url);
    String scheme = String.valueOf(uri.getScheme());
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw new UrlNotAllowedException("its scheme is neither https nor http");
    }
    if (uri.getRawUserInfo() != null || uri.getRawFragment() != null || uri.getHost() == null) {
      throw new UrlNotAllowedException("it needs a host, and may have neither user nor fragment");
    }
    boolean https = scheme.equals("https");
    int port = uri.getPort() == -1 ? (https ? 443 : 80) : uri.getPort();
    if (port < 1 || port > 65535) {
      throw new UrlNotAllowedException("invalid port");
    }
    return new ParsedUrl(https, host(uri.getHost().toLowerCase(Locale.ROOT)), port, target(uri));
  }

  /** Host and port; identifies the receiver. */
  String authority() {
    return host + ":" + port;
  }

  /** Whether the host is an IP literal, so that no DNS lookup is needed. */
  boolean isIpLiteral() {
    return host.contains(":") || IPV4.matcher(host).matches();
  }

  private static URI parseUri(String url) {
    if (url.length() > MAX_URL_LENGTH || !url.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new UrlNotAllowedException(
          "it may have %s printable ASCII characters".formatted(MAX_URL_LENGTH));
    }
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw new UrlNotAllowedException("it is no URL: " + e.getReason());
    }
  }

  // Parsers differ on 127.1, 0x7f000001, 017700000001 and 2130706433, so none of them is allowed.
  private static String host(String host) {
    if (host.startsWith("[") && host.endsWith("]")) {
      String inner = host.substring(1, host.length() - 1);
      if (IPV6.matcher(inner).matches()) {
        return inner;
      }
    } else if (NUMERIC_LAST_LABEL.matcher(host).matches()) {
      if (IPV4.matcher(host).matches()) {
        return host;
      }
    } else if (DNS_NAME.matcher(host).matches()) {
      return host;
    }
    throw new UrlNotAllowedException(
        "its host is neither a DNS name nor an IP address in its usual form, without a final dot");
  }

  private static String target(URI uri) {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }
}
