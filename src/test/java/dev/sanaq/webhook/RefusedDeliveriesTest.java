package dev.sanaq.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.KafkaBroker;
import dev.sanaq.testing.Pause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A webhook sender that the broker refuses as a member of its group for a while. */
class RefusedDeliveriesTest {
  /** Several heartbeats, of which there is one a second: the sender is refused within. */
  private static final Duration REFUSED = Duration.ofSeconds(4);

  @Test
  void deniedGroup_deliveriesContinueOnceAllowed(@TempDir Path folder) throws Exception {
    try (KafkaBroker broker = new KafkaBroker(folder, Map.of(), Map.of());
        WebhookFixture fixture =
            new WebhookFixture(broker.bootstrapServers(), Map.of("group.protocol", "consumer"));
        TestReceiver receiver = new TestReceiver(TestReceiver.status(200))) {
      fixture.startRuntime(receiver);
      fixture.publishEvent("before", "completed", receiver.url());
      receiver.await(1);
      fixture.awaitDelivery(
          "before/completed", delivery -> delivery.status() == DeliveryStatus.DELIVERED);

      broker.denyGroups();
      Pause.of(REFUSED);
      fixture.publishEvent("meanwhile", "completed", receiver.url());
      broker.allowGroups();
      receiver.await(2);
      assertThat(receiver.ids()).containsExactly("before/completed", "meanwhile/completed");
    }
  }
}
