package dev.sanaq.job;

import java.net.URI;
import java.net.URISyntaxException;

/** The rule for callback addresses; whether one may be reached is its caller's to decide. */
final class CallbackUrl {
  private static final int LONGEST = 2000;

  private CallbackUrl() {}

  /** The address, or empty for none. */
  static String read(Fields fields, boolean alsoHttp) {
    if (!fields.has("callbackUrl")) {
      return "";
    }
    String url = fields.text("callbackUrl", "", 1, LONGEST);
    return url.isEmpty() || isAddress(url, alsoHttp)
        ? url
        : fields.complain(
            "callbackUrl",
            "an %s address without user or fragment"
                .formatted(alsoHttp ? "https:// or http://" : "https://"),
            "");
  }

  private static boolean isAddress(String url, boolean alsoHttp) {
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
}
