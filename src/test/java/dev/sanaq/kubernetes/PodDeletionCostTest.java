package dev.sanaq.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sanaq.testing.Pause;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Patches an HTTPS server in place of a cluster's API server: TLS, token and the one call. */
class PodDeletionCostTest {
  private static final String PASSWORD = "changeit";
  private static final Duration INTERVAL = Duration.ofMillis(20);

  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  private final AtomicBoolean busy = new AtomicBoolean();
  private volatile int status = 200;

  @TempDir
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  Path account;

  private @Nullable HttpsServer server;

  @BeforeEach
  void startServer() throws Exception {
    KeyStore keys = createKeyStore(account.resolve("server.p12"));
    byte[] authority = keys.getCertificate("server").getEncoded();
    Files.writeString(
        account.resolve("ca.crt"),
        "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(authority)));
    Files.writeString(account.resolve("token"), "first\n");
    KeyManagerFactory managers = KeyManagerFactory.getInstance("SunX509");
    managers.init(keys, PASSWORD.toCharArray());
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    HttpsServer started =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    started.setHttpsConfigurator(new HttpsConfigurator(tls));
    started.createContext("/", this::respond);
    started.start();
    server = started;
  }

  @AfterEach
  void stopServer() {
    if (server != null) {
      server.stop(0);
    }
  }

  @Test
  void deletionCost_followsBusyAndIdle() throws Exception {
    try (PodDeletionCost cost = start("worker-1").orElseThrow()) {
      assertThat(nextCall()).isEqualTo(expectedCall("first", "0"));
      busy.set(true);
      assertThat(nextCall()).isEqualTo(expectedCall("first", "100"));
      Files.writeString(account.resolve("token"), "renewed");
      busy.set(false);
      assertThat(nextCall()).isEqualTo(expectedCall("renewed", "0"));
      assertThat(calls.poll(200, TimeUnit.MILLISECONDS)).as("no change, no call").isNull();
    }
  }

  @Test
  void rejectedPatch_isRetried() throws Exception {
    status = 403;
    try (PodDeletionCost cost = start("worker-1").orElseThrow()) {
      assertThat(nextCall()).isEqualTo(expectedCall("first", "0"));
      status = 200;
      assertThat(nextCall()).isEqualTo(expectedCall("first", "0"));
      calls.clear();
      // Real time: once a patch succeeds, no further interval may patch again.
      Pause.of(INTERVAL.multipliedBy(5));
      assertThat(calls).hasSizeLessThan(3);
    }
  }

  @Test
  void outsideClusterOrWithoutPod_doesNotStart() {
    assertThat(PodDeletionCost.start(config(""), busy::get, environment(), account, INTERVAL))
        .isEmpty();
    assertThat(PodDeletionCost.start(config("worker-1"), busy::get, Map.of(), account, INTERVAL))
        .isEmpty();
    Path none = account.resolve("none");
    assertThat(PodDeletionCost.start(config("worker-1"), busy::get, environment(), none, INTERVAL))
        .isEmpty();
  }

  private Optional<PodDeletionCost> start(String pod) {
    return PodDeletionCost.start(config(pod), busy::get, environment(), account, INTERVAL);
  }

  private Map<String, String> environment() {
    int port = server == null ? 0 : server.getAddress().getPort();
    return Map.of(
        "KUBERNETES_SERVICE_HOST", "localhost", "KUBERNETES_SERVICE_PORT", String.valueOf(port));
  }

  private static KubernetesConfig config(String pod) {
    SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().withMapping(KubernetesConfig.class);
    builder.withDefaultValue("sanaq.kubernetes.namespace", "images");
    if (!pod.isEmpty()) {
      builder.withDefaultValue("sanaq.kubernetes.pod", pod);
    }
    return builder.build().getConfigMapping(KubernetesConfig.class);
  }

  private @Nullable String nextCall() throws InterruptedException {
    return calls.poll(20, TimeUnit.SECONDS);
  }

  private static String expectedCall(String token, String cost) {
    return "PATCH /api/v1/namespaces/images/pods/worker-1 Bearer %s application/merge-patch+json "
            .formatted(token)
        + "{\"metadata\":{\"annotations\":{\"controller.kubernetes.io/pod-deletion-cost\":\"%s\"}}}"
            .formatted(cost);
  }

  private void respond(HttpExchange exchange) throws IOException {
    // Read before the test sees the call, for it may then set the status of the next one.
    int response = status;
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    calls.add(
        String.join(
            " ",
            exchange.getRequestMethod(),
            exchange.getRequestURI().getPath(),
            exchange.getRequestHeaders().getFirst("Authorization"),
            exchange.getRequestHeaders().getFirst("Content-Type"),
            body));
    exchange.sendResponseHeaders(response, -1);
    exchange.close();
  }

  private static KeyStore createKeyStore(Path file) throws Exception {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> line =
        List.of(
            keytool,
            "-genkeypair",
            "-alias",
            "server",
            "-keyalg",
            "EC",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost",
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-keystore",
            file.toString());
    Process made = new ProcessBuilder(line).inheritIO().start();
    assertThat(made.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }
}
