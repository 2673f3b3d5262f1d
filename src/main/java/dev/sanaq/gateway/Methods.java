package dev.sanaq.gateway;

import java.util.Map;

/** The methods that an address knows, for those who try others: the framework does not say. */
final class Methods {
  private static final String READ = "GET, HEAD, OPTIONS";
  private static final Map<String, String> OTHERS =
      Map.of(
          "/v1/jobs", "GET, HEAD, OPTIONS, POST",
          "/v1/jobs/[^/]+", "DELETE, GET, HEAD, OPTIONS",
          "/v1/images/generations", "OPTIONS, POST");

  private Methods() {}

  /** As the header {@code Allow} has them. */
  static String of(String path) {
    return OTHERS.entrySet().stream()
        .filter(entry -> path.matches(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(READ);
  }
}
