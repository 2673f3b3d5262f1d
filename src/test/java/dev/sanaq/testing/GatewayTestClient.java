package dev.sanaq.testing;

import com.fasterxml.jackson.databind.JsonNode;
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

/** An HTTP client of the gateway. Thread-safe. */
public final class GatewayTestClient {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI root;
  private final String[] headers;

  /**
   * @param headers the headers of every request
   */
  public GatewayTestClient(URI root, String... headers) {
    this.root = root;
    this.headers = headers;
  }

  /** A response; its text has the status and the body. */
  public record ApiResponse(int status, HttpResponse<byte[]> response) {
    public JsonNode json() {
      return KafkaS3Client.json(response.body());
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    @Override
    public String toString() {
      return status + " " + new String(response.body(), StandardCharsets.UTF_8);
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

  /** Opens an event stream and returns its lines; the caller closes it. */
  public Stream<String> stream(String path, String... more) {
    try {
      return client.send(request(path, more).build(), BodyHandlers.ofLines()).body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(path, e);
    }
  }

  /** Waits until the job's view satisfies a predicate, and returns it. */
  public JsonNode awaitJob(String id, Predicate<JsonNode> wanted) {
    return Eventually.await("job " + id, TIMEOUT)
        .until(
            () -> get("/v1/jobs/" + id),
            response -> response.status() == 200 && wanted.test(response.json()))
        .json();
  }

  public JsonNode awaitState(String id, String state) {
    return awaitJob(id, job -> job.get("state").asText().equals(state));
  }

  /** Waits until the gateway has read the topics. */
  public void awaitReady() {
    Eventually.await("gateway ready", TIMEOUT).until(() -> get("/v1/backlog").status() != 503);
  }

  /** Returns the configuration of the test's Kafka and S3, with its topics and its bucket. */
  public static Map<String, String> serviceConfig() {
    Map<String, String> config = new TreeMap<>();
    for (String key : SharedLocalServices.CONFIG_KEYS) {
      config.put(key, ConfigProvider.getConfig().getValue(key, String.class));
    }
    return config;
  }

  private HttpRequest.Builder request(String path, String... more) {
    HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve(path)).timeout(TIMEOUT);
    String[] all = Stream.concat(Stream.of(headers), Stream.of(more)).toArray(String[]::new);
    return all.length == 0 ? request : request.headers(all);
  }
}
