package dev.sanaq.webhook.topic;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.DeliveryStatus;
import dev.sanaq.webhook.StateChangeCause;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Creates deliveries from events with a callback URL. Any number of threads. */
public final class DeliveryFactory {
  private static final Logger LOG = Logger.getLogger(DeliveryFactory.class);
  private static final Set<String> EVENT_KINDS =
      Set.of("started", "completed", "failed", "cancelled");

  private final Set<String> types;
  private final Clock clock;

  /**
   * @param kinds the event kinds to deliver
   * @throws IllegalArgumentException if a kind is unknown
   */
  public DeliveryFactory(Set<String> kinds, Clock clock) {
    for (String kind : kinds) {
      if (!EVENT_KINDS.contains(kind)) {
        throw new IllegalArgumentException(
            "sanaq.webhook.events: unknown event %s; use some of %s".formatted(kind, EVENT_KINDS));
      }
    }
    this.types =
        kinds.stream()
            .map(kind -> JobEventFactory.TYPE_PREFIX + kind + ".v1")
            .collect(Collectors.toUnmodifiableSet());
    this.clock = clock;
  }

  /** The delivery of an event record; empty if the event needs none. */
  Optional<Delivery> fromRecord(ConsumerRecord<byte[], byte[]> record) {
    try {
      CloudEvent event = CloudEvent.of(record);
      String url = callbackUrlOf(event);
      return url.isEmpty() || !types.contains(event.type())
          ? Optional.empty()
          : Optional.of(create(event, url, record.offset()));
    } catch (BadJsonException e) {
      LOG.warnf(
          "%s-%d@%d is no event: %s",
          record.topic(), record.partition(), record.offset(), e.getMessage());
      return Optional.empty();
    }
  }

  // Events of earlier versions have the callback URL in the request only.
  private static String callbackUrlOf(CloudEvent event) {
    if (!event.callbackUrl().isEmpty()) {
      return event.callbackUrl();
    }
    return event.data().get("request") instanceof Map<?, ?> request
            && request.get("callbackUrl") instanceof String url
        ? url
        : "";
  }

  private Delivery create(CloudEvent event, String url, long offset) {
    return new Delivery(
        event.id(),
        event.subject(),
        event.type(),
        event.time(),
        event.data(),
        url,
        offset,
        DeliveryStatus.PENDING,
        StateChangeCause.EVENT,
        0,
        clock.instant(),
        "");
  }
}
