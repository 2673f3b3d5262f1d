package dev.sanaq.kafka.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerStatusTest {
  private static final Instant TIME = Instant.parse("2030-01-01T00:00:00Z");
  private static final WorkerStatus STATUS =
      new WorkerStatus("pod-1", true, 60, "sanaq-emoji", 512, 256, 20);

  @Test
  void status_asEventAndBack_isTheSame() {
    CloudEvent event = STATUS.toEvent("/test", TIME);

    assertThat(WorkerStatus.of(event)).contains(STATUS);
    assertThat(event.subject()).isEqualTo("pod-1");
    assertThat(event.id()).isEqualTo("pod-1/status/" + TIME.toEpochMilli());
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
