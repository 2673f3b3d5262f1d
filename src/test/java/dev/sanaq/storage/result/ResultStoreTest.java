package dev.sanaq.storage.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.Priority;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.StoredImage;
import dev.sanaq.storage.ImageUrls;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a real S3. */
public class ResultStoreTest {
  private static final byte[] FIRST = {1, 2, 3};
  private static final byte[] SECOND = {4, 5};

  @RegisterExtension static final TestServices services = new TestServices();

  private static S3Client s3;
  private static ResultStore store;

  @BeforeAll
  static void start() {
    s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, services.config()));
    store = new ResultStore(s3, new OutputLocation(services.bucket(), ""));
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @Test
  void storeImage_alreadyStored_keepsAndReturnsTheFirst() {
    Job job = job("stays", Sha256.hex("a"));
    StoredImage first = store.storeImage(job, 1, FIRST, 8, 4);
    StoredImage second = store.storeImage(job, 1, SECOND, 8, 4);
    assertThat(first.sha256()).isEqualTo(Sha256.hex(FIRST));
    assertThat(first.bytes()).isEqualTo(FIRST.length);
    assertThat(first.seed()).isEqualTo(job.seed() + 1);
    assertThat(second).isEqualTo(first);
    assertThat(bytes(first.bucket(), first.key())).isEqualTo(FIRST);
  }

  @Test
  void storeImage_sameIdOtherRequest_usesSeparateKeys() {
    StoredImage one = store.storeImage(job("fight", Sha256.hex("a")), 0, FIRST, 1, 1);
    StoredImage other = store.storeImage(job("fight", Sha256.hex("b")), 0, SECOND, 1, 1);
    assertThat(other.key()).isNotEqualTo(one.key());
    assertThat(bytes(one.bucket(), one.key())).isEqualTo(FIRST);
  }

  @Test
  void commit_sameId_firstMarkerWins() {
    Completed first = result("won", Sha256.hex("a"), "first");
    assertThat(store.find("won")).isEmpty();
    assertThat(store.commit(first)).isEqualTo(new CommitResult.Committed(first));
    assertThat(store.commit(result("won", Sha256.hex("a"), "again")))
        .isEqualTo(new CommitResult.Committed(first));
    assertThat(store.commit(result("won", Sha256.hex("b"), "other")))
        .isEqualTo(new CommitResult.Conflict(first));
    assertThat(store.find("won")).contains(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "{}"})
  void find_invalidMarker_throwsStorageException(String text) {
    s3.putObject(
        put -> put.bucket(services.bucket()).key("spoilt/result.json"),
        RequestBody.fromString(text));
    assertThatThrownBy(() -> store.find("spoilt"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("spoilt/result.json");
  }

  @Test
  void commit_missingBucket_throwsStorageException() {
    ResultStore nowhere = new ResultStore(s3, new OutputLocation("no-such-bucket", ""));
    assertThatThrownBy(() -> nowhere.commit(result("a", Sha256.hex("a"), "w")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no-such-bucket/a/result.json");
  }

  @Test
  void outputLocations_anySlashes_areNormalizedToFolders() {
    Map<String, String> config = new HashMap<>(services.config());
    config.put("sanaq.storage.prefix", "/images");
    config.put("sanaq.storage.allowed-locations", "other,shared/of/us");
    StorageConfig storage = TestSettings.mapping(StorageConfig.class, config);
    assertThat(OutputLocations.defaultLocation(storage))
        .isEqualTo(new OutputLocation(services.bucket(), "images/"));
    assertThat(OutputLocations.allowed(storage))
        .containsExactly(
            new OutputLocation(services.bucket(), "images/"),
            new OutputLocation("other", ""),
            new OutputLocation("shared", "of/us/"));
    assertThat(
            new OutputLocation("shared", "of/us/")
                .contains(new OutputLocation("shared", "of/us-not/")))
        .isFalse();
  }

  @Test
  void imageUrl_publicUrlConfigured_isUnsigned() {
    Map<String, String> config = new HashMap<>(services.config());
    config.put("sanaq.storage.public-url", "https://images.example.com/x/");
    ImageUrls addresses = new ImageUrls(TestSettings.mapping(StorageConfig.class, config), s3);
    StoredImage image = new StoredImage(services.bucket(), "a:b/%2E/0.png", 1, 1, 1, "png", 1, "");
    assertThat(addresses.of(image))
        .isEqualTo(
            new StoredImage.Url(
                "https://images.example.com/x/a%3Ab/%252E/0.png", Optional.empty()));
    StoredImage elsewhere = new StoredImage("other", "0.png", 1, 1, 1, "png", 1, "");
    assertThat(addresses.of(elsewhere).url()).contains("/other/0.png?X-Amz-");
  }

  @Test
  void client_accessKeyWithoutSecret_isRejected() {
    Map<String, String> config = Map.of("sanaq.storage.access-key", "k");
    assertThatThrownBy(
            () -> S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, config)))
        .hasMessageContaining("sanaq.storage.secret-key");
  }

  private static byte[] bytes(String bucket, String key) {
    return s3.getObjectAsBytes(get -> get.bucket(bucket).key(key)).asByteArray();
  }

  private static Completed result(String id, String fingerprint, String worker) {
    return new Completed(
        id,
        fingerprint,
        Instant.parse("2026-12-01T00:00:00.123456Z"),
        List.of(new StoredImage("b", "k", Long.MAX_VALUE, 8, 4, "png", 3, Sha256.hex(FIRST))),
        Map.of("prompt", "p", "steps", 4),
        Map.of("text", 0.25),
        0.125,
        worker,
        "model",
        Map.of("k", List.of(1, "two")));
  }

  private static Job job(String id, String fingerprint) {
    return new Job(
        id,
        fingerprint,
        "p",
        "",
        8,
        4,
        1,
        1,
        List.of(0.0, 1.0),
        7,
        2,
        "flow-dpm",
        "png",
        90,
        true,
        "m",
        List.of(),
        Job.NO_DEADLINE,
        Priority.NORMAL,
        "",
        new OutputLocation("sanaq", "p/"),
        List.of(),
        Map.of());
  }
}
