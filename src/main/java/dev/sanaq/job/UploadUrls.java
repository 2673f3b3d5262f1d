package dev.sanaq.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rule for {@code output.uploadUrls}: addresses to which pictures are put, one a picture. What
 * follows the question mark is as good as a password for as long as it is valid, so that it appears
 * in no answer, no event, no stored result, no message and no log.
 */
public final class UploadUrls {
  private static final String OUTPUT = "output";
  private static final String NAME = "uploadUrls";
  private static final int LONGEST = 4096;

  private UploadUrls() {}

  /**
   * The request with its addresses' secrets left out; the same map where it has none.
   *
   * @param request the contract's fields, nothing checked yet
   */
  public static Map<String, Object> withoutSecrets(Map<String, Object> request) {
    if (!(request.get(OUTPUT) instanceof Map<?, ?> output)
        || !(output.get(NAME) instanceof List<?> urls)) {
      return request;
    }
    Map<String, Object> place = new LinkedHashMap<>();
    output.forEach((name, value) -> place.put(String.valueOf(name), value));
    List<@Nullable Object> shown = new ArrayList<>();
    urls.forEach(url -> shown.add(url instanceof String text ? withoutSecrets(text) : url));
    place.put(NAME, shown);
    Map<String, Object> safe = new LinkedHashMap<>(request);
    safe.put(OUTPUT, place);
    return safe;
  }

  /** The address without its query, its fragment, and a user's name or password. */
  public static String withoutSecrets(String url) {
    return url.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
  }

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
