package dev.sanaq.job.validation;

import dev.sanaq.job.UrlRedaction;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule for {@code output.uploadUrls}: addresses to which images are put, one an image. What
 * follows the question mark is as good as a password for as long as it is valid: see {@link
 * UrlRedaction}.
 */
final class UploadUrlRule {
  private static final String FIELD = "uploadUrls";
  private static final int MAX_LENGTH = 4096;

  private UploadUrlRule() {}

  /** The addresses, one an image, or none. */
  static List<String> read(FieldReader output, int count, boolean alsoHttp) {
    List<String> urls = new ArrayList<>();
    for (Object entry : output.list(FIELD)) {
      if (!(entry instanceof String url) || url.length() > MAX_LENGTH || !url.matches("[!-~]+")) {
        return reject(
            output, "text of 1 to %d printable ASCII characters each".formatted(MAX_LENGTH));
      }
      if (!UrlRule.isAllowed(url, alsoHttp)) {
        return reject(output, UrlRule.describeAllowed(alsoHttp) + " each");
      }
      urls.add(url);
    }
    return urls.isEmpty() || urls.size() == count
        ? urls
        : reject(output, "%d addresses, one for each image".formatted(count));
  }

  // A list is shown as no more than that, so that no secret is.
  private static List<String> reject(FieldReader output, String allowed) {
    return output.reject(FIELD, allowed, List.of());
  }
}
