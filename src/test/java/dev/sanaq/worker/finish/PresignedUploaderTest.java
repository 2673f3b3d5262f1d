package dev.sanaq.worker.finish;

import static dev.sanaq.webhook.TestReceiver.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import dev.sanaq.job.JobError;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.webhook.TestReceiver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads as S3, GCS and Azure take and refuse them, on real HTTP servers. */
class PresignedUploaderTest {
  private static final byte[] IMAGE = "image".getBytes(StandardCharsets.UTF_8);
  private static final String SECRET = "c2VjcmV0";

  private final TestReceiver storage = new TestReceiver(status(200));
  private final TestReceiver other = new TestReceiver(status(200));

  @AfterEach
  void stop() {
    storage.close();
    other.close();
  }

  /** Azure's Put Blob answers 400 without the header, and 201 with it. */
  @Test
  void azureSignature_isUploadedAsBlockBlob() {
    List<String> types = new CopyOnWriteArrayList<>();
    storage.setHandler(
        exchange -> {
          String type = exchange.getRequestHeaders().getFirst("x-ms-blob-type");
          types.add(String.valueOf(type));
          if (type == null) {
            answer(exchange, 400, "<Error><Code>MissingRequiredHeader</Code></Error>");
          } else {
            exchange.sendResponseHeaders(201, -1);
          }
        });
    upload(storage.url() + "?sv=2024-11-04&se=2030-01-01T00%3A00%3A00Z&sr=b&sp=cw&sig=" + SECRET);
    assertThat(types).containsExactly("BlockBlob");
    JobError error = failure(storage.url() + "?X-Amz-Signature=" + SECRET);
    assertThat(types).containsExactly("BlockBlob", "null");
    assertThat(error.message()).endsWith("answer 400 (MissingRequiredHeader)");
  }

  @ParameterizedTest
  @ValueSource(ints = {307, 308})
  void redirectThatKeepsTheMethod_isFollowed(int status) {
    storage.setHandler(
        exchange -> {
          exchange.getResponseHeaders().add("location", other.url() + "?X-Amz-Signature=" + SECRET);
          answer(exchange, status, "<Error><Code>TemporaryRedirect</Code></Error>");
        });
    upload(storage.url());
    assertThat(other.received()).singleElement().extracting("body").isEqualTo("image");
  }

  /** A client must not repeat a PUT at the Location of these. */
  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303})
  void otherRedirect_isNotFollowed(int status) {
    storage.setHandler(
        exchange -> {
          exchange.getResponseHeaders().add("location", other.url());
          answer(exchange, status, "<Error><Code>PermanentRedirect</Code></Error>");
        });
    assertThat(failure(storage.url()).message())
        .endsWith("answer %s (PermanentRedirect)".formatted(status));
    assertThat(other.received()).isEmpty();
  }

  @Test
  void redirectToPrivateAddress_isRefused() {
    storage.setHandler(
        status(307, "location", "http://10.0.0.1:%s/?a=%s".formatted(other.port(), SECRET)));
    JobError error = failure(storage.url());
    assertThat(error.code().label()).isEqualTo("storage_failed");
    assertThat(error.message())
        .contains("redirected to http://10.0.0.1:", "which may not be called")
        .doesNotContain(SECRET);
  }

  @Test
  void redirectInACircle_ends() {
    storage.setHandler(status(307, "location", storage.url()));
    assertThat(failure(storage.url()).message()).endsWith("answer 307");
    assertThat(storage.received()).hasSize(4);
  }

  @Test
  void refusal_hasTheReasonOfTheStorage_andNothingElseOfIt() {
    storage.setHandler(
        exchange ->
            answer(
                exchange,
                403,
                "<?xml version=\"1.0\"?><Error><Code>SignatureDoesNotMatch</Code><Message>"
                    + SECRET
                    + "</Message></Error>"));
    assertThat(failure(storage.url() + "?X-Amz-Signature=" + SECRET).message())
        .isEqualTo(
            "upload to %s failed: answer 403 (SignatureDoesNotMatch)".formatted(storage.url()));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private JobError failure(String url) {
    return catchThrowableOfType(UploadFailedException.class, () -> upload(url)).error();
  }

  private void upload(String url) {
    UploadConfig config =
        TestSettings.mapping(
            UploadConfig.class,
            Map.of(
                "sanaq.upload.allow-http", "true",
                "sanaq.upload.ports", storage.port() + "," + other.port(),
                "sanaq.upload.allowed-hosts", "127.0.0.1",
                "sanaq.upload.retry-timeout", "PT5S"));
    UrlPolicy policy = new UrlPolicy(config.urlPolicyConfig(), DnsResolver.PLATFORM);
    try (PresignedUploader uploader =
        new PresignedUploader(config, policy, Executors.newSingleThreadExecutor())) {
      uploader.upload(url, IMAGE, "image/png", uploader.retryDeadline(), () -> false);
    }
  }
}
