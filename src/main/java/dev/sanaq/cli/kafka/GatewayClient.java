package dev.sanaq.cli.kafka;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A gateway as a command speaks to it. One thread. */
final class GatewayClient {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
  private static final String DATA_PREFIX = "data:";

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(REQUEST_TIMEOUT).build();
  private final URI baseUrl;
  private final String apiKey;
  private String lastEventId = "";

  /**
   * @param root the gateway's address
   * @param key empty for none
   */
  GatewayClient(URI root, String key) {
    this.baseUrl = root;
    this.apiKey = key;
  }

  /**
   * Sends a request.
   *
   * @return the job's full id
   * @throws IllegalStateException where the gateway refuses it, with what it says
   */
  String submit(Map<String, Object> request) {
    HttpRequest.Builder post =
        requestTo("/v1/jobs")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(Json.write(request)));
    HttpResponse<Stream<String>> answer = send(post);
    return String.valueOf(Json.readObject(readBody(answer)).get("id"));
  }

  /**
   * Listens to a job's events, the last included; goes on where the connection breaks.
   *
   * @param patience looked at with every line that comes
   * @return the last event
   * @throws IllegalStateException where it does not come in time, or there is no such job
   */
  CloudEvent watch(String id, Duration patience, Consumer<CloudEvent> listener) {
    long began = System.nanoTime();
    while (true) {
      HttpRequest.Builder get = requestTo("/v1/jobs/" + id + "/events");
      HttpResponse<Stream<String>> answer = send(get.header("Last-Event-ID", lastEventId));
      try (Stream<String> lines = answer.body()) {
        for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
          String line = each.next();
          if (System.nanoTime() - began > patience.toNanos()) {
            throw new IllegalStateException(
                "job %s did not end within %s; it may still".formatted(id, patience));
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
        // Broken off: the next round goes on after the last event.
        continue;
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
      HttpResponse<Stream<String>> answer = client.send(request.build(), BodyHandlers.ofLines());
      if (answer.statusCode() >= 300) {
        throw new IllegalStateException(
            "%s answers %d: %s"
                .formatted(baseUrl, answer.statusCode(), problemDetail(readBody(answer))));
      }
      return answer;
    } catch (IOException e) {
      throw new IllegalStateException("no answer from %s: %s".formatted(baseUrl, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
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

  private static byte[] readBody(HttpResponse<Stream<String>> answer) {
    try (Stream<String> lines = answer.body()) {
      return lines.collect(Collectors.joining("\n")).getBytes(StandardCharsets.UTF_8);
    }
  }
}
