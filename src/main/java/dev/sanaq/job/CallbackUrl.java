package dev.sanaq.job;

import java.net.URI;
import java.net.URISyntaxException;

/** The rule for callback addresses; whether one may be reached is its caller's to decide. */
final class CallbackUrl {
  private static final int LONGEST = 2000;

  private CallbackUrl() {}

  /** The address, or empty for none. */
  static String read(Fields fields) {
    if (!fields.has("callbackUrl")) {
      return "";
    }
    String url = fields.text("callbackUrl", "", 1, LONGEST);
    return url.isEmpty() || isHttps(url)
        ? url
        : fields.complain("callbackUrl", "an https:// address without user or fragment", "");
  }

  private static boolean isHttps(String url) {
    try {
      URI uri = new URI(url);
      return "https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
