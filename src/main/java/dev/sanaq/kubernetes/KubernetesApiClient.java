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
 * A client of the API server from inside a pod: the host comes from the environment, the token and
 * the certificate authority from the mounted service account. Any number of threads.
 */
final class KubernetesApiClient {
  /** Where Kubernetes mounts the service account. */
  static final Path SERVICE_ACCOUNT_DIR = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client;
  private final URI baseUri;
  private final Path tokenFile;

  private KubernetesApiClient(HttpClient client, URI baseUri, Path tokenFile) {
    this.client = client;
    this.baseUri = baseUri;
    this.tokenFile = tokenFile;
  }

  /**
   * A client for the cluster of this process; empty if it runs in none.
   *
   * @param environment variables of the process
   * @param account the folder with {@code token} and {@code ca.crt}
   * @throws IOException if the certificate authority cannot be read
   * @throws GeneralSecurityException if it is not valid
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
    // An IPv6 address needs brackets in a URI.
    String uriHost = host.contains(":") ? "[" + host + "]" : host;
    return Optional.of(
        new KubernetesApiClient(
            client, URI.create("https://%s:%s".formatted(uriHost, port)), token));
  }

  /**
   * Applies a JSON merge patch to an object; blocks.
   *
   * @param patch JSON
   * @throws IOException if the server is unreachable, or with its status and response
   */
  void patch(String path, byte[] patch) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(baseUri.resolve(path))
            .timeout(REQUEST_TIMEOUT)
            // Read for each request: Kubernetes rotates the token every hour.
            .header("Authorization", "Bearer " + Files.readString(tokenFile).strip())
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(patch))
            .build();
    HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("%s %s".formatted(response.statusCode(), response.body()));
    }
  }

  private static SSLContext sslContextTrusting(Path authority)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (InputStream in = Files.newInputStream(authority)) {
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("ca-" + number++, certificate);
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
