package dev.sanaq.gateway.problem;

import java.util.List;
import java.util.Map;

/** The problems of HTTP itself: URL, headers, media types. */
final class HttpProblems {
  private static final Map<Integer, Problem> BY_STATUS =
      Map.of(
          404, Problem.notFound("No resource has this URL"),
          405,
              Problem.of(
                  405,
                  "method_not_allowed",
                  "Method not allowed",
                  "The header Allow lists the methods"),
          406,
              Problem.of(
                  406,
                  "not_acceptable",
                  "Not acceptable",
                  "The answer has none of the media types in Accept"));

  private HttpProblems() {}

  /** The problem of a status that the HTTP framework chose for a request to the path. */
  static Problem ofStatus(int status, String path) {
    if (status == 415) {
      return Problem.of(
          415,
          "unsupported_media_type",
          "Unsupported media type",
          "The body must be " + ImagePaths.bodyTypes(path));
    }
    return BY_STATUS.getOrDefault(
        status,
        Problem.of(
            status,
            "http_" + status,
            "Refused by the HTTP server",
            "The HTTP server refused the request with status " + status));
  }

  /**
   * The URL cannot be parsed.
   *
   * @param found where it is wrong; may be empty
   */
  static Problem invalidUrl(String found) {
    String where = found.isEmpty() ? "" : " at \"" + found + '"';
    return Problem.of(
        400,
        "invalid_url",
        "Invalid URL",
        "The URL is invalid%s: percent-encode special characters, a percent sign as %%25"
            .formatted(where));
  }

  static Problem invalidHost() {
    return Problem.of(
        400,
        "invalid_host",
        "Invalid Host",
        "The request needs one header Host with the gateway's name, such as localhost:8080");
  }

  static Problem uriTooLong(int maxLength) {
    return Problem.of(
        414,
        "uri_too_long",
        "URL too long",
        "A URL has at most %s characters".formatted(maxLength));
  }

  static Problem headersTooLarge(int maxLength) {
    return Problem.of(
        431,
        "headers_too_large",
        "Headers too large",
        "The headers have at most %s characters together".formatted(maxLength));
  }

  static Problem unsupportedEncoding() {
    return new Problem(
        415,
        "unsupported_content_encoding",
        "Unsupported content encoding",
        "The body must not be compressed: send it without Content-Encoding",
        List.of(),
        Map.of("Accept-Encoding", "identity"));
  }
}
