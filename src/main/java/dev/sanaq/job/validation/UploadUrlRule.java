package dev.sanaq.job.validation;

import dev.sanaq.job.RequestFields;
import dev.sanaq.job.UrlRedaction;
import java.util.ArrayList;
import java.util.List;

/**
 * The rule for {@code output.uploadUrls}: presigned URLs, one for each image. Their query is a
 * credential; see {@link UrlRedaction}.
 */
final class UploadUrlRule {
  private static final int MAX_LENGTH = 4096;

  private UploadUrlRule() {}

  /** The URLs, one for each image, or none. */
  static List<String> read(FieldReader output, int count, boolean allowHttp) {
    List<String> urls = new ArrayList<>();
    for (Object entry : output.list(RequestFields.UPLOAD_URLS)) {
      if (!(entry instanceof String url) || url.length() > MAX_LENGTH || !url.matches("[!-~]+")) {
        return reject(
            output, "text of 1 to %s printable ASCII characters each".formatted(MAX_LENGTH));
      }
      if (!UrlRule.isAllowed(url, allowHttp)) {
        return reject(output, UrlRule.describeAllowed(allowHttp) + " each");
      }
      urls.add(url);
    }
    return urls.isEmpty() || urls.size() == count
        ? urls
        : reject(output, "%s URLs, one for each image".formatted(count));
  }

  // The error message shows a list as "a list", so the URLs do not leak.
  private static List<String> reject(FieldReader output, String allowed) {
    return output.reject(RequestFields.UPLOAD_URLS, allowed, List.of());
  }
}
