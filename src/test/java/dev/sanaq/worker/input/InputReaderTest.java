package dev.sanaq.worker.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.input.InputSource;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.net.UrlPolicyConfig;
import dev.sanaq.storage.RangeReader;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.webhook.TestReceiver;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Input images of real servers: S3 and HTTP. */
class InputReaderTest {
  @RegisterExtension static final TestServices services = new TestServices();

  private static final Vertx VERTX = Vertx.vertx();
  private static final int MAX_BYTES = 20_000;
  private static S3Client s3;
  private static byte[] png;

  @BeforeAll
  static void start() throws IOException {
    s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, services.config()));
    png = Files.readAllBytes(Fixtures.path("conditioning/img2img-dpm/source.png"));
    put("in/source.png", png);
    put("in/large.png", new byte[MAX_BYTES + 1]);
    put("other/source.png", png);
  }

  @AfterAll
  static void stop() throws Exception {
    s3.close();
    VERTX.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void read_object_hasPixelsAndHash() {
    InputImage image = reader(0).read("image", stored("in/source.png"), () -> false);
    assertThat(image.image().width()).isEqualTo(96);
    assertThat(image.image().height()).isEqualTo(128);
    assertThat(image.sha256()).isEqualTo(Sha256.hex(png));
    assertThat(image.bytes()).isEqualTo(png.length);
  }

  @Test
  void read_objectThatIsMissingForbiddenOrTooLarge_fails() {
    assertFails(0, stored("in/none.png"), ErrorCode.INPUT_UNAVAILABLE, "there is no object");
    assertFails(0, stored("other/source.png"), ErrorCode.INPUT_UNAVAILABLE, "may not read");
    assertFails(
        0,
        new InputSource.Stored("another-bucket", "in/source.png"),
        ErrorCode.INPUT_UNAVAILABLE,
        "may not read");
    assertFails(0, stored("in/large.png"), ErrorCode.INVALID_INPUT, "more than 20000 bytes");
  }

  @Test
  void read_dataThatIsNoImage_fails() {
    assertFails(
        0,
        new InputSource.Data("image/png", new byte[] {1, 2, 3}),
        ErrorCode.INVALID_INPUT,
        "mask: is neither PNG nor JPEG nor WebP");
    assertFails(
        0,
        new InputSource.Data("image/png", new byte[0]),
        ErrorCode.INVALID_INPUT,
        "mask: is neither PNG nor JPEG nor WebP");
    assertFails(
        0,
        new InputSource.Data("image/png", Arrays.copyOf(png, png.length / 2)),
        ErrorCode.INVALID_INPUT,
        "damaged");
  }

  @Test
  void read_url_isFetchedOnce() {
    AtomicInteger calls = new AtomicInteger();
    try (TestReceiver server =
        new TestReceiver(
            exchange -> {
              calls.incrementAndGet();
              exchange.sendResponseHeaders(200, 0); // chunked
              try (OutputStream body = exchange.getResponseBody()) {
                body.write(png, 0, 100);
                body.flush();
                body.write(png, 100, png.length - 100);
              }
            })) {
      InputImage image =
          reader(server.port()).read("image", new InputSource.Url(server.url()), () -> false);
      assertThat(image.sha256()).isEqualTo(Sha256.hex(png));
      assertThat(calls).hasValue(1);
    }
  }

  @Test
  void read_urlWithTooManyBytes_stopsReading() {
    try (TestReceiver server =
        new TestReceiver(
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              try (OutputStream body = exchange.getResponseBody()) {
                for (int i = 0; i < 1000; i++) {
                  body.write(new byte[1 << 16]);
                }
              }
            })) {
      assertFails(
          server.port(),
          new InputSource.Url(server.url()),
          ErrorCode.INVALID_INPUT,
          "more than 20000 bytes");
    }
  }

  @Test
  void read_urlThatAnswersNoImage_failsWithoutSecrets() {
    try (TestReceiver inside = new TestReceiver(TestReceiver.status(200));
        TestReceiver server = new TestReceiver(TestReceiver.status(404))) {
      InputSource url = new InputSource.Url(server.url() + "?signature=secret");
      assertFails(server.port(), url, ErrorCode.INPUT_UNAVAILABLE, "/hook: answer 404");
      server.setHandler(TestReceiver.status(302, "location", inside.url()));
      assertFails(server.port(), url, ErrorCode.INPUT_UNAVAILABLE, "/hook: answer 302");
      assertThat(inside.received()).isEmpty();
      server.setHandler(TestReceiver.status(204));
      assertFails(server.port(), url, ErrorCode.INVALID_INPUT, "is neither PNG");
    }
  }

  @Test
  void read_serverError_isRetried() {
    AtomicInteger calls = new AtomicInteger();
    try (TestReceiver server =
        new TestReceiver(
            exchange -> {
              if (calls.incrementAndGet() < 3) {
                exchange.sendResponseHeaders(503, -1);
                return;
              }
              exchange.sendResponseHeaders(200, png.length);
              exchange.getResponseBody().write(png);
            })) {
      InputImage image =
          reader(server.port()).read("image", new InputSource.Url(server.url()), () -> false);
      assertThat(image.bytes()).isEqualTo(png.length);
      assertThat(calls).hasValue(3);
    }
  }

  @Test
  void read_incompleteBody_isNoImage() {
    try (TestReceiver server =
        new TestReceiver(
            exchange -> {
              exchange.sendResponseHeaders(200, png.length);
              exchange.getResponseBody().write(png, 0, 200);
              exchange.close();
            })) {
      assertFails(
          server.port(),
          new InputSource.Url(server.url()),
          ErrorCode.INPUT_UNAVAILABLE,
          "the answer is incomplete");
    }
  }

  @Test
  void read_privateAddress_isRefused() {
    assertFails(
        443,
        new InputSource.Url("https://169.254.169.254/latest/meta-data"),
        ErrorCode.INPUT_UNAVAILABLE,
        "169.254.169.254/latest/meta-data: ");
    assertFails(
        443,
        new InputSource.Url("https://10.1.2.3/a.png"),
        ErrorCode.INPUT_UNAVAILABLE,
        "10.1.2.3/a.png: ");
  }

  private static void assertFails(int port, InputSource source, ErrorCode code, String message) {
    assertThatThrownBy(() -> reader(port).read("mask", source, () -> false))
        .isInstanceOfSatisfying(
            InputFailedException.class,
            failure -> {
              assertThat(failure.error().code()).isEqualTo(code);
              assertThat(failure.error().message()).contains(message).doesNotContain("secret");
            });
  }

  private static InputReader reader(int port) {
    UrlPolicy policy =
        new UrlPolicy(
            new UrlPolicyConfig(true, Set.of(Math.max(1, port)), List.of("127.0.0.1/32")),
            DnsResolver.PLATFORM);
    PinnedHttpClient client =
        new PinnedHttpClient(
            policy,
            new PinnedHttpClient.CallLimits(Duration.ofSeconds(2), Duration.ofSeconds(10), 4),
            Clock.systemUTC(),
            VERTX,
            new HttpClientOptions());
    return new InputReader(
        new RangeReader(s3),
        () -> client,
        new InputReader.Limits(
            List.of(new OutputLocation(services.bucket(), "in/")),
            MAX_BYTES,
            ImageDecoder.MAX_INPUT_PIXELS,
            Duration.ofSeconds(2)));
  }

  private static InputSource stored(String key) {
    return new InputSource.Stored(services.bucket(), key);
  }

  private static void put(String key, byte[] bytes) {
    s3.putObject(put -> put.bucket(services.bucket()).key(key), RequestBody.fromBytes(bytes));
  }
}
