package dev.sanaq.testing;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.local.LocalServices;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;

/** The gateway as a client over HTTP sees it. */
public final class GatewayTestClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI root;
  private final String[] headers;

  /**
   * @param headers sent with every request
   */
  public GatewayTestClient(URI root, String... headers) {
    this.root = root;
    this.headers = headers;
  }

  /** An answer. */
  public record ApiResponse(int status, HttpResponse<byte[]> response) {
    public JsonNode json() {
      return KafkaS3Client.json(response.body());
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  public ApiResponse get(String path, String... more) {
    return send("GET", path, BodyPublishers.noBody(), more);
  }

  public ApiResponse delete(String path, String... more) {
    return send("DELETE", path, BodyPublishers.noBody(), more);
  }

  public ApiResponse post(String path, String body, String... more) {
    String[] typed =
        Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(more))
            .toArray(String[]::new);
    return send("POST", path, BodyPublishers.ofString(body), typed);
  }

  public ApiResponse send(
      String method, String path, HttpRequest.BodyPublisher body, String... more) {
    try {
      HttpResponse<byte[]> response =
          client.send(request(path, more).method(method, body).build(), BodyHandlers.ofByteArray());
      return new ApiResponse(response.statusCode(), response);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  /** The lines of an event stream, to be closed. */
  public Stream<String> stream(String path, String... more) {
    try {
      return client.send(request(path, more).build(), BodyHandlers.ofLines()).body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(path, e);
    }
  }

  /** The job once it is so. */
  public JsonNode awaitJob(String id, Predicate<JsonNode> wanted) {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (true) {
      ApiResponse answer = get("/v1/jobs/" + id);
      if (answer.status() == 200 && wanted.test(answer.json())) {
        return answer.json();
      }
      if (System.nanoTime() - until > 0) {
        throw new AssertionError(
            "not in time: " + new String(answer.response().body(), StandardCharsets.UTF_8));
      }
      sleepBriefly();
    }
  }

  public JsonNode awaitState(String id, String state) {
    return awaitJob(id, job -> job.get("state").asText().equals(state));
  }

  /** Waits until the gateway answers. */
  public void awaitReady() {
    for (int i = 0; get("/v1/backlog").status() == 503; i++) {
      if (i > 300) {
        throw new AssertionError("the gateway does not become ready");
      }
      sleepBriefly();
    }
  }

  /** Where the test's Kafka and S3 are. */
  public static Map<String, String> serviceConfig() {
    Map<String, String> config = new TreeMap<>();
    for (String key : LocalServices.CONFIG_KEYS) {
      config.put(key, ConfigProvider.getConfig().getValue(key, String.class));
    }
    return config;
  }

  private HttpRequest.Builder request(String path, String... more) {
    HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve(path)).timeout(TIMEOUT);
    String[] all = Stream.concat(Stream.of(headers), Stream.of(more)).toArray(String[]::new);
    return all.length == 0 ? request : request.headers(all);
  }

  private static void sleepBriefly() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
