package dev.sanaq.job.validation;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * The syntax rule for the URLs of a request. Whether a URL may be called is decided later, by the
 * SSRF guard.
 */
final class UrlRule {
  private UrlRule() {}

  /** Whether the URL is valid. */
  static boolean isAllowed(String url, boolean allowHttp) {
    try {
      URI uri = new URI(url);
      return ("https".equals(uri.getScheme()) || allowHttp && "http".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** The allowed values, for messages. */
  static String describeAllowed(boolean allowHttp) {
    return "an %s URL without user or fragment"
        .formatted(allowHttp ? "https:// or http://" : "https://");
  }
}
