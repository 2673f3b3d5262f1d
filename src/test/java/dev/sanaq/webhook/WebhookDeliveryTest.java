package dev.sanaq.webhook;

import static dev.sanaq.webhook.TestReceiver.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.FreePort;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.TestServices;
import dev.sanaq.webhook.lifecycle.WebhookRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Delivery of webhooks with a real broker, real receivers and a clock that the test sets. */
class WebhookDeliveryTest {
  private static final String ALL_EVENTS = "started,completed,failed,cancelled";
  private static final Duration TIMEOUT = Duration.ofSeconds(40);
  private static final Duration QUIET_PERIOD = Duration.ofMillis(1200);

  @RegisterExtension static final TestServices services = new TestServices();

  private WebhookFixture fixture;

  @BeforeEach
  void open() {
    fixture = new WebhookFixture(services.bootstrapServers());
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Tag("slow") // waits for the session timeout of a crashed instance, 6 s
  @Test
  void receiverDown_afterCrash_isDeliveredInOrder() throws Exception {
    int port = FreePort.find();
    String url = "http://127.0.0.1:%s/hook".formatted(port);
    WebhookRuntime first = fixture.startRuntime(port, "events", ALL_EVENTS);
    for (int i = 0; i < 5; i++) {
      fixture.publishEvent("job-" + i, "started", url);
      fixture.publishEvent("job-" + i, i % 2 == 0 ? "completed" : "failed", url);
    }
    for (int i = 0; i < 5; i++) {
      fixture.awaitDelivery("job-%s/started".formatted(i), delivery -> delivery.attempts() == 1);
    }
    first.crash();
    fixture.publishEvent("job-late", "cancelled", url);
    fixture.clock.advance(Duration.ofMinutes(1));
    try (TestReceiver receiver = new TestReceiver(port, status(200))) {
      fixture.startRuntime(port, "events", ALL_EVENTS);
      receiver.await(11);
      waitQuietPeriod();
      assertThat(receiver.ids()).hasSize(11).doesNotHaveDuplicates().contains("job-late/cancelled");
      for (int i = 0; i < 5; i++) {
        String job = "job-%s/".formatted(i);
        assertThat(receiver.ids().stream().filter(id -> id.startsWith(job)))
            .containsExactly(job + "started", job + (i % 2 == 0 ? "completed" : "failed"));
      }
    }
  }

  @Tag("slow") // waits for the session timeout of a crashed instance, 6 s
  @Test
  void crashDuringAttempt_repeatsOnlyThatAttempt() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (TestReceiver receiver = new TestReceiver(blockUntil(end))) {
      WebhookRuntime first = fixture.startRuntime(receiver);
      fixture.publishEvent("a", "completed", receiver.url());
      receiver.await(1);
      first.crash();
      receiver.setHandler(status(200));
      end.countDown();
      fixture.startRuntime(receiver);
      fixture.awaitDelivery(
          "a/completed", delivery -> delivery.status() == DeliveryStatus.DELIVERED);
      waitQuietPeriod();
      assertThat(receiver.ids()).containsExactly("a/completed", "a/completed");
    }
  }

