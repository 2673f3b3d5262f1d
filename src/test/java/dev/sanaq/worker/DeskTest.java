package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.Checked;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobRules;
import dev.sanaq.job.Limits;
import dev.sanaq.job.Output;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Who leaves the desk when, and with whom. */
class DeskTest {
  private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
  private static final Output HOME = new Output("home", "");
  private static final PartitionProgress LEASE = PartitionProgress.from(null);
  private static final JobRules RULES =
      new JobRules(
          Models.defaults(GradientPainter.MODEL),
          new Limits(100, 4096, 50, 20, 8, 200, false, false, HOME, List.of(HOME)));

  private final Desk desk = new Desk(Duration.ofMinutes(1), 3, Duration.ZERO, shape -> 4);
  private long offset;

  @Test
  void highGoesBeforeNormalBeforeLow() throws Exception {
    desk.add(ticket("low", Map.of("priority", "low", "steps", 1), NOW));
    desk.add(ticket("normal", Map.of("steps", 2), NOW));
    desk.add(ticket("high", Map.of("priority", "high", "steps", 3), NOW.plusSeconds(1)));
    assertThat(order(3)).containsExactly("high", "normal", "low");
  }

  @Test
  void whoHasWaitedAMinuteLongerGoesBeforeTheClassAbove() throws Exception {
    desk.add(ticket("low", Map.of("priority", "low", "steps", 1), NOW));
    for (int i = 0; i < 5; i++) {
      desk.add(ticket("normal-" + i, Map.of("steps", 2 + i), NOW.plusSeconds(58 + i)));
    }
    assertThat(order(6))
        .containsExactly("normal-0", "normal-1", "low", "normal-2", "normal-3", "normal-4");
  }

  @Test
  void jobsOfOneShapeLeaveTogetherAsManyAsTheBatchHolds() throws Exception {
    for (int i = 0; i < 4; i++) {
      desk.add(ticket("a" + i, Map.of("prompt", "p" + i, "guidanceScale", 2 + i), NOW));
    }
    desk.add(ticket("b", Map.of("steps", 9), NOW));
    assertThat(ids(desk.take())).containsExactly("a0", "a1", "a2");
    assertThat(ids(desk.take())).containsExactly("a3");
    assertThat(ids(desk.take())).containsExactly("b");
  }

  @Test
  void aBatchHoldsNoMorePicturesThanMemoryDoes() throws Exception {
    desk.add(ticket("three", Map.of("count", 3), NOW));
    desk.add(ticket("two", Map.of("count", 2), NOW));
    desk.add(ticket("one", Map.of(), NOW));
    desk.add(ticket("eight", Map.of("count", 8), NOW));
    assertThat(ids(desk.take())).containsExactly("three", "one");
    assertThat(ids(desk.take())).containsExactly("two");
    assertThat(ids(desk.take())).as("however many: it must be drawn").containsExactly("eight");
  }

  @Test
  void aSuspectLeavesAlone() throws Exception {
    Ticket suspect = ticket("suspect", Map.of(), NOW);
    suspect.suspect();
    desk.add(ticket("first", Map.of(), NOW));
    desk.add(suspect);
    desk.add(ticket("last", Map.of(), NOW));
    assertThat(ids(desk.take())).containsExactly("first", "last");
    assertThat(ids(desk.take())).containsExactly("suspect");
  }

  @Test
  void theSecondOfOneIdWaitsForTheEndOfTheFirst() throws Exception {
    Ticket first = ticket("same", Map.of(), NOW);
    desk.add(first);
    desk.add(ticket("same", Map.of(), NOW));
    desk.add(ticket("other", Map.of(), NOW));
    assertThat(ids(desk.take())).containsExactly("same", "other");
    assertThat(desk.size()).isEqualTo(1);
    desk.ended(first);
    assertThat(ids(desk.take())).containsExactly("same");
    assertThat(desk.size()).isZero();
  }

  @Test
  void whatIsRemovedIsGoneAndTheNextOfItsIdMovesUp() throws Exception {
    Ticket first = ticket("same", Map.of(), NOW);
    desk.add(first);
    desk.add(ticket("same", Map.of("steps", 7), NOW));
    assertThat(desk.remove(ticket -> ticket == first)).containsExactly(first);
    assertThat(desk.take().get(0).job().steps()).isEqualTo(7);
    assertThat(desk.remove(ticket -> true)).isEmpty();
  }

  @Test
  void aBatchThatIsNotFullWaitsForOneMore() throws Exception {
    Desk patient = new Desk(Duration.ofMinutes(1), 2, Duration.ofSeconds(20), shape -> 4);
    patient.add(ticket("a", Map.of(), NOW));
    CompletableFuture<List<Ticket>> taken =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return patient.take();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    patient.add(ticket("b", Map.of(), NOW));
    assertThat(ids(taken.get(10, TimeUnit.SECONDS))).containsExactly("a", "b");
  }

  @Test
  void whoHasWaitedForTheDeviceDoesNotWaitForOthersToo() throws Exception {
    Duration wait = Duration.ofSeconds(1);
    Desk patient = new Desk(Duration.ofMinutes(1), 2, wait, shape -> 4);
    patient.add(ticket("a", Map.of(), NOW));
    Thread.sleep(wait.toMillis());
    long began = System.nanoTime();
    assertThat(ids(patient.take())).containsExactly("a");
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(wait.dividedBy(2));
  }

  @Test
  void aClosedDeskGivesNothing() throws Exception {
    desk.add(ticket("a", Map.of(), NOW));
    desk.close();
    assertThat(desk.take()).isEmpty();
  }

  private List<String> order(int count) throws InterruptedException {
    List<String> order = new java.util.ArrayList<>();
    for (int i = 0; i < count; i++) {
      order.addAll(ids(desk.take()));
    }
    return order;
  }

  private static List<String> ids(List<Ticket> tickets) {
    return tickets.stream().map(ticket -> ticket.job().id()).toList();
  }

  private Ticket ticket(String id, Map<String, Object> more, Instant received) {
    Map<String, Object> fields = new HashMap<>(Map.of("id", id, "prompt", "p"));
    fields.putAll(more);
    Job job = ((Checked.Accepted) RULES.check(new GenerationRequest(fields), id)).job();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("requests", 0, offset++, new byte[0], new byte[0]);
    JobTrace trace = new Tracing(OpenTelemetry.noop()).begin(record, job, received);
    return new Ticket(record, LEASE, job, trace, received);
  }
}
