package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.StoredImage;
import dev.sanaq.testing.TestSettings;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** How long image URLs live. Signing needs no server. */
class ImageUrlsTest {
  private static final StoredImage IMAGE =
      new StoredImage("images", "a b/0.png", 1, 8, 8, "png", 3, "00");

  @Test
  void permanentCredentials_urlLivesForUrlExpiry() {
    Instant before = Instant.now();
    StoredImage.Url url = urls(permanent(), Map.of("sanaq.storage.url-expiry", "PT2H")).of(IMAGE);
    assertThat(url.url())
        .startsWith("https://s3.example.com/images/a%20b/0.png?")
        .contains("X-Amz-Expires=7200");
    assertThat(url.expires().orElseThrow())
        .isBetween(before.plusSeconds(7199), Instant.now().plusSeconds(7200))
        .satisfies(end -> assertThat(end.getNano()).isZero());
  }

  @Test
  void sessionCredentials_urlEndsWithThem() {
    Instant end = Instant.parse("2100-01-01T00:00:00Z").minusMillis(1);
    StoredImage.Url far = urls(session(end), Map.of()).of(IMAGE);
    assertThat(far.expires().orElseThrow())
        .isBefore(Instant.now().plus(Duration.ofDays(7)).plusSeconds(1));

    Instant soon = Instant.now().plusSeconds(600);
    StoredImage.Url near = urls(session(soon), Map.of()).of(IMAGE);
    assertThat(near.url()).contains("X-Amz-Security-Token=token");
    assertThat(near.expires()).contains(Instant.ofEpochSecond(soon.getEpochSecond()));
  }

  /** The signature covers the host: an address for readers cannot be made from another one. */
  @Test
  void publicEndpoint_isSigned() {
    Map<String, String> readers =
        Map.of(
            "sanaq.storage.public-endpoint",
            "http://localhost:9000/",
            "sanaq.storage.path-style",
            "true");
    String url = urls(permanent(), readers).of(IMAGE).url();
    assertThat(url)
        .startsWith("http://localhost:9000/images/a%20b/0.png?")
        .contains("X-Amz-SignedHeaders=host");
    String internal = urls(permanent(), Map.of()).of(IMAGE).url();
    assertThat(signature(url)).isNotEqualTo(signature(internal));
  }

  @Test
  void publicUrl_hasNoExpiry() {
    StoredImage.Url url =
        urls(
                session(Instant.now()),
                Map.of("sanaq.storage.public-url", "https://images.example.com/"))
            .of(IMAGE);
    assertThat(url)
        .isEqualTo(new StoredImage.Url("https://images.example.com/a%20b/0.png", Optional.empty()));
  }

  @Test
  void credentials_areThoseOfTheClient() {
    List<String> resolved = new ArrayList<>();
    AwsCredentialsProvider once =
        () -> {
          resolved.add("by the client's provider");
          return permanent();
        };
    new ImageUrls(config(Map.of()), client(once)).of(IMAGE);
    assertThat(resolved).isNotEmpty();
  }

  @Test
  void missingCredentials_areRetryableFailure() {
    AwsCredentialsProvider none =
        () -> {
          throw SdkClientException.create("the token service is away");
        };
    ImageUrls urls = new ImageUrls(config(Map.of()), client(none));
    assertThatThrownBy(() -> urls.of(IMAGE))
        .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.isRetryable()).isTrue())
        .hasMessageContaining("the token service is away");
    assertThat(warnings(urls)).singleElement().asString().contains("the token service is away");
  }

  @Test
  void shortLivedCredentials_warnOnce() {
    ImageUrls urls = urls(session(Instant.now().plusSeconds(3600)), Map.of());
    assertThat(warnings(urls))
        .singleElement()
        .asString()
        .contains("sanaq.storage.url-expiry (PT168H)", "sanaq.storage.public-url");
  }

  @Test
  void sessionThatDoesNotSayWhenItEnds_warnsOnce() {
    AwsCredentials session = AwsSessionCredentials.create("key", "secret", "token");
    assertThat(warnings(urls(session, Map.of())))
        .singleElement()
        .asString()
        .contains("session token", "does not say when", "sanaq.storage.url-expiry (PT168H)");
  }

  @Test
  void urlsThatLiveForUrlExpiry_doNotWarn() {
    AwsCredentials shortLived = session(Instant.now().plusSeconds(3600));
    assertThat(warnings(urls(permanent(), Map.of()))).isEmpty();
    assertThat(warnings(urls(shortLived, Map.of("sanaq.storage.url-expiry", "PT30M")))).isEmpty();
    assertThat(
            warnings(urls(shortLived, Map.of("sanaq.storage.public-url", "https://i.example.com"))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0.5S", "P7DT1S"})
  void expiryThatS3DoesNotAllow_isRejected(String expiry) {
    assertThatThrownBy(() -> urls(permanent(), Map.of("sanaq.storage.url-expiry", expiry)))
        .hasMessageContaining("sanaq.storage.url-expiry");
  }

  private static String signature(String url) {
    return url.replaceFirst(".*X-Amz-Signature=", "");
  }

  private static ImageUrls urls(AwsCredentials credentials, Map<String, String> more) {
    return new ImageUrls(config(more), client(() -> credentials));
  }

  private static StorageConfig config(Map<String, String> more) {
    Map<String, String> config =
        new TreeMap<>(Map.of("sanaq.storage.path-style", "true", "sanaq.storage.bucket", "images"));
    config.putAll(more);
    return TestSettings.mapping(StorageConfig.class, config);
  }

  private static S3Client client(AwsCredentialsProvider credentials) {
    return S3Client.builder()
        .endpointOverride(URI.create("https://s3.example.com"))
        .region(Region.US_EAST_1)
        .credentialsProvider(credentials)
        .httpClientBuilder(Apache5HttpClient.builder())
        .build();
  }

  private static AwsCredentials permanent() {
    return AwsBasicCredentials.create("key", "secret");
  }

  private static AwsCredentials session(Instant end) {
    return AwsSessionCredentials.builder()
        .accessKeyId("key")
        .secretAccessKey("secret")
        .sessionToken("token")
        .expirationTime(end)
        .build();
  }

  private static List<String> warnings(ImageUrls urls) {
    List<String> messages = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            messages.add(String.format(record.getMessage(), record.getParameters()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger(ImageUrls.class.getName());
    logger.addHandler(handler);
    try {
      urls.warnIfCredentialsExpireFirst(Clock.systemUTC());
    } finally {
      logger.removeHandler(handler);
    }
    return messages;
  }
}