  @Test
  void events_byDefault_deliversOnlyTerminalWithCallbackUrl() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      fixture.startRuntime(receiver);
      fixture.publishRaw("no event");
      fixture.publishEvent("a", "started", receiver.url());
      fixture.publishEvent("b", "completed", "");
      fixture.publishEvent("a", "completed", receiver.url());
      receiver.await(1);
      waitQuietPeriod();
      assertThat(receiver.ids()).containsExactly("a/completed");
    }
  }

  @Test
  void deliveryTooLargeForTopic_blocksNoOther() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      fixture.startRuntime(receiver);
      fixture.publishEvent("a", "failed", receiver.url(), Map.of("metadata", "x".repeat(30_000)));
      fixture.publishEvent("a", "completed", receiver.url());
      receiver.await(1);
      waitQuietPeriod();
      assertThat(receiver.ids()).containsExactly("a/completed");
    }
  }

  @Test
  void slowReceivers_blockNoOthers() {
    CountDownLatch end = new CountDownLatch(1);
    List<TestReceiver> slow = new ArrayList<>();
    IntStream.range(0, 3).forEach(i -> slow.add(new TestReceiver(blockUntil(end))));
    try (TestReceiver quick = new TestReceiver(status(200))) {
      List<Integer> ports = new ArrayList<>(List.of(quick.port()));
      slow.forEach(receiver -> ports.add(receiver.port()));
      fixture.startRuntime(ports, "concurrency", "8", "concurrency-per-host", "2");
      for (int i = 0; i < 10; i++) {
        for (TestReceiver receiver : slow) {
          fixture.publishEvent(
              "slow-%s-%s".formatted(i, receiver.port()), "failed", receiver.url());
        }
      }
      slow.forEach(receiver -> receiver.await(2));
      long before = System.nanoTime();
      IntStream.range(0, 20)
          .forEach(i -> fixture.publishEvent("quick-" + i, "failed", quick.url()));
      quick.await(20);
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
      slow.forEach(receiver -> assertThat(receiver.received()).hasSize(2));
    } finally {
      end.countDown();
      slow.forEach(TestReceiver::close);
    }
  }

  @Test
  void completedEvent_waitsForDeliveryOfStartedEvent() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      fixture.startRuntime(receiver, "events", ALL_EVENTS);
      fixture.publishEvent("a", "started", receiver.url());
      fixture.publishEvent("a", "completed", receiver.url());
      fixture.awaitDelivery("a/started", delivery -> delivery.attempts() == 1);
      waitQuietPeriod();
      assertThat(receiver.ids()).containsExactly("a/started");
      receiver.setHandler(status(200));
      fixture.clock.advance(Duration.ofSeconds(6));
      receiver.await(3);
      assertThat(receiver.ids()).containsExactly("a/started", "a/started", "a/completed");
    }
  }

  @Test
  void status410_isNeverRetried() {
    try (TestReceiver receiver = new TestReceiver(status(410))) {
      fixture.startRuntime(receiver);
      fixture.publishEvent("a", "failed", receiver.url());
      fixture.awaitDelivery("a/failed", delivery -> delivery.status() == DeliveryStatus.GONE);
      fixture.clock.advance(Duration.ofDays(2));
      waitQuietPeriod();
      assertThat(receiver.received()).hasSize(1);
    }
  }

  @Test
  void retryAfter_delaysNextAttempt() {
    try (TestReceiver receiver = new TestReceiver(status(503, "retry-after", "3600"))) {
      fixture.startRuntime(receiver);
      fixture.publishEvent("a", "failed", receiver.url());
      Delivery failed = fixture.awaitDelivery("a/failed", delivery -> delivery.attempts() == 1);
      assertThat(Duration.between(fixture.clock.instant(), failed.due()))
          .isEqualTo(Duration.ofHours(1));
      receiver.setHandler(status(200));
      fixture.clock.advance(Duration.ofMinutes(59));
      waitQuietPeriod();
      assertThat(receiver.received()).hasSize(1);
      fixture.clock.advance(Duration.ofMinutes(1));
      receiver.await(2);
    }
  }

  @Tag("slow") // reads the deliveries topic after each of ten attempts
  @Test
  void retrySchedule_exhausted_canBeResent() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      fixture.startRuntime(receiver, "retention", "P30D");
      fixture.publishEvent("a", "failed", receiver.url());
      for (int made = 1; made <= 10; made++) {
        receiver.await(made);
        int attempts = made;
        Delivery now =
            fixture.awaitDelivery("a/failed", delivery -> delivery.attempts() == attempts);
        assertThat(now.status())
            .isEqualTo(made < 10 ? DeliveryStatus.PENDING : DeliveryStatus.EXHAUSTED);
        fixture.clock.advance(Duration.ofHours(30));
      }
      waitQuietPeriod();
      assertThat(receiver.received()).hasSize(10);
      receiver.setHandler(status(200));
      assertThat(fixture.deliveries().resend("a/failed")).isPresent();
      receiver.await(11);
      fixture.awaitDelivery("a/failed", delivery -> delivery.status() == DeliveryStatus.DELIVERED);
    }
  }

  @Tag("slow") // lets two quiet periods and a restart pass
  @Test
  void duplicateEvent_isDeliveredOnce_resendDeliversAgain() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      WebhookRuntime first = fixture.startRuntime(receiver);
      fixture.publishEvent("a", "completed", receiver.url());
      fixture.awaitDelivery(
          "a/completed", delivery -> delivery.status() == DeliveryStatus.DELIVERED);
      fixture.publishEvent("a", "completed", receiver.url());
      waitQuietPeriod();
      first.stop();
      fixture.startRuntime(receiver);
      waitQuietPeriod();
      assertThat(receiver.received()).hasSize(1);
      assertThat(fixture.deliveries().resend("a/completed")).isPresent();
      receiver.await(2);
      assertThat(fixture.deliveries().resend("a/failed")).isEmpty();
      assertThat(fixture.deliveries().resend("no job/failed")).isEmpty();
    }
  }

  @Test
  void duplicateEvent_duringDelivery_isDeliveredOnce() {
    TestReceiver.Handler slowly =
        exchange -> {
          Pause.of(Duration.ofSeconds(1));
          exchange.sendResponseHeaders(200, -1);
        };
    try (TestReceiver receiver = new TestReceiver(slowly)) {
      for (int i = 0; i < 3; i++) {
        fixture.publishEvent("a", "completed", receiver.url());
      }
      fixture.startRuntime(receiver);
      fixture.awaitDelivery(
          "a/completed", delivery -> delivery.status() == DeliveryStatus.DELIVERED);
      waitQuietPeriod();
      assertThat(receiver.received()).hasSize(1);
    }
  }

  @Test
  void ssrfUrl_isRefusedWithoutRetry() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      fixture.startRuntime(List.of(receiver.port(), 443));
      fixture.publishEvent("a", "failed", "https://169.254.169.254/latest/meta-data");
      fixture.publishEvent("b", "failed", "http://127.0.0.1:22/");
      fixture.publishEvent("c", "failed", "not an address");
      for (String job : List.of("a", "b", "c")) {
        Delivery refused = fixture.awaitDelivery(job + "/failed", Delivery::hasEnded);
        assertThat(refused.status()).isEqualTo(DeliveryStatus.REFUSED);
        assertThat(refused.attempts()).isEqualTo(1);
      }
    }
  }

  @Test
  void twoInstances_oneStops_otherTakesOver() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      WebhookRuntime first = fixture.startRuntime(receiver);
      fixture.startRuntime(receiver);
      IntStream.range(0, 40).forEach(i -> fixture.publishEvent("a-" + i, "failed", receiver.url()));
      receiver.await(40);
      first.stop();
      IntStream.range(0, 40).forEach(i -> fixture.publishEvent("b-" + i, "failed", receiver.url()));
      receiver.awaitDistinct(80);
      waitQuietPeriod();
      assertThat(receiver.ids()).doesNotHaveDuplicates();
    }
  }

  /** Like a rollout: the next instance starts and the previous one stops, partitions move. */
  @Tag("slow") // replaces the instance four times
  @Test
  void rollout_deliversEachEventOnce() throws Exception {
    try (TestReceiver receiver = new TestReceiver(randomDelay())) {
      WebhookRuntime now = fixture.startRuntime(receiver, "concurrency-per-host", "16");
      for (int i = 0; i < 120; i++) {
        fixture.publishEvent("a-" + i, "failed", receiver.url());
        Pause.of(Duration.ofMillis(20));
        if (i % 30 == 29) {
          WebhookRuntime next = fixture.startRuntime(receiver, "concurrency-per-host", "16");
          Pause.of(Duration.ofMillis(250));
          now.stop();
          now = next;
        }
      }
      receiver.awaitDistinct(120);
      waitQuietPeriod();
      assertThat(receiver.ids()).doesNotHaveDuplicates();
    }
  }

  @Test
  void endedDelivery_afterRetention_isRemoved() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      fixture.startRuntime(receiver);
      fixture.publishEvent("a", "failed", receiver.url());
      fixture.awaitDelivery("a/failed", Delivery::hasEnded);
      fixture.clock.advance(Duration.ofDays(3).plusSeconds(1));
      Eventually.await("no delivery", TIMEOUT).until(() -> fixture.deliveries().all().isEmpty());
    }
  }

  @Test
  void lostOffsets_callNoReceiverAgain() {
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      WebhookRuntime first = fixture.startRuntime(receiver);
      IntStream.range(0, 30).forEach(i -> fixture.publishEvent("a-" + i, "failed", receiver.url()));
      receiver.awaitDistinct(30);
      fixture.awaitDelivery("a-29/failed", Delivery::hasEnded);
      first.stop();
      fixture.deleteGroup();
      WebhookRuntime second = fixture.startRuntime(receiver);
      fixture.awaitEventsRead(30);
      waitQuietPeriod();
      second.stop();
      fixture.deleteGroup();
      fixture.startRuntime(receiver);
      fixture.awaitEventsRead(30);
      waitQuietPeriod();
      assertThat(receiver.ids()).hasSize(30).doesNotHaveDuplicates();
      assertThat(fixture.deliveries().all()).allMatch(Delivery::hasEnded).hasSize(30);
    }
  }

  @Test
  void maxPending_reached_appliesBackpressureWithoutLoss() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      fixture.startRuntime(receiver, "max-pending", "3");
      IntStream.range(0, 3).forEach(i -> fixture.publishEvent("a-" + i, "failed", receiver.url()));
      receiver.await(3);
      waitQuietPeriod();
      IntStream.range(0, 3).forEach(i -> fixture.publishEvent("b-" + i, "failed", receiver.url()));
      waitQuietPeriod();
      assertThat(fixture.deliveries().all()).hasSize(3);
      receiver.setHandler(status(200));
      fixture.clock.advance(Duration.ofMinutes(1));
      receiver.await(9);
      assertThat(Set.copyOf(receiver.ids())).hasSize(6);
    }
  }

  @Test
  void twoSecrets_duringRotation_bothSign() {
    String older = WebhookSettings.SECRET;
    String newer = "whsec_" + "B".repeat(44);
    try (TestReceiver receiver = new TestReceiver(status(200))) {
      fixture.startRuntime(receiver, "secrets", newer + "," + older);
      fixture.publishEvent("a", "failed", receiver.url());
      TestReceiver.Received message = receiver.await(1).get(0);
      assertThat(message.signature().split(" ")).hasSize(2);
    }
  }

  @Test
  void summary_failedAttempt_showsStatusWithoutData() {
    try (TestReceiver receiver = new TestReceiver(status(500))) {
      fixture.startRuntime(receiver);
      fixture.publishEvent("a", "failed", receiver.url());
      Map<String, Object> summary =
          fixture.awaitDelivery("a/failed", delivery -> delivery.attempts() == 1).summary();
      assertThat(summary)
          .containsEntry("id", "a/failed")
          .containsEntry("job", "a")
          .containsEntry("status", DeliveryStatus.PENDING)
          .containsEntry("attempts", 1)
          .containsEntry("last", "answer 500")
          .containsKey("next")
          .doesNotContainKey("data");
    }
  }

  private static TestReceiver.Handler blockUntil(CountDownLatch end) {
    return exchange -> {
      try {
        end.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      exchange.sendResponseHeaders(200, -1);
    };
  }

  private static TestReceiver.Handler randomDelay() {
    Random random = new Random(7);
    return exchange -> {
      Pause.of(Duration.ofMillis(random.nextInt(200)));
      status(200).handle(exchange);
    };
  }

  /**
   * Lets a wrong delivery arrive. Broker and receivers are real: only time shows that none does.
   */
  private static void waitQuietPeriod() {
    Pause.of(QUIET_PERIOD);
  }
}
