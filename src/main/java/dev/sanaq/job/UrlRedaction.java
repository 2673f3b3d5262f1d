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
  private UrlRedaction() {}

  /**
   * A copy of the request with its upload URLs and the URLs of its input images redacted; the same
   * map if it has none.
   *
   * @param request the request's fields, not validated
   */
  public static Map<String, Object> redact(Map<String, Object> request) {
    Map<String, Object> inputsRedacted = redactInputs(request);
    return redactUploads(inputsRedacted);
  }

  private static Map<String, Object> redactInputs(Map<String, Object> request) {
    if (RequestFields.INPUT_IMAGES.stream().noneMatch(f -> request.get(f) instanceof String)) {
      return request;
    }
    Map<String, Object> redacted = new LinkedHashMap<>(request);
    for (String field : RequestFields.INPUT_IMAGES) {
      if (request.get(field) instanceof String text) {
        redacted.put(field, text.startsWith("data:") ? hashed(text) : redact(text));
      }
    }
    return redacted;
  }

  /** The media type and a hash of the content, so that other contents stay other requests. */
  private static String hashed(String dataUrl) {
    return dataUrl.replaceFirst("(?s),.*", "") + ",sha256-" + Sha256.hex(dataUrl);
  }

  private static Map<String, Object> redactUploads(Map<String, Object> request) {
    if (!(request.get(RequestFields.OUTPUT) instanceof Map<?, ?> output)
        || !(output.get(RequestFields.UPLOAD_URLS) instanceof List<?> urls)) {
      return request;
    }
    List<@Nullable Object> redactedUrls = new ArrayList<>();
    urls.forEach(url -> redactedUrls.add(url instanceof String text ? redact(text) : url));
    Map<String, Object> redactedOutput = new LinkedHashMap<>();
    output.forEach((name, value) -> redactedOutput.put(String.valueOf(name), value));
    redactedOutput.put(RequestFields.UPLOAD_URLS, redactedUrls);
    Map<String, Object> redacted = new LinkedHashMap<>(request);
    redacted.put(RequestFields.OUTPUT, redactedOutput);
    return redacted;
  }

  /** The URL without query, fragment, user name and password. */
  public static String redact(String url) {
    return url.replaceFirst("[?#].*", "").replaceFirst("//[^/]*@", "//");
  }
}
