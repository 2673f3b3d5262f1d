package dev.sanaq.faults.request;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Single requests: a valid one, of which a test changes one thing. */
public final class TestRequests {
  /** The topic of requests. */
  public static final String TOPIC = "sanaq.requests";

  private TestRequests() {}

  /** Returns a valid request for a small image. */
  public static ExpectedRequest valid(String id) {
    return request(id, "an image for " + id, Set.of("completed"));
  }

  /** Returns a request for a small image. */
  public static ExpectedRequest request(String id, String prompt, Set<String> outcomes) {
    return request(id, prompt, 32, 1, outcomes);
  }

  /** Returns a request for a square image. */
  public static ExpectedRequest request(
      String id, String prompt, int side, int steps, Set<String> outcomes) {
    String value =
        ("{\"id\":\"%s\",\"prompt\":\"%s\",\"width\":%s,\"height\":%s,\"steps\":%s,"
                + "\"resolutionBinning\":false}")
            .formatted(id, prompt, side, side, steps);
    return new ExpectedRequest(id, value.getBytes(StandardCharsets.UTF_8), outcomes, false, false);
  }
}
