package dev.sanaq.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The API server as a pod reaches it: by the address in its environment, with the token and the
 * authority that are mounted into it. Any number of threads.
 */
final class KubernetesApiClient {
  /** Where a pod finds its service account. */
  static final Path SERVICE_ACCOUNT_DIR = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client;
  private final URI baseUri;
  private final Path tokenFile;

  private KubernetesApiClient(HttpClient client, URI address, Path token) {
    this.client = client;
    this.baseUri = address;
    this.tokenFile = token;
  }

  /**
   * The API of the cluster that this runs in; empty where it runs in none.
   *
   * @param environment the process's
   * @param account the folder with {@code token} and {@code ca.crt}
   */
  static Optional<KubernetesApiClient> inCluster(Map<String, String> environment, Path account)
      throws IOException, GeneralSecurityException {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    Path token = account.resolve("token");
    if (host.isEmpty() || !Files.exists(token)) {
      return Optional.empty();
    }
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(REQUEST_TIMEOUT)
            .sslContext(sslContextTrusting(account.resolve("ca.crt")))
            .build();
    String named = host.contains(":") ? "[" + host + "]" : host;
    return Optional.of(
        new KubernetesApiClient(client, URI.create("https://%s:%s".formatted(named, port)), token));
  }

  /**
   * Changes an object by a JSON merge patch; blocks.
   *
   * @throws IOException where the server is away or refuses, and why
   */
  void patch(String path, byte[] change) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(baseUri.resolve(path))
            .timeout(REQUEST_TIMEOUT)
            // Read each time: Kubernetes replaces it every hour.
            .header("Authorization", "Bearer " + Files.readString(tokenFile).strip())
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(change))
            .build();
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("%d %s".formatted(answer.statusCode(), answer.body()));
    }
  }

  private static SSLContext sslContextTrusting(Path authority)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(authority)) {
      int number = 0;
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + number++, one);
      }
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }
}
