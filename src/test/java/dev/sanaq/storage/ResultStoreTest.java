package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.Hash;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.Output;
import dev.sanaq.job.StoredImage;
import dev.sanaq.local.LocalServices;
import dev.sanaq.worker.TestSettings;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a real S3. */
class ResultStoreTest {
  private static final byte[] FIRST = {1, 2, 3};
  private static final byte[] SECOND = {4, 5};

  private static LocalServices services;
  private static S3Client s3;
  private static ResultStore store;

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
    s3 = S3.client(TestSettings.mapping(StorageConfig.class, services.config()));
    store = new ResultStore(s3, new Output("sanaq", ""));
  }

  @AfterAll
  static void stop() {
    s3.close();
    services.close();
  }

  @Test
  void aPictureThatIsThereStaysAndIsWhatTheEventTells() {
    Job job = job("stays", Hash.of("a"));
    StoredImage first = store.store(job, 1, FIRST, 8, 4);
    StoredImage second = store.store(job, 1, SECOND, 8, 4);
    assertThat(first.sha256()).isEqualTo(Hash.of(FIRST));
    assertThat(first.bytes()).isEqualTo(FIRST.length);
    assertThat(first.seed()).isEqualTo(job.seed() + 1);
    assertThat(second).isEqualTo(first);
    assertThat(bytes(first.bucket(), first.key())).isEqualTo(FIRST);
  }

  @Test
  void requestsThatFightForAnIdTouchOnlyTheirOwnPictures() {
    StoredImage one = store.store(job("fight", Hash.of("a")), 0, FIRST, 1, 1);
    StoredImage other = store.store(job("fight", Hash.of("b")), 0, SECOND, 1, 1);
    assertThat(other.key()).isNotEqualTo(one.key());
    assertThat(bytes(one.bucket(), one.key())).isEqualTo(FIRST);
  }

  @Test
  void theFirstMarkerWins() {
    Completed first = result("won", Hash.of("a"), "first");
    assertThat(store.find("won")).isEmpty();
    assertThat(store.commit(first)).isEqualTo(new Committed.Ours(first));
    assertThat(store.commit(result("won", Hash.of("a"), "again")))
        .isEqualTo(new Committed.Ours(first));
    assertThat(store.commit(result("won", Hash.of("b"), "other")))
        .isEqualTo(new Committed.Theirs(first));
    assertThat(store.find("won")).contains(first);
  }

  @Test
  void aMarkerThatIsNoneIsAFailureOfTheStorage() {
    s3.putObject(
        put -> put.bucket("sanaq").key("spoilt/result.json"), RequestBody.fromString("[]"));
    assertThatThrownBy(() -> store.find("spoilt"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("spoilt/result.json");
  }

  @Test
  void aBucketThatIsNotThereIsAFailureOfTheStorage() {
    ResultStore nowhere = new ResultStore(s3, new Output("no-such-bucket", ""));
    assertThatThrownBy(() -> nowhere.commit(result("a", Hash.of("a"), "w")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("no-such-bucket/a/result.json");
  }

  @Test
  void idsOfDotsDoNotLeaveTheirFolder() {
    Completed result = result("..", Hash.of("a"), "w");
    store.commit(result);
    assertThat(store.find("..")).contains(result);
    assertThat(ObjectKeys.marker("p/", "..")).isEqualTo("p/%2E%2E/result.json");
    assertThat(ObjectKeys.marker("p/", ".")).isEqualTo("p/%2E/result.json");
    assertThat(ObjectKeys.marker("p/", "a..b")).isEqualTo("p/a..b/result.json");
  }

  @Test
  void placesAreFoldersHoweverTheyAreWritten() {
    Map<String, String> config = new HashMap<>(services.config());
    config.put("sanaq.storage.prefix", "/pictures");
    config.put("sanaq.storage.allowed-outputs", "other,shared/of/us");
    StorageConfig storage = TestSettings.mapping(StorageConfig.class, config);
    assertThat(Outputs.home(storage)).isEqualTo(new Output("sanaq", "pictures/"));
    assertThat(Outputs.allowed(storage))
        .containsExactly(
            new Output("sanaq", "pictures/"),
            new Output("other", ""),
            new Output("shared", "of/us/"));
    assertThat(new Output("shared", "of/us/").holds(new Output("shared", "of/us-not/"))).isFalse();
  }

  @Test
  void aPublicAddressHasNoSignature() {
    Map<String, String> config = new HashMap<>(services.config());
    config.put("sanaq.storage.public-url", "https://pictures.example.com/x/");
    Addresses addresses = new Addresses(TestSettings.mapping(StorageConfig.class, config));
    StoredImage image = new StoredImage("sanaq", "a:b/%2E/0.png", 1, 1, 1, "png", 1, "");
    assertThat(addresses.of(image)).isEqualTo("https://pictures.example.com/x/a%3Ab/%252E/0.png");
    StoredImage elsewhere = new StoredImage("other", "0.png", 1, 1, 1, "png", 1, "");
    assertThat(addresses.of(elsewhere)).contains("/other/0.png?X-Amz-");
  }

  @Test
  void halfACredentialIsRefused() {
    Map<String, String> config = Map.of("sanaq.storage.access-key", "k");
    assertThatThrownBy(() -> S3.client(TestSettings.mapping(StorageConfig.class, config)))
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
        List.of(new StoredImage("b", "k", Long.MAX_VALUE, 8, 4, "png", 3, Hash.of(FIRST))),
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
        7,
        2,
        "flow-dpm",
        "png",
        90,
        true,
        "m",
        List.of(),
        Job.NO_DEADLINE,
        "normal",
        "",
        new Output("sanaq", "p/"),
        List.of(),
        Map.of());
  }
}
