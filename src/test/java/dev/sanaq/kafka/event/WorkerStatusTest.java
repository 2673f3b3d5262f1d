package dev.sanaq.kafka.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.event.WorkerStatus.Adapter;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerStatusTest {
  private static final Instant TIME = Instant.parse("2030-01-01T00:00:00Z");
  private static final WorkerStatus STATUS =
      new WorkerStatus("pod-1", true, 60, "sanaq-emoji", 512, 256, 20);
  private static final Adapter STYLE = new Adapter("style", "a".repeat(64), 16, 1000);

  @Test
  void status_asEventAndBack_isTheSame() {
    CloudEvent event = STATUS.toEvent("/test", TIME);

    assertThat(WorkerStatus.of(event)).contains(STATUS);
    assertThat(event.subject()).isEqualTo("pod-1");
    assertThat(event.id()).isEqualTo("pod-1/status/" + TIME.toEpochMilli());
  }

  @Test
  void adapters_asEventAndBack_areTheSame() {
    WorkerStatus status = withAdapters(List.of(STYLE, new Adapter("ink", "b".repeat(64), 4, 9)));

    assertThat(WorkerStatus.of(status.toEvent("/test", TIME))).contains(status);
  }

  @Test
  void adaptersOfOtherWorkers_areReadAsFarAsTheyAreKnown() {
    Map<String, Object> data =
        new HashMap<>(withAdapters(List.of(STYLE)).toEvent("/t", TIME).data());
    Object known = ((List<?>) Objects.requireNonNull(data.get("adapters"))).get(0);
    data.put("adapters", List.of("x", Map.of("name", "y"), known));
    assertThat(WorkerStatus.of(event(WorkerStatus.TYPE, data)).orElseThrow().adapters())
        .containsExactly(STYLE);

    data.keySet().removeAll(List.of("adapters", "controlnets", "pag"));
    WorkerStatus older = WorkerStatus.of(event(WorkerStatus.TYPE, data)).orElseThrow();
    assertThat(older.adapters()).isEmpty();
    assertThat(older.controlNets()).isEmpty();
    assertThat(older.pag()).isFalse();
  }

  @Test
  void thousandAdapters_areCut() {
    assertThat(withAdapters(Collections.nCopies(1000, STYLE)).adapters())
        .hasSize(WorkerStatus.MAX_ADAPTERS);
  }

  private static WorkerStatus withAdapters(List<Adapter> adapters) {
    return new WorkerStatus(
        "pod-1", true, 60, "sanaq-emoji", 512, 256, 20, adapters, List.of("canny"), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"validSeconds", "width", "height", "steps"})
  void statusWithoutANumber_isNone(String name) {
    Map<String, Object> data = new HashMap<>(STATUS.toEvent("/test", TIME).data());
    for (Object wrong : new Object[] {"x", 0, -1}) {
      data.put(name, wrong);
      assertThat(WorkerStatus.of(event(WorkerStatus.TYPE, data))).isEmpty();
    }
  }

  @Test
  void otherEvent_isNone() {
    Map<String, Object> data = STATUS.toEvent("/test", TIME).data();

    assertThat(WorkerStatus.of(event(JobEventFactory.STARTED, data))).isEmpty();
  }

  private static CloudEvent event(String type, Map<String, Object> data) {
    return new CloudEvent("pod-1/status/1", "/test", type, "pod-1", TIME, data, "");
  }
}
