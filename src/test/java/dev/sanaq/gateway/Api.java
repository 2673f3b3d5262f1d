package dev.sanaq.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.local.LocalServices;
import dev.sanaq.worker.Outside;
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
public final class Api {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient client = HttpClient.newHttpClient();
  private final URI root;
  private final String[] headers;

  /**
   * @param headers sent with every request
   */
  public Api(URI root, String... headers) {
    this.root = root;
    this.headers = headers;
  }

  /** An answer. */
  public record Answer(int status, HttpResponse<byte[]> response) {
    public JsonNode json() {
      return Outside.json(response.body());
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  public Answer get(String path, String... more) {
    return send("GET", path, BodyPublishers.noBody(), more);
  }

  public Answer delete(String path, String... more) {
    return send("DELETE", path, BodyPublishers.noBody(), more);
  }

  public Answer post(String path, String body, String... more) {
    String[] typed =
        Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(more))
            .toArray(String[]::new);
    return send("POST", path, BodyPublishers.ofString(body), typed);
  }

  Answer send(String method, String path, HttpRequest.BodyPublisher body, String... more) {
    try {
      HttpResponse<byte[]> response =
          client.send(request(path, more).method(method, body).build(), BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(method + " " + path, e);
    }
  }

  /** The lines of an event stream, to be closed. */
  Stream<String> stream(String path, String... more) {
    try {
      return client.send(request(path, more).build(), BodyHandlers.ofLines()).body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(path, e);
    }
  }

  /** The job once it is so. */
  JsonNode await(String id, Predicate<JsonNode> wanted) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Answer answer = get("/v1/jobs/" + id);
      if (answer.status() == 200 && wanted.test(answer.json())) {
        return answer.json();
      }
      if (System.nanoTime() - until > 0) {
        throw new AssertionError(
            "not in time: " + new String(answer.response().body(), StandardCharsets.UTF_8));
      }
      pause();
    }
  }

  public JsonNode awaitState(String id, String state) {
    return await(id, job -> job.get("state").asText().equals(state));
  }

  /** Waits until the gateway answers. */
  void awaitReady() {
    for (int i = 0; get("/v1/backlog").status() == 503; i++) {
      if (i > 300) {
        throw new AssertionError("the gateway does not become ready");
      }
      pause();
    }
  }

  /** Where the test's Kafka and S3 are. */
  public static Map<String, String> services() {
    Map<String, String> config = new TreeMap<>();
    for (String key : LocalServices.CONFIG_KEYS) {
      config.put(key, ConfigProvider.getConfig().getValue(key, String.class));
    }
    return config;
  }

  private HttpRequest.Builder request(String path, String... more) {
    HttpRequest.Builder request = HttpRequest.newBuilder(root.resolve(path)).timeout(PATIENCE);
    String[] all = Stream.concat(Stream.of(headers), Stream.of(more)).toArray(String[]::new);
    return all.length == 0 ? request : request.headers(all);
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
