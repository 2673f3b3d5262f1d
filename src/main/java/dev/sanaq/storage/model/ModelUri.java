package dev.sanaq.storage.model;

import dev.sanaq.storage.transfer.ObjectUri;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The S3 URI of a checkpoint.
 *
 * @param bucket the bucket
 * @param prefix the key prefix of its files, with a final slash
 */
public record ModelUri(String bucket, String prefix) {
  private static final Pattern URI_PATTERN =
      Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)");

  /**
   * Parses {@code s3://bucket/prefix}.
   *
   * @throws IllegalArgumentException if the text is no such URI
   */
  public static ModelUri parse(String text) {
    Matcher parts = URI_PATTERN.matcher(text);
    String prefix = parts.matches() ? parts.group(2).replaceAll("/+$", "") : "";
    if (prefix.isEmpty() || prefix.startsWith("/")) {
      throw new IllegalArgumentException(
          "%s is no checkpoint URI; write s3://BUCKET/PREFIX".formatted(text));
    }
    return new ModelUri(parts.group(1), prefix + "/");
  }

  /** The key of a file. */
  String key(String path) {
    return prefix + path;
  }

  /** The object of a file. */
  ObjectUri object(String path) {
    return new ObjectUri(bucket, key(path));
  }

  @Override
  public String toString() {
    return "s3://%s/%s".formatted(bucket, prefix.substring(0, prefix.length() - 1));
  }
}
