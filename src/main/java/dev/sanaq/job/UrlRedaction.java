package dev.sanaq.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Removes credentials from URLs. The query of a presigned upload URL works like a password until it
 * expires, so it must not appear in any response, event, stored result, error message or log.
 */
public final class UrlRedaction {
  private static final String OUTPUT = "output";
  private static final String NAME = "uploadUrls";

  private UrlRedaction() {}

  /**
   * The request with its addresses' secrets left out; the same map where it has none.
   *
   * @param request the contract's fields, nothing checked yet
   */
  public static Map<String, Object> redact(Map<String, Object> request) {
    if (!(request.get(OUTPUT) instanceof Map<?, ?> output)
        || !(output.get(NAME) instanceof List<?> urls)) {
      return request;
    }
    Map<String, Object> place = new LinkedHashMap<>();
    output.forEach((name, value) -> place.put(String.valueOf(name), value));
    List<@Nullable Object> shown = new ArrayList<>();
    urls.forEach(url -> shown.add(url instanceof String text ? redact(text) : url));
    place.put(NAME, shown);
    Map<String, Object> safe = new LinkedHashMap<>(request);
    safe.put(OUTPUT, place);
    return safe;
  }

  /** The address without its query, its fragment, and a user's name or password. */
  public static String redact(String url) {
    return url.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
  }
}
