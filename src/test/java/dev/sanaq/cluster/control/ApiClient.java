package dev.sanaq.cluster.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** JSON requests to the API server with one token. Thread-safe. */
public final class ApiClient {
  /** The media type of a JSON merge patch. */
  public static final String MERGE_PATCH = "application/merge-patch+json";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int MAX_ATTEMPTS = 3;
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final String JSON_TYPE = "application/json";

  private final HttpClient client;
  private final URI root;
  private final String token;

  /** An answer of the API server. */
  public record Answer(int status, JsonNode body) {
    /** Returns the reason that the API server gives; empty if it gives none. */
    public String message() {
      return body.path("message").asText();
    }
  }

  /**
   * @param authority the PEM file of the server's certificate authority
   */
  public ApiClient(URI root, Path authority, String token) {
    this(
        HttpClient.newBuilder().connectTimeout(TIMEOUT).sslContext(trusting(authority)).build(),
        root,
        token);
  }

  private ApiClient(HttpClient client, URI root, String token) {
    this.client = client;
    this.root = root;
    this.token = token;
  }

  /** Returns a client of the same server with another token. */
  public ApiClient withToken(String other) {
    return new ApiClient(client, root, other);
  }

  /** Returns the server's port. */
  public String port() {
    return String.valueOf(root.getPort());
  }

  /** Reads an object; empty if there is none. */
  public Optional<JsonNode> find(String path) {
    Answer answer = send("GET", path, JSON_TYPE, "");
    return answer.status() == 404 ? Optional.empty() : Optional.of(success(path, answer));
  }

  /** Reads an object or a list that must exist. */
  public JsonNode get(String path) {
    return success(path, send("GET", path, JSON_TYPE, ""));
  }

  /** Creates an object. */
  public JsonNode create(String path, String body) {
    return success(path, send("POST", path, JSON_TYPE, body));
  }

  /** Applies a JSON merge patch; returns false if the object does not exist. */
  public boolean patch(String path, String body) {
    Answer answer = send("PATCH", path, MERGE_PATCH, body);
    if (answer.status() == 404 || answer.status() == 409) {
      return false;
    }
    success(path, answer);
    return true;
  }

  /** Sends any request. */
  public Answer send(String method, String path, String type, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(root.resolve(path))
            .timeout(TIMEOUT)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", type)
            .method(method, BodyPublishers.ofString(body))
            .build();
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
          return new Answer(response.statusCode(), json(response.body()));
        } catch (IOException e) {
          // On a busy machine an answer may be late.
          if (attempt == MAX_ATTEMPTS) {
            throw new UncheckedIOException("%s %s".formatted(method, path), e);
          }
          Thread.sleep(RETRY.toMillis());
        }
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode success(String path, Answer answer) {
    if (answer.status() >= 300) {
      throw new IllegalStateException(
          "%s: %s %s".formatted(path, answer.status(), answer.message()));
    }
    return answer.body();
  }

  private static JsonNode json(String text) throws IOException {
    return text.startsWith("{")
        ? JSON.readTree(text)
        : JSON.createObjectNode().put("message", text);
  }

  private static SSLContext trusting(Path authority) {
    try (InputStream in = Files.newInputStream(authority)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
