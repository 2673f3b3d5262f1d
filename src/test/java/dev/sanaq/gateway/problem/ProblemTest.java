package dev.sanaq.gateway.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTest {
  @ParameterizedTest
  @CsvSource({"-5, 1", "0, 1", "12, 12", "600, 600", "527010, 600", "9223372036854775807, 600"})
  void fullBacklog_retryAfter_isFromOneSecondToTenMinutes(long seconds, String retryAfter) {
    assertThat(Problem.backlogFull("full", seconds).headers())
        .containsEntry("Retry-After", retryAfter);
  }

  @Test
  void noWorker_isAServerErrorWithRetryAfter() {
    Problem problem = Problem.noWorker("No worker is running");
    assertThat(problem.status()).isEqualTo(503);
    assertThat(problem.code()).isEqualTo("no_worker");
    assertThat(problem.headers()).containsEntry("Retry-After", "30");
  }
}
