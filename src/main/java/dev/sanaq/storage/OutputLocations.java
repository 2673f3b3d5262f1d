package dev.sanaq.storage;

import dev.sanaq.job.OutputLocation;
import java.util.ArrayList;
import java.util.List;

/** The configured output locations. */
public final class OutputLocations {
  private OutputLocations() {}

  /** The location of images whose request names none, and of all results. */
  public static OutputLocation defaultLocation(StorageConfig config) {
    return new OutputLocation(config.bucket(), normalizePrefix(config.prefix()));
  }

  /** Every location that a request may name. */
  public static List<OutputLocation> allowed(StorageConfig config) {
    List<OutputLocation> outputs = new ArrayList<>(List.of(defaultLocation(config)));
    config.allowedLocations().ifPresent(more -> more.forEach(text -> outputs.add(parse(text))));
    return outputs;
  }

  private static OutputLocation parse(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? new OutputLocation(text, "")
        : new OutputLocation(text.substring(0, slash), normalizePrefix(text.substring(slash)));
  }

  // "images" must not let "images-of-others/" through, so every prefix ends in a slash.
  private static String normalizePrefix(String text) {
    String inner = text.replaceAll("^/+|/+$", "");
    return inner.isEmpty() ? "" : inner + "/";
  }
}
