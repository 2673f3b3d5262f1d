package dev.sanaq.job.validation;

import dev.sanaq.job.RequestFields;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * The syntax rule for the URLs of a request. Whether a URL may be called is decided later, by the
 * SSRF guard.
 */
final class UrlRule {
  private static final int MAX_LENGTH = 2000;

  private UrlRule() {}

  /** Reads {@code callbackUrl}; empty for none. */
  static String readCallback(FieldReader fields, boolean allowHttp) {
    if (!fields.has(RequestFields.CALLBACK_URL)) {
      return "";
    }
    String url = fields.string(RequestFields.CALLBACK_URL, "", 1, MAX_LENGTH);
    return url.isEmpty() || isAllowed(url, allowHttp)
        ? url
        : fields.reject(RequestFields.CALLBACK_URL, describeAllowed(allowHttp), "");
  }

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
