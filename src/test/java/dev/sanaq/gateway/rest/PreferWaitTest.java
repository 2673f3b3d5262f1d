package dev.sanaq.gateway.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferWaitTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "wait=5",
        "WAIT=5",
        "Wait = 5",
        " wait=\"5\" ",
        "wait=5; strict",
        "respond-async, wait=5",
        "respond-async,wait=5,return=minimal",
        "return=representation; foo=\"a, b\" , wait=5",
        "foo=\"wait=9, \\\" wait=9\", wait=5",
        "foo; wait=9, wait=5",
        "wait=005, wait=9"
      })
  void waitPreference_inAnyForm_isRead(String header) {
    assertThat(PreferWait.of(List.of(header), LIMIT))
        .isEqualTo(new PreferWait(Duration.ofSeconds(5), true));
  }

  @Test
  void waitPreference_inSeveralHeaders_isTheFirst() {
    assertThat(PreferWait.of(List.of("respond-async", "wait=5", "wait=9"), LIMIT).maxWait())
        .isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait=61", "wait=9999999", "wait=999999999999999999"})
  void waitPreference_aboveTheLimit_isTheLimit(String header) {
    assertThat(PreferWait.of(List.of(header), LIMIT)).isEqualTo(new PreferWait(LIMIT, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "wait",
        "wait=",
        "wait=\"\"",
        "wait=-5",
        "wait=1.5",
        "wait=5s",
        "await=5",
        "wait-for=5",
        "foo=\"a, wait=5\"",
        "foo; wait=5",
        "=,=",
      })
  void otherPreferences_areIgnored(String header) {
    assertThat(PreferWait.of(List.of(header), LIMIT))
        .isEqualTo(new PreferWait(Duration.ZERO, false));
  }
}
