package dev.sanaq.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The real program in a process of its own, as a gateway alone, and its HTTP. Any thread. */
final class Gateway {
  private static final List<String> SMALL = List.of("-Xmx256m", "-XX:+UseSerialGC");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client = HttpClient.newHttpClient();
  private final Managed process;
  private final URI root;

  private Gateway(Managed process, URI root) {
    this.process = process;
    this.root = root;
  }

  /** Starts one; returns when it is ready. */
  static Gateway start(Processes processes, Map<String, String> config) {
    int port = Processes.freePort();
    Map<String, String> all = new TreeMap<>(config);
    all.put("sanaq.worker.enabled", "false");
    all.put("quarkus.http.port", String.valueOf(port));
    Managed process = processes.program("gateway", SMALL, all, "serve");
    Workers.awaitReady(process, port);
    return new Gateway(process, URI.create("http://127.0.0.1:" + port));
  }

  /** An answer. */
  record Answer(int status, HttpResponse<byte[]> response) {
    JsonNode json() {
      try {
        return JSON.readTree(response.body());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  Answer get(String path) {
    return send("GET", path, BodyPublishers.noBody());
  }

  Answer delete(String path) {
    return send("DELETE", path, BodyPublishers.noBody());
  }

  Answer post(String path, String body) {
    return send("POST", path, BodyPublishers.ofString(body));
  }

  /** The job once it is in that state here. */
  JsonNode await(String id, String state) {
    String path = "/v1/jobs/" + id;
    Await.until(
        PATIENCE,
        () -> "%s is %s: %s".formatted(id, state, new String(get(path).response().body(), UTF_8)),
        () -> {
          Answer answer = get(path);
          return answer.status() == 200 && answer.json().get("state").asText().equals(state);
        });
    return get(path).json();
  }

  /** The files that are mapped into a process' memory. */
  static List<String> mapped(Managed process) {
    try {
      return Files.readAllLines(Path.of("/proc/" + process.pid() + "/maps"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Managed process() {
    return process;
  }

  private Answer send(String method, String path, HttpRequest.BodyPublisher body) {
    HttpRequest request =
        HttpRequest.newBuilder(root.resolve(path))
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .method(method, body)
            .build();
    try {
      HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
      return new Answer(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
