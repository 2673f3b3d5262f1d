package dev.sanaq.cli.kafka;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** HTTP client of a gateway: submits a request and follows its events. For one thread. */
final class GatewayClient {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final String DATA_PREFIX = "data:";

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(REQUEST_TIMEOUT).build();
  private final URI baseUrl;
  private final String apiKey;
  private String lastEventId = "";

  /**
   * @param baseUrl the gateway's URL
   * @param apiKey sent as a bearer token; empty for none
   */
  GatewayClient(URI baseUrl, String apiKey) {
    this.baseUrl = baseUrl;
    this.apiKey = apiKey;
  }

  /**
   * Submits a request.
   *
   * @return the job's full id
   * @throws IllegalStateException if the gateway rejects it or cannot be reached
   */
  String submit(Map<String, Object> request) {
    HttpRequest.Builder post =
        requestTo("/v1/jobs")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.write(request)));
    HttpResponse<Stream<String>> response = send(post);
    return String.valueOf(Json.readObject(readBody(response)).get("id"));
  }

  /**
   * Follows a job's events up to the terminal one; resumes after a broken connection.
   *
   * @param timeout checked with every line that arrives
   * @return the terminal event
   * @throws IllegalStateException if it does not arrive in time, or there is no such job
   */
  CloudEvent watch(String id, Duration timeout, Consumer<CloudEvent> listener) {
    long start = System.nanoTime();
    while (true) {
      HttpRequest.Builder get = requestTo("/v1/jobs/" + id + "/events");
      HttpResponse<Stream<String>> response = send(get.header("Last-Event-ID", lastEventId));
      try (Stream<String> lines = response.body()) {
        for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
          String line = each.next();
          if (System.nanoTime() - start > timeout.toNanos()) {
            throw new IllegalStateException(
                "job %s did not finish within %s; it may still finish".formatted(id, timeout));
          }
          if (line.startsWith(DATA_PREFIX)) {
            CloudEvent event = CloudEvent.ofJson(line.substring(DATA_PREFIX.length()));
            lastEventId = event.id();
            listener.accept(event);
            if (JobEventFactory.isTerminal(event.type())) {
              return event;
            }
          }
        }
      } catch (UncheckedIOException e) {
        continue; // connection lost: reconnect after the last event
      }
    }
  }

  private HttpRequest.Builder requestTo(String path) {
    String base = baseUrl.toString().replaceAll("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path)).timeout(REQUEST_TIMEOUT);
    return apiKey.isEmpty() ? request : request.header("Authorization", "Bearer " + apiKey);
  }

  private HttpResponse<Stream<String>> send(HttpRequest.Builder request) {
    try {
      HttpResponse<Stream<String>> response = client.send(request.build(), BodyHandlers.ofLines());
      if (response.statusCode() >= 300) {
        throw new IllegalStateException(
            "%s responded with %s: %s"
                .formatted(baseUrl, response.statusCode(), problemDetail(readBody(response))));
      }
      return response;
    } catch (IOException e) {
      throw new IllegalStateException("no response from %s: %s".formatted(baseUrl, reason(e)), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static String reason(IOException e) {
    if (e instanceof HttpTimeoutException) {
      return "it took too long";
    }
    if (e instanceof ConnectException) { // without a message
      return e.getCause() instanceof UnresolvedAddressException
          ? "the host is unknown"
          : "the connection was refused";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static String problemDetail(byte[] body) {
    try {
      Map<String, Object> problem = Json.readObject(body);
      return problem.containsKey("errors")
          ? String.valueOf(problem.get("errors"))
          : String.valueOf(problem.get("detail"));
    } catch (BadJsonException e) {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  private static byte[] readBody(HttpResponse<Stream<String>> response) {
    try (Stream<String> lines = response.body()) {
      return lines.collect(Collectors.joining("\n")).getBytes(StandardCharsets.UTF_8);
    }
  }
}
