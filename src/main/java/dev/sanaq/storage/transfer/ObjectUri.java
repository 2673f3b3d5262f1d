package dev.sanaq.storage.transfer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The S3 URI of an object.
 *
 * @param bucket the bucket
 * @param key the key, as it is: nothing in it is percent-encoded
 */
public record ObjectUri(String bucket, String key) {
  private static final Pattern URI_PATTERN =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.*[^/])");

  /**
   * Parses {@code s3://bucket/key}.
   *
   * @throws IllegalArgumentException if the text is no such URI
   */
  public static ObjectUri parse(String text) {
    Matcher parts = URI_PATTERN.matcher(text);
    if (!parts.matches() || parts.group(2).startsWith("/")) {
      throw new IllegalArgumentException(
          "%s is no URI of an object; write s3://BUCKET/KEY".formatted(text));
    }
    return new ObjectUri(parts.group(1), parts.group(2));
  }

  @Override
  public String toString() {
    return "s3://%s/%s".formatted(bucket, key);
  }
}
