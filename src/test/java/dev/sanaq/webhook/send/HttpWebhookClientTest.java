package dev.sanaq.webhook.send;

import static dev.sanaq.webhook.TestReceiver.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.FreePort;
import dev.sanaq.net.CallResult;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.DeliveryStatus;
import dev.sanaq.webhook.StateChangeCause;
import dev.sanaq.webhook.TestReceiver;
import dev.sanaq.webhook.TestReceiver.Received;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.webhook.WebhookSettings;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PfxOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single attempts against real servers. */
class HttpWebhookClientTest {
  private static final Vertx VERTX = Vertx.vertx();

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void message_isSignedAndAccepted() {
    try (TestReceiver receiver = new TestReceiver(status(204));
        HttpWebhookClient sender = client(config(receiver.port()), DnsResolver.PLATFORM)) {
      CallResult outcome = sender.send(delivery(receiver.url() + "?a=b"));
      assertThat(outcome).isEqualTo(new CallResult.Success(204));
      Received message = receiver.received().get(0);
      assertThat(message.id()).isEqualTo("a/completed");
      assertThat(message.body())
          .isEqualTo(
              "{\"type\":\"dev.sanaq.job.completed.v1\",\"timestamp\":\"2030-01-01T00:00:00Z\","
                  + "\"data\":{\"id\":\"a\"}}");
      Instant time = Instant.ofEpochSecond(Long.parseLong(message.timestamp()));
      assertThat(time).isBetween(Instant.now().minusSeconds(20), Instant.now());
      assertThat(message.signature())
          .isEqualTo(
              signer()
                  .headers("a/completed", time, message.body().getBytes(StandardCharsets.UTF_8))
                  .get("webhook-signature"));
    }
  }

