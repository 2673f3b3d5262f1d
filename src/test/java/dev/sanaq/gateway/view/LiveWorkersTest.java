package dev.sanaq.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.pool.TestModelPools;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.kafka.event.WorkerStatus.Adapter;
import dev.sanaq.testing.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LiveWorkersTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final int VALID_SECONDS = 60;
  private static final ModelPools POOLS = TestModelPools.ofOne();
  private static final ModelPool POOL = POOLS.defaultPool();

  private final MutableClock clock = new MutableClock();
  private final LiveWorkers workers = new LiveWorkers(POOLS, clock);

  @Test
  void beforeTheFirstReport_nothingIsServed() {
    assertThat(workers.count(POOL)).isZero();
    assertThat(workers.models()).isEmpty();
    assertThat(workers.latestModel(POOL)).isEqualTo(new ServedModel("", 1024, 1024, 20));
    assertThat(workers.absenceReason(POOL)).contains("none has reported");
  }

  @Test
  void readyWorkers_countAndServeTheirModels() {
    workers.onCaughtUp();
    report("w1", "a");
    clock.advance(Duration.ofSeconds(5));
    report("w2", "a");
    report("w3", "b");

    assertThat(workers.count(POOL)).isEqualTo(3);
    assertThat(workers.models())
        .containsExactly(entry(model("a"), START, 2), entry(model("b"), START.plusSeconds(5), 1));
    assertThat(workers.latestModel(POOL)).isEqualTo(model("b"));
  }

  @Test
  void silentWorker_isGoneOnceItsReportExpires_aReportingOneStays() {
    workers.onCaughtUp();
    report("w1", "a");
    report("w2", "b");
    clock.advance(Duration.ofSeconds(VALID_SECONDS - 1));
    report("w2", "b");
    assertThat(workers.count(POOL)).isEqualTo(2);

    clock.advance(Duration.ofSeconds(1));
    assertThat(workers.count(POOL)).isEqualTo(1);
    assertThat(workers.models()).containsExactly(entry(model("b"), START, 1));
  }

  @Test
  void workerThatIsNotReady_isGoneAtOnce_andTheLastModelStaysListedWithoutWorkers() {
    workers.onCaughtUp();
    report("w1", "a");
    workers.onStatus(status("w1", false, "a"), START);

    assertThat(workers.count(POOL)).isZero();
    assertThat(workers.models()).containsExactly(entry(model("a"), START, 0));
    assertThat(workers.absenceReason(POOL)).contains("model a", "2030-01-01T00:00:00Z");
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

    assertThat(workers.count(POOL)).isEqualTo(1);
    assertThat(workers.latestModel(POOL).name()).isEqualTo("new");
    clock.advance(Duration.ofSeconds(VALID_SECONDS - 10));
    assertThat(workers.count(POOL)).isZero();
  }

  @Test
  void workersClock_doesNotMatterOnceEventsAreReadAsTheyCome() {
    workers.onCaughtUp();
    workers.onStatus(status("behind", true, "a"), START.minusSeconds(7200));
    workers.onStatus(status("ahead", true, "a"), START.plusSeconds(7200));

    assertThat(workers.count(POOL)).isEqualTo(2);
    clock.advance(Duration.ofSeconds(VALID_SECONDS));
    assertThat(workers.count(POOL)).isZero();
  }

  @Test
  void clockSetBack_prolongsNoReport() {
    workers.onCaughtUp();
    report("w1", "a");
    clock.advance(Duration.ofHours(-1));

    assertThat(workers.count(POOL)).isZero();
    report("w1", "a");
    assertThat(workers.count(POOL)).isEqualTo(1);
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

  @Test
  void controlNetsAndPag_areThoseOfAllWorkersOfTheModel() {
    workers.onCaughtUp();
    workers.onStatus(withControlNets("w1", List.of("scribble"), false), START);
    workers.onStatus(withControlNets("w2", List.of("canny"), true), START);

    assertThat(workers.models())
        .containsExactly(
            new LiveWorkers.ModelEntry(model("a"), Set.of("canny", "scribble"), true, START, 2));
  }

  @Test
  void severalModels_areListedAlways_andCountTheirOwnWorkers() {
    ModelPools pools = TestModelPools.of(TestModelPools.TWO);
    ModelPool sprint = pools.find("sprint").orElseThrow();
    ModelPool finals = pools.find("finals").orElseThrow();
    LiveWorkers several = new LiveWorkers(pools, clock);
    several.onCaughtUp();
    assertThat(several.models())
        .containsExactly(
            entry(new ServedModel("sprint", 1024, 1024, 2), START, 0),
            entry(new ServedModel("finals", 2048, 2048, 20), START, 0));

    clock.advance(Duration.ofSeconds(3));
    several.onStatus(status("w1", true, "finals"), START);
    several.onStatus(status("w2", true, "unknown"), START);
    assertThat(several.models())
        .containsExactly(
            entry(new ServedModel("sprint", 1024, 1024, 2), START, 0),
            entry(model("finals"), START.plusSeconds(3), 1));
    assertThat(several.count(sprint)).isZero();
    assertThat(several.count(finals)).isEqualTo(1);
    assertThat(several.latestModel(sprint).steps()).isEqualTo(2);
    assertThat(several.latestModel(finals).steps()).isEqualTo(20);
    assertThat(several.absenceReason(sprint))
        .startsWith("No worker of the model sprint is running, and none has reported");
  }

  /** A worker that is started again with another model is no longer one of the first. */
  @Test
  void workerWithAnotherModelThanBefore_changesThePool() {
    ModelPools pools = TestModelPools.of(TestModelPools.TWO);
    LiveWorkers several = new LiveWorkers(pools, clock);
    several.onCaughtUp();
    several.onStatus(status("w1", true, "sprint"), START);
    several.onStatus(status("w1", true, "unknown"), START);
    assertThat(several.count(pools.defaultPool())).isZero();
  }

  private static WorkerStatus withControlNets(
      String worker, List<String> controlNets, boolean pag) {
    return new WorkerStatus(
        worker, true, VALID_SECONDS, "a", 512, 512, 20, List.of(), controlNets, pag);
  }

  private static WorkerStatus withAdapters(String worker, boolean ready, Adapter adapter) {
    return new WorkerStatus(
        worker, ready, VALID_SECONDS, "a", 512, 512, 20, List.of(adapter), List.of(), false);
  }

  private void report(String worker, String model) {
    workers.onStatus(status(worker, true, model), clock.instant());
  }

  private static LiveWorkers.ModelEntry entry(ServedModel model, Instant since, int workers) {
    return new LiveWorkers.ModelEntry(model, Set.of(), false, since, workers);
  }

  private static ServedModel model(String name) {
    return new ServedModel(name, 512, 512, 20);
  }

  private static WorkerStatus status(String worker, boolean ready, String model) {
    return new WorkerStatus(worker, ready, VALID_SECONDS, model, 512, 512, 20);
  }
}
