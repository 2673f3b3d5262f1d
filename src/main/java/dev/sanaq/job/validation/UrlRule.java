package dev.sanaq.job.validation;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * The rule for addresses that a request brings; whether one may be reached is its caller's to
 * decide.
 */
final class UrlRule {
  private UrlRule() {}

  /** Whether it is one that may be asked for. */
  static boolean isAllowed(String url, boolean alsoHttp) {
    try {
      URI uri = new URI(url);
      return ("https".equals(uri.getScheme()) || alsoHttp && "http".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** What is allowed, for messages. */
  static String describeAllowed(boolean alsoHttp) {
    return "an %s address without user or fragment"
        .formatted(alsoHttp ? "https:// or http://" : "https://");
  }
}
