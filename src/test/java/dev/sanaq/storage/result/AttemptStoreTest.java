package dev.sanaq.storage.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.JobOutcome.Cancelled;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a real S3. */
class AttemptStoreTest {
  @RegisterExtension static final TestServices services = new TestServices();

  private static S3Client s3;
  private static AttemptStore attempts;

  @BeforeAll
  static void start() {
    s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, services.config()));
    attempts = new AttemptStore(s3, new OutputLocation(services.bucket(), ""));
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @Test
  void tryCreateFirst_secondWorker_returnsFalse() {
    assertThat(attempts.tryCreateFirst("first", attempt(1, "a"))).isTrue();
    assertThat(attempts.tryCreateFirst("first", attempt(1, "b"))).isFalse();
    assertThat(attempts.list("first")).containsExactly(attempt(1, "a"));
  }

  @Test
  void tryCreateFirst_repeatedAfterLostResponse_returnsTrue() {
    assertThat(attempts.tryCreateFirst("lost", attempt(1, "a"))).isTrue();
    assertThat(attempts.tryCreateFirst("lost", attempt(1, "a"))).isTrue();
  }

  @Test
  void createNext_concurrentWorkers_getDistinctNumbers() {
    attempts.tryCreateFirst("race", attempt(1, "a"));
    assertThat(attempts.createNext("race", attempt(2, "b"))).isEqualTo(attempt(2, "b"));
    assertThat(attempts.createNext("race", attempt(2, "c"))).isEqualTo(attempt(3, "c"));
    assertThat(attempts.list("race")).hasSize(3);
  }

  @Test
  void putOutcome_isListedWithTheAttempt() {
    Cancelled cancelled = new Cancelled("ended", "too dear", 1, Map.of("k", 1), "");
    Attempt first = attempt(1, "a");
    attempts.tryCreateFirst("ended", first);
    attempts.putOutcome("ended", first.withOutcome(cancelled));
    assertThat(attempts.list("ended")).containsExactly(first.withOutcome(cancelled));
    assertThat(attempts.list("ended").get(0).outcome()).contains(cancelled);
  }

  @Test
  void delete_attempt_isNoLongerCounted() {
    attempts.tryCreateFirst("back", attempt(1, "a"));
    attempts.delete("back", attempt(1, "a"));
    attempts.delete("back", attempt(1, "a"));
    assertThat(attempts.list("back")).isEmpty();
    assertThat(attempts.tryCreateFirst("back", attempt(1, "b"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "null", "{}"})
  void list_invalidObject_throwsNonRetryableException(String text) {
    s3.putObject(
        put -> put.bucket(services.bucket()).key("spoilt/attempts/1.json"),
        RequestBody.fromString(text));
    assertThatThrownBy(() -> attempts.list("spoilt"))
        .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.isRetryable()).isFalse())
        .hasMessageContaining("spoilt/attempts/1.json");
  }

  private static Attempt attempt(int number, String worker) {
    return new Attempt(number, worker, Instant.parse("2030-01-01T00:00:00.123456789Z"), "r-0@1");
  }
}
