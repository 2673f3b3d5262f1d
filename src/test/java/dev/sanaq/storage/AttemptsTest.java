package dev.sanaq.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.Output;
import dev.sanaq.local.LocalServices;
import dev.sanaq.worker.TestSettings;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Against a real S3. */
class AttemptsTest {
  private static LocalServices services;
  private static S3Client s3;
  private static Attempts attempts;

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
    s3 = S3.client(TestSettings.mapping(StorageConfig.class, services.config()));
    attempts = new Attempts(s3, new Output("sanaq", ""));
  }

  @AfterAll
  static void stop() {
    s3.close();
    services.close();
  }

  @Test
  void theFirstIsToldFromTheLaterOnes() {
    assertThat(attempts.isFirst("first", attempt(1, "a"))).isTrue();
    assertThat(attempts.isFirst("first", attempt(1, "b"))).isFalse();
    assertThat(attempts.earlier("first")).containsExactly(attempt(1, "a"));
  }

  @Test
  void aWriteWhoseAnswerWasLostIsFirstAllTheSame() {
    assertThat(attempts.isFirst("lost", attempt(1, "a"))).isTrue();
    assertThat(attempts.isFirst("lost", attempt(1, "a"))).isTrue();
  }

  @Test
  void ofTwoThatCountAtOnceEachGetsANumberOfItsOwn() {
    attempts.isFirst("race", attempt(1, "a"));
    assertThat(attempts.count("race", attempt(2, "b"))).isEqualTo(attempt(2, "b"));
    assertThat(attempts.count("race", attempt(2, "c"))).isEqualTo(attempt(3, "c"));
    assertThat(attempts.earlier("race")).hasSize(3);
  }

  @Test
  void oneGivenBackDoesNotCount() {
    attempts.isFirst("back", attempt(1, "a"));
    attempts.giveBack("back", attempt(1, "a"));
    attempts.giveBack("back", attempt(1, "a"));
    assertThat(attempts.earlier("back")).isEmpty();
    assertThat(attempts.isFirst("back", attempt(1, "b"))).isTrue();
  }

  @Test
  void whatIsNoAttemptIsAFailureOfTheStorageThatNoRetryMends() {
    s3.putObject(
        put -> put.bucket("sanaq").key("spoilt/attempts/1.json"), RequestBody.fromString("[]"));
    assertThatThrownBy(() -> attempts.earlier("spoilt"))
        .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.isRetryable()).isFalse())
        .hasMessageContaining("spoilt/attempts/1.json");
  }

  private static Attempt attempt(int number, String worker) {
    return new Attempt(number, worker, Instant.parse("2030-01-01T00:00:00.123456789Z"), "r-0@1");
  }
}
