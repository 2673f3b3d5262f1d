package dev.sanaq.storage.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a checkpoint lies on the storage.
 *
 * @param bucket the bucket
 * @param prefix what its objects' keys begin with, a slash at its end
 */
public record ModelUri(String bucket, String prefix) {
  private static final Pattern URI_PATTERN =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)");

  /**
   * Reads {@code s3://bucket/prefix}.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static ModelUri parse(String text) {
    Matcher parts = URI_PATTERN.matcher(text);
    String prefix = parts.matches() ? parts.group(2).replaceAll("/+$", "") : "";
    if (prefix.isEmpty() || prefix.startsWith("/")) {
      throw new IllegalArgumentException(
          "%s is no place for a checkpoint: s3://BUCKET/PREFIX".formatted(text));
    }
    return new ModelUri(parts.group(1), prefix + "/");
  }

  /** The key of one of its files. */
  String key(String path) {
    return prefix + path;
  }

  @Override
  public String toString() {
    return "s3://%s/%s".formatted(bucket, prefix.substring(0, prefix.length() - 1));
  }
}
