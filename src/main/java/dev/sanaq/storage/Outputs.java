package dev.sanaq.storage;

import dev.sanaq.job.Output;
import java.util.ArrayList;
import java.util.List;

/** The configured places for objects. */
public final class Outputs {
  private Outputs() {}

  /** Where objects go unless a request names another place. */
  public static Output home(StorageConfig config) {
    return new Output(config.bucket(), prefix(config.prefix()));
  }

  /** Every place that a request may name. */
  public static List<Output> allowed(StorageConfig config) {
    List<Output> outputs = new ArrayList<>(List.of(home(config)));
    config.allowedOutputs().ifPresent(more -> more.forEach(text -> outputs.add(parse(text))));
    return outputs;
  }

  private static Output parse(String text) {
    int slash = text.indexOf('/');
    return slash < 0
        ? new Output(text, "")
        : new Output(text.substring(0, slash), prefix(text.substring(slash)));
  }

  // "pictures" must not let "pictures-of-others/" through, so every prefix ends in a slash.
  private static String prefix(String text) {
    String inner = text.replaceAll("^/+|/+$", "");
    return inner.isEmpty() ? "" : inner + "/";
  }
}
