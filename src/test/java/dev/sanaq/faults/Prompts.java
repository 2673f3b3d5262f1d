package dev.sanaq.faults;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Single requests: one valid shape, of which a test changes one thing. */
final class Prompts {
  private Prompts() {}

  /** A small picture of nothing special. */
  static Asked good(String id) {
    return ask(id, "a picture for " + id, Set.of("completed"));
  }

  /** A small picture. */
  static Asked ask(String id, String prompt, Set<String> ends) {
    return ask(id, prompt, 32, 1, ends);
  }

  /** A square picture. */
  static Asked ask(String id, String prompt, int side, int steps, Set<String> ends) {
    String value =
        ("{\"id\":\"%s\",\"prompt\":\"%s\",\"width\":%d,\"height\":%d,\"steps\":%d,"
                + "\"resolutionBinning\":false}")
            .formatted(id, prompt, side, side, steps);
    return new Asked(id, value.getBytes(StandardCharsets.UTF_8), ends, false, false);
  }
}
