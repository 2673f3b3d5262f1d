package dev.sanaq.faults.request;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Single requests: one valid shape, of which a test changes one thing. */
public final class TestRequests {
  private TestRequests() {}

  /** A small image of nothing special. */
  public static ExpectedRequest good(String id) {
    return request(id, "an image for " + id, Set.of("completed"));
  }

  /** A small image. */
  public static ExpectedRequest request(String id, String prompt, Set<String> ends) {
    return request(id, prompt, 32, 1, ends);
  }

  /** A square image. */
  public static ExpectedRequest request(
      String id, String prompt, int side, int steps, Set<String> ends) {
    String value =
        ("{\"id\":\"%s\",\"prompt\":\"%s\",\"width\":%d,\"height\":%d,\"steps\":%d,"
                + "\"resolutionBinning\":false}")
            .formatted(id, prompt, side, side, steps);
    return new ExpectedRequest(id, value.getBytes(StandardCharsets.UTF_8), ends, false, false);
  }
}
