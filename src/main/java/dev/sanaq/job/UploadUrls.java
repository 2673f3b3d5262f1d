package dev.sanaq.job;

import java.util.ArrayList;
import java.util.List;

/**
 * The rule for {@code output.uploadUrls}: addresses to which pictures are put, one a picture. What
 * follows the question mark is as good as a password for as long as it is valid: see {@link
 * UrlRedaction}.
 */
final class UploadUrls {
  private static final String NAME = "uploadUrls";
  private static final int LONGEST = 4096;

  private UploadUrls() {}

  /** The addresses, one a picture, or none. */
  static List<String> read(Fields output, int count, boolean alsoHttp) {
    List<String> urls = new ArrayList<>();
    for (Object entry : output.list(NAME)) {
      if (!(entry instanceof String url) || url.length() > LONGEST || !url.matches("[!-~]+")) {
        return refused(
            output, "text of 1 to %d printable ASCII characters each".formatted(LONGEST));
      }
      if (!WebAddress.isAllowed(url, alsoHttp)) {
        return refused(output, WebAddress.allowed(alsoHttp) + " each");
      }
      urls.add(url);
    }
    return urls.isEmpty() || urls.size() == count
        ? urls
        : refused(output, "%d addresses, one for each picture".formatted(count));
  }

  // A list is shown as no more than that, so that no secret is.
  private static List<String> refused(Fields output, String allowed) {
    return output.complain(NAME, allowed, List.of());
  }
}
