package dev.sanaq.storage.adapter;

import dev.sanaq.job.OutputLocation;
import java.util.Locale;

/** Reads {@code sanaq.adapters.allowed-prefixes}. */
final class AdapterPrefixes {
  private static final String SCHEME = "s3://";

  private AdapterPrefixes() {}

  /**
   * A prefix as a location. {@code s3://b/style} does not allow {@code s3://b/style-of-others/a},
   * so that every prefix ends in a slash.
   *
   * @throws IllegalArgumentException if the text is no prefix
   */
  static OutputLocation parse(String text) {
    if (!text.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
      throw new IllegalArgumentException(
          "sanaq.adapters.allowed-prefixes has %s; write s3://bucket/prefix/".formatted(text));
    }
    String rest = text.substring(SCHEME.length());
    int slash = rest.indexOf('/');
    String bucket = slash < 0 ? rest : rest.substring(0, slash);
    String prefix = slash < 0 ? "" : rest.substring(slash).replaceAll("^/+|/+$", "");
    return new OutputLocation(bucket, prefix.isEmpty() ? "" : prefix + "/");
  }
}
