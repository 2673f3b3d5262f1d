package dev.sanaq.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.kafka.event.WorkerStatus.Adapter;
import dev.sanaq.testing.MutableClock;
import dev.sanaq.testing.TestSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LiveWorkersTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final int VALID_SECONDS = 60;

  private final MutableClock clock = new MutableClock();
  private final LiveWorkers workers =
      new LiveWorkers(TestSettings.mapping(GatewayConfig.class, Map.of()), clock);

  @Test
  void beforeTheFirstReport_nothingIsServed() {
    assertThat(workers.count()).isZero();
    assertThat(workers.models()).isEmpty();
    assertThat(workers.latestModel()).isEqualTo(new ServedModel("", 1024, 1024, 20));
    assertThat(workers.absenceReason()).contains("none has reported");
  }

  @Test
  void readyWorkers_countAndServeTheirModels() {
    workers.onCaughtUp();
    report("w1", "a");
    clock.advance(Duration.ofSeconds(5));
    report("w2", "a");
    report("w3", "b");

    assertThat(workers.count()).isEqualTo(3);
    assertThat(workers.models())
        .containsExactly(
            new LiveWorkers.ModelEntry(model("a"), START, 2),
            new LiveWorkers.ModelEntry(model("b"), START.plusSeconds(5), 1));
    assertThat(workers.latestModel()).isEqualTo(model("b"));
  }

  @Test
  void silentWorker_isGoneOnceItsReportExpires_aReportingOneStays() {
    workers.onCaughtUp();
    report("w1", "a");
    report("w2", "b");
    clock.advance(Duration.ofSeconds(VALID_SECONDS - 1));
    report("w2", "b");
    assertThat(workers.count()).isEqualTo(2);

    clock.advance(Duration.ofSeconds(1));
    assertThat(workers.count()).isEqualTo(1);
    assertThat(workers.models()).containsExactly(new LiveWorkers.ModelEntry(model("b"), START, 1));
  }

  @Test
  void workerThatIsNotReady_isGoneAtOnce_andTheLastModelStaysListedWithoutWorkers() {
    workers.onCaughtUp();
    report("w1", "a");
    workers.onStatus(status("w1", false, "a"), START);

    assertThat(workers.count()).isZero();
    assertThat(workers.models()).containsExactly(new LiveWorkers.ModelEntry(model("a"), START, 0));
    assertThat(workers.absenceReason()).contains("model a", "2030-01-01T00:00:00Z");
  }

  @Test
  void lastModel_isNoLongerListed_afterAWeekOrWhenAnotherIsServed() {
    workers.onCaughtUp();
    report("w1", "a");
    clock.advance(Duration.ofDays(7));
    assertThat(workers.models()).isEmpty();

    report("w1", "a");
    clock.advance(Duration.ofMinutes(2));
    report("w2", "b");
    clock.advance(Duration.ofMinutes(2));
    assertThat(workers.models()).extracting(entry -> entry.model().name()).containsExactly("b");
  }

  @Test
  void reportsReadAtTheStart_areAsOldAsTheirRecords_inAnyOrder() {
    workers.onStatus(status("w1", true, "new"), START.minusSeconds(10));
    workers.onStatus(status("w2", true, "old"), START.minusSeconds(VALID_SECONDS));
    workers.onStatus(status("w3", true, "older"), START.minusSeconds(3600));
    workers.onCaughtUp();

    assertThat(workers.count()).isEqualTo(1);
    assertThat(workers.latestModel().name()).isEqualTo("new");
    clock.advance(Duration.ofSeconds(VALID_SECONDS - 10));
    assertThat(workers.count()).isZero();
  }

  @Test
  void workersClock_doesNotMatterOnceEventsAreReadAsTheyCome() {
    workers.onCaughtUp();
    workers.onStatus(status("behind", true, "a"), START.minusSeconds(7200));
    workers.onStatus(status("ahead", true, "a"), START.plusSeconds(7200));

    assertThat(workers.count()).isEqualTo(2);
    clock.advance(Duration.ofSeconds(VALID_SECONDS));
    assertThat(workers.count()).isZero();
  }

  @Test
  void clockSetBack_prolongsNoReport() {
    workers.onCaughtUp();
    report("w1", "a");
    clock.advance(Duration.ofHours(-1));

    assertThat(workers.count()).isZero();
    report("w1", "a");
    assertThat(workers.count()).isEqualTo(1);
  }

  @Test
  void adapters_areCountedByFile_andStayListedWithoutWorkers() {
    workers.onCaughtUp();
    Adapter style = new Adapter("style", "a".repeat(64), 16, 1000);
    Adapter newer = new Adapter("style", "b".repeat(64), 16, 1000);
    workers.onStatus(withAdapters("w1", true, style), START);
    workers.onStatus(withAdapters("w2", true, style), START);
    workers.onStatus(withAdapters("w3", true, newer), START);
    report("w4", "b");
    assertThat(workers.adapters())
        .containsExactly(
            new LiveWorkers.AdapterEntry("a", style, 2),
            new LiveWorkers.AdapterEntry("a", newer, 1));

    clock.advance(Duration.ofSeconds(VALID_SECONDS));
    assertThat(workers.adapters()).as("of the last worker").isEmpty();
    workers.onStatus(withAdapters("w1", false, style), START);
    assertThat(workers.adapters()).containsExactly(new LiveWorkers.AdapterEntry("a", style, 0));
  }

  private static WorkerStatus withAdapters(String worker, boolean ready, Adapter adapter) {
    return new WorkerStatus(worker, ready, VALID_SECONDS, "a", 512, 512, 20, List.of(adapter));
  }

  private void report(String worker, String model) {
    workers.onStatus(status(worker, true, model), clock.instant());
  }

  private static ServedModel model(String name) {
    return new ServedModel(name, 512, 512, 20);
  }

  private static WorkerStatus status(String worker, boolean ready, String model) {
    return new WorkerStatus(worker, ready, VALID_SECONDS, model, 512, 512, 20);
  }
}
