package dev.sanaq.webhook;

import static dev.sanaq.webhook.TestReceiver.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.LocalServices;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is promised of callbacks: a real broker, real receivers, and a clock that is told. */
class WebhookDeliveryTest {
  private static final String ALL = "started,completed,failed,cancelled";
  private static final Duration A_LITTLE = Duration.ofMillis(1200);

  private static LocalServices services;
  private WebhookWorld world;

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
  }

  @AfterAll
  static void stop() {
    services.close();
  }

  @BeforeEach
  void open() {
    world =
        new WebhookWorld(services.config().getOrDefault("kafka.bootstrap.servers", "not there"));
  }

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void aReceiverThatWasDownIsToldInOrderAlthoughTheProcessWasKilledMeanwhile() throws Exception {
    int port = freePort();
    String url = "http://127.0.0.1:%d/hook".formatted(port);
    WebhookProcess first = world.process(port, "events", ALL);
    for (int i = 0; i < 5; i++) {
      world.happens("job-" + i, "started", url);
      world.happens("job-" + i, i % 2 == 0 ? "completed" : "failed", url);
    }
    for (int i = 0; i < 5; i++) {
      world.await("job-%d/started".formatted(i), delivery -> delivery.attempts() == 1);
    }
    first.crash();
    world.happens("job-late", "cancelled", url);
    world.clock.advance(Duration.ofMinutes(1));
    try (TestReceiver receiver = new TestReceiver(port, status(200))) {
      world.process(port, "events", ALL);
      receiver.await(11);
      settle();
      assertThat(receiver.ids()).hasSize(11).doesNotHaveDuplicates().contains("job-late/cancelled");
      for (int i = 0; i < 5; i++) {
        String job = "job-%d/".formatted(i);
        assertThat(receiver.ids().stream().filter(id -> id.startsWith(job)))
            .containsExactly(job + "started", job + (i % 2 == 0 ? "completed" : "failed"));
      }
    }
  }

  @Test
  void aProcessKilledInTheMiddleOfAnAttemptRepeatsThatOneAlone() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (TestReceiver receiver = new TestReceiver(waiting(end))) {
      WebhookProcess first = world.process(receiver);
      world.happens("a", "completed", receiver.url());
      receiver.await(1);
      first.crash();
      receiver.answers(status(200));
      end.countDown();
      world.process(receiver);
      world.await("a/completed", delivery -> delivery.status() == Status.DELIVERED);
      settle();
      assertThat(receiver.ids()).containsExactly("a/completed", "a/completed");
    }
  }

  @Test
  void onlyWhatAsksForACallbackIsToldAndByDefaultOnlyTheEnd() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      world.process(receiver);
      world.writes("no event");
      world.happens("a", "started", receiver.url());
      world.happens("b", "completed", "");
      world.happens("a", "completed", receiver.url());
      receiver.await(1);
      settle();
      assertThat(receiver.ids()).containsExactly("a/completed");
    }
  }

  @Test
  void aDeliveryTooLargeForItsTopicHoldsUpNoOther() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      world.process(receiver);
      world.happens("a", "failed", receiver.url(), Map.of("metadata", "x".repeat(30_000)));
      world.happens("a", "completed", receiver.url());
      receiver.await(1);
      settle();
      assertThat(receiver.ids()).containsExactly("a/completed");
    }
  }

  @Test
  void slowReceiversHoldUpNobodyElse() {
    CountDownLatch end = new CountDownLatch(1);
    List<TestReceiver> slow = new ArrayList<>();
    IntStream.range(0, 3).forEach(i -> slow.add(new TestReceiver(waiting(end))));
    try (TestReceiver quick = new TestReceiver(status(200))) {
      List<Integer> ports = new ArrayList<>(List.of(quick.port()));
      slow.forEach(receiver -> ports.add(receiver.port()));
      world.process(ports, "concurrency", "8", "concurrency-per-host", "2");
      for (int i = 0; i < 10; i++) {
        for (TestReceiver receiver : slow) {
          world.happens("slow-%d-%d".formatted(i, receiver.port()), "failed", receiver.url());
        }
      }
      slow.forEach(receiver -> receiver.await(2));
      long before = System.nanoTime();
      IntStream.range(0, 20).forEach(i -> world.happens("quick-" + i, "failed", quick.url()));
      quick.await(20);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
      slow.forEach(receiver -> assertThat(receiver.received()).hasSize(2));
    } finally {
      end.countDown();
      slow.forEach(TestReceiver::close);
    }
  }

  @Test
  void aJobsEndWaitsUntilItsBeginningIsTaken() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      world.process(receiver, "events", ALL);
      world.happens("a", "started", receiver.url());
      world.happens("a", "completed", receiver.url());
      world.await("a/started", delivery -> delivery.attempts() == 1);
      settle();
      assertThat(receiver.ids()).containsExactly("a/started");
      receiver.answers(status(200));
      world.clock.advance(Duration.ofSeconds(6));
      receiver.await(3);
      assertThat(receiver.ids()).containsExactly("a/started", "a/started", "a/completed");
    }
  }

  @Test
  void goneIsGone() {
    try (TestReceiver receiver = new TestReceiver(status(410))) {
      world.process(receiver);
      world.happens("a", "failed", receiver.url());
      world.await("a/failed", delivery -> delivery.status() == Status.GONE);
      world.clock.advance(Duration.ofDays(2));
      settle();
      assertThat(receiver.received()).hasSize(1);
    }
  }

  @Test
  void aReceiverIsLeftAloneForAsLongAsItAsks() {
    try (TestReceiver receiver = new TestReceiver(status(503, "retry-after", "3600"))) {
      world.process(receiver);
      world.happens("a", "failed", receiver.url());
      Delivery failed = world.await("a/failed", delivery -> delivery.attempts() == 1);
      assertThat(Duration.between(world.clock.instant(), failed.due()))
          .isEqualTo(Duration.ofHours(1));
      receiver.answers(status(200));
      world.clock.advance(Duration.ofMinutes(59));
      settle();
      assertThat(receiver.received()).hasSize(1);
      world.clock.advance(Duration.ofMinutes(1));
      receiver.await(2);
    }
  }

  @Test
  void theScheduleEndsAfterThreeDaysAndAnybodyMayAskAgain() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      world.process(receiver, "keep", "P30D");
      world.happens("a", "failed", receiver.url());
      for (int made = 1; made <= 10; made++) {
        receiver.await(made);
        int attempts = made;
        Delivery now = world.await("a/failed", delivery -> delivery.attempts() == attempts);
        assertThat(now.status()).isEqualTo(made < 10 ? Status.PENDING : Status.EXHAUSTED);
        world.clock.advance(Duration.ofHours(30));
      }
      settle();
      assertThat(receiver.received()).hasSize(10);
      receiver.answers(status(200));
      assertThat(world.deliveries().resend("a/failed")).isPresent();
      receiver.await(11);
      world.await("a/failed", delivery -> delivery.status() == Status.DELIVERED);
    }
  }

  @Test
  void anEventToldTwiceIsDeliveredOnceAndAskedForAgainDeliveredAgain() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      WebhookProcess first = world.process(receiver);
      world.happens("a", "completed", receiver.url());
      world.await("a/completed", delivery -> delivery.status() == Status.DELIVERED);
      world.happens("a", "completed", receiver.url());
      settle();
      first.stop();
      world.process(receiver);
      settle();
      assertThat(receiver.received()).hasSize(1);
      assertThat(world.deliveries().resend("a/completed")).isPresent();
      receiver.await(2);
      assertThat(world.deliveries().resend("a/failed")).isEmpty();
      assertThat(world.deliveries().resend("no job/failed")).isEmpty();
    }
  }

  @Test
  void anEventToldTwiceWhileItIsDeliveredIsDeliveredOnce() {
    TestReceiver.Answer slowly =
        exchange -> {
          wait(Duration.ofSeconds(1));
          exchange.sendResponseHeaders(200, -1);
        };
    try (TestReceiver receiver = new TestReceiver(slowly)) {
      for (int i = 0; i < 3; i++) {
        world.happens("a", "completed", receiver.url());
      }
      world.process(receiver);
      world.await("a/completed", delivery -> delivery.status() == Status.DELIVERED);
      settle();
      assertThat(receiver.received()).hasSize(1);
    }
  }

  @Test
  void anAddressInsideIsRefusedOnceAndForAll() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      world.process(List.of(receiver.port(), 443));
      world.happens("a", "failed", "https://169.254.169.254/latest/meta-data");
      world.happens("b", "failed", "http://127.0.0.1:22/");
      world.happens("c", "failed", "not an address");
      for (String job : List.of("a", "b", "c")) {
        Delivery refused = world.await(job + "/failed", Delivery::ended);
        assertThat(refused.status()).isEqualTo(Status.REFUSED);
        assertThat(refused.attempts()).isEqualTo(1);
      }
    }
  }

  @Test
  void severalShareTheWorkAndTheOneThatStaysTakesItOver() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      WebhookProcess first = world.process(receiver);
      world.process(receiver);
      IntStream.range(0, 40).forEach(i -> world.happens("a-" + i, "failed", receiver.url()));
      receiver.await(40);
      first.stop();
      IntStream.range(0, 40).forEach(i -> world.happens("b-" + i, "failed", receiver.url()));
      TestReceiver.await(
          () -> Set.copyOf(receiver.ids()).size() == 80, () -> receiver.ids().toString());
      settle();
      assertThat(receiver.ids()).doesNotHaveDuplicates();
    }
  }

  /** As a rollout does it: the next one comes and the one before goes, while partitions move. */
  @Test
  void whoeverIsReplacedHandsOverWhatWasTold() throws Exception {
    try (TestReceiver receiver = new TestReceiver(afterAWhile())) {
      WebhookProcess now = world.process(receiver, "concurrency-per-host", "16");
      for (int i = 0; i < 120; i++) {
        world.happens("a-" + i, "failed", receiver.url());
        wait(Duration.ofMillis(20));
        if (i % 30 == 29) {
          WebhookProcess next = world.process(receiver, "concurrency-per-host", "16");
          wait(Duration.ofMillis(250));
          now.stop();
          now = next;
        }
      }
      TestReceiver.await(
          () -> Set.copyOf(receiver.ids()).size() == 120, () -> receiver.ids().toString());
      settle();
      assertThat(receiver.ids()).doesNotHaveDuplicates();
    }
  }

  @Test
  void whatHasEndedIsForgottenInTheEnd() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      world.process(receiver);
      world.happens("a", "failed", receiver.url());
      world.await("a/failed", Delivery::ended);
      world.clock.advance(Duration.ofDays(3).plusSeconds(1));
      TestReceiver.await(() -> world.deliveries().all().isEmpty(), () -> "a delivery");
    }
  }

  @Test
  void pastTheLimitEventsWaitAndNoneIsLost() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      world.process(receiver, "max-pending", "3");
      IntStream.range(0, 3).forEach(i -> world.happens("a-" + i, "failed", receiver.url()));
      receiver.await(3);
      settle();
      IntStream.range(0, 3).forEach(i -> world.happens("b-" + i, "failed", receiver.url()));
      settle();
      assertThat(world.deliveries().all()).hasSize(3);
      receiver.answers(status(200));
      world.clock.advance(Duration.ofMinutes(1));
      receiver.await(9);
      assertThat(Set.copyOf(receiver.ids())).hasSize(6);
    }
  }

  @Test
  void aSecretCanBeChangedWhileBothAreKnown() {
    String older = WebhookSettings.SECRET;
    String newer = "whsec_" + "B".repeat(44);
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      world.process(receiver, "secrets", newer + "," + older);
      world.happens("a", "failed", receiver.url());
      TestReceiver.Received message = receiver.await(1).get(0);
      assertThat(message.signature().split(" ")).hasSize(2);
    }
  }

  @Test
  void aDeliverySaysForPeopleHowFarItHasCome() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      world.process(receiver);
      world.happens("a", "failed", receiver.url());
      Map<String, Object> summary =
          world.await("a/failed", delivery -> delivery.attempts() == 1).summary();
      assertThat(summary)
          .containsEntry("id", "a/failed")
          .containsEntry("job", "a")
          .containsEntry("status", Status.PENDING)
          .containsEntry("attempts", 1)
          .containsEntry("last", "answer 500")
          .containsKey("next")
          .doesNotContainKey("data");
    }
  }

  private static TestReceiver.Answer waiting(CountDownLatch end) {
    return exchange -> {
      try {
        end.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      exchange.sendResponseHeaders(200, -1);
    };
  }

  private static TestReceiver.Answer afterAWhile() {
    Random random = new Random(7);
    return exchange -> {
      wait(Duration.ofMillis(random.nextInt(200)));
      status(200).to(exchange);
    };
  }

  /** Waits a little for what should not come. */
  private static void settle() {
    wait(A_LITTLE);
  }

  private static void wait(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