  @Test
  void responseStatus_determinesOutcome() {
    try (TestReceiver receiver = new TestReceiver(status(410));
        HttpWebhookClient sender = client(config(receiver.port()), DnsResolver.PLATFORM)) {
      assertThat(sender.send(delivery(receiver.url()))).isEqualTo(new CallResult.Gone());
      receiver.setHandler(status(503, "retry-after", "120"));
      assertThat(sender.send(delivery(receiver.url())))
          .isEqualTo(new CallResult.Failed("answer 503", 503, Duration.ofSeconds(120)));
      receiver.setHandler(status(429, "retry-after", "Fri, 31 Dec 1999 23:59:59 GMT"));
      assertThat(sender.send(delivery(receiver.url())))
          .isEqualTo(new CallResult.Failed("answer 429", 429, Duration.ZERO));
      receiver.setHandler(status(429, "retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"));
      assertThat(sender.send(delivery(receiver.url())))
          .isEqualTo(new CallResult.Failed("answer 429", 429, Duration.ofDays(1)));
      receiver.setHandler(status(429, "retry-after", "999999999"));
      assertThat(sender.send(delivery(receiver.url())))
          .isEqualTo(new CallResult.Failed("answer 429", 429, Duration.ofDays(1)));
      receiver.setHandler(status(500, "retry-after", "soon"));
      assertThat(sender.send(delivery(receiver.url())))
          .isEqualTo(new CallResult.Failed("answer 500", 500, Duration.ZERO));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void redirect_isNotFollowed(int status) {
    try (TestReceiver inside = new TestReceiver(status(200));
        TestReceiver receiver = new TestReceiver(status(status, "location", inside.url()));
        HttpWebhookClient sender =
            client(config(receiver.port(), inside.port()), DnsResolver.PLATFORM)) {
      assertThat(sender.send(delivery(receiver.url())))
          .isEqualTo(new CallResult.Failed("answer " + status, status, Duration.ZERO));
      assertThat(inside.received()).isEmpty();
    }
  }

  @Test
  void dnsRebinding_secondLookup_isRefused() {
    AtomicInteger lookups = new AtomicInteger();
    DnsResolver rebinding =
        host ->
            List.of(
                InetAddress.getByName(lookups.getAndIncrement() == 0 ? "127.0.0.1" : "127.0.0.2"));
    try (TestReceiver receiver = new TestReceiver(status(200));
        HttpWebhookClient sender = client(config(receiver.port()), rebinding)) {
      String url = "http://rebinding.example.com:%s/".formatted(receiver.port());
      assertThat(sender.send(delivery(url))).isEqualTo(new CallResult.Success(200));
      assertThat(lookups).hasValue(1);
      assertThat(receiver.received().get(0).host())
          .isEqualTo("rebinding.example.com:" + receiver.port());
      assertThat(sender.send(delivery(url))).isInstanceOf(CallResult.NotAllowed.class);
      assertThat(receiver.received()).hasSize(1);
    }
  }

  @Test
  void connection_isPinnedToCheckedAddress() {
    DnsResolver resolver = host -> List.of(InetAddress.getByName("127.0.0.1"));
    try (TestReceiver receiver = new TestReceiver(status(200));
        HttpWebhookClient sender = client(config(receiver.port()), resolver)) {
      // The name does not exist: a second lookup would fail.
      String url = "http://nowhere.invalid:%s/".formatted(receiver.port());
      assertThat(sender.send(delivery(url))).isEqualTo(new CallResult.Success(200));
    }
  }

  @Test
  void silentReceiver_timesOut() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (TestReceiver receiver =
            new TestReceiver(
                exchange -> {
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                });
        ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        HttpWebhookClient sender =
            client(config(receiver.port(), deaf.getLocalPort()), DnsResolver.PLATFORM)) {
      long before = System.nanoTime();
      assertThat(sender.send(delivery(receiver.url())))
          .isEqualTo(CallResult.Failed.noResponse("no answer in time"));
      assertThat(sender.send(delivery("http://127.0.0.1:%s/".formatted(deaf.getLocalPort()))))
          .isEqualTo(CallResult.Failed.noResponse("no answer in time"));
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
      end.countDown();
    }
  }

  @Test
  void endlessResponseBody_isNotRead() {
    try (TestReceiver receiver =
            new TestReceiver(
                exchange -> {
                  exchange.sendResponseHeaders(200, 0);
                  byte[] part = new byte[65536];
                  for (int i = 0; i < 100_000; i++) {
                    exchange.getResponseBody().write(part);
                  }
                });
        HttpWebhookClient sender = client(config(receiver.port()), DnsResolver.PLATFORM)) {
      long before = System.nanoTime();
      assertThat(sender.send(delivery(receiver.url()))).isEqualTo(new CallResult.Success(200));
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
    }
  }

  @Test
  void connectionRefused_isFailure() throws Exception {
    int port = FreePort.find();
    try (HttpWebhookClient sender = client(config(port), DnsResolver.PLATFORM)) {
      assertThat(sender.send(delivery("http://127.0.0.1:%s/".formatted(port))))
          .isEqualTo(CallResult.Failed.noResponse("no connection"));
      assertThat(sender.send(delivery("http://[::1]:%s/".formatted(port))))
          .isEqualTo(CallResult.Failed.noResponse("no connection"));
    }
  }

  @Test
  void pinnedConnection_verifiesCertificateHostName(@TempDir Path folder) throws Exception {
    Path store = createKeyStore(folder, "hooks.example.com");
    PfxOptions pfx = new PfxOptions().setPath(store.toString()).setPassword("changeit");
    AtomicReference<String> sni = new AtomicReference<>("");
    HttpServer server =
        VERTX
            .createHttpServer(
                new HttpServerOptions().setSsl(true).setSni(true).setPfxKeyCertOptions(pfx))
            .requestHandler(
                request -> {
                  sni.set(String.valueOf(request.connection().indicatedServerName()));
                  request.response().end();
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    DnsResolver resolver = host -> List.of(InetAddress.getByName("127.0.0.1"));
    String port = ":" + server.actualPort();
    HttpClientOptions trusting = new HttpClientOptions().setPfxTrustOptions(pfx);
    try (HttpWebhookClient sender = client(config(server.actualPort()), resolver, trusting);
        HttpWebhookClient untrusting = client(config(server.actualPort()), resolver)) {
      assertThat(sender.send(delivery("https://hooks.example.com" + port + "/")))
          .isEqualTo(new CallResult.Success(200));
      assertThat(sni).hasValue("hooks.example.com");
      CallResult tls = CallResult.Failed.noResponse("TLS failed");
      assertThat(sender.send(delivery("https://other.example.com" + port + "/"))).isEqualTo(tls);
      assertThat(sender.send(delivery("https://127.0.0.1" + port + "/"))).isEqualTo(tls);
      assertThat(untrusting.send(delivery("https://hooks.example.com" + port + "/")))
          .isEqualTo(tls);
    }
    server.close();
  }

  private static Path createKeyStore(Path folder, String name) throws Exception {
    Path store = folder.resolve("store.p12");
    Path log = folder.resolve("log");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:" + name,
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(keytool.waitFor()).as(Files.readString(log)).isZero();
    return store;
  }

  static Delivery delivery(String url) {
    Instant then = Instant.parse("2030-01-01T00:00:00Z");
    return new Delivery(
        "a/completed",
        "a",
        "dev.sanaq.job.completed.v1",
        then,
        Map.of("id", "a"),
        url,
        7,
        DeliveryStatus.PENDING,
        StateChangeCause.EVENT,
        0,
        then,
        "");
  }

  private static WebhookConfig config(int... ports) {
    StringBuilder list = new StringBuilder();
    for (int port : ports) {
      list.append(list.isEmpty() ? "" : ",").append(port);
    }
    return WebhookSettings.webhook(
        "allow-http", "true",
        "ports", list.toString(),
        "allowed-hosts", "127.0.0.1/32,::1/128",
        "attempt-timeout", "PT2S");
  }

  private static WebhookSigner signer() {
    return WebhookSigner.of(List.of(WebhookSettings.SECRET));
  }

  private static HttpWebhookClient client(WebhookConfig config, DnsResolver resolver) {
    return client(config, resolver, new HttpClientOptions());
  }

  private static HttpWebhookClient client(
      WebhookConfig config, DnsResolver resolver, HttpClientOptions options) {
    return new HttpWebhookClient(
        config,
        new UrlPolicy(config.urlPolicyConfig(), resolver),
        signer(),
        Clock.systemUTC(),
        VERTX,
        options);
  }
}
