package dev.sanaq.webhook;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import dev.sanaq.json.BadJsonException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Finds in the events what somebody wants to be told. Any number of threads. */
final class EventIntake {
  private static final Logger LOG = Logger.getLogger(EventIntake.class);
  private static final Set<String> KINDS = Set.of("started", "completed", "failed", "cancelled");

  private final Set<String> types;
  private final Clock clock;

  /**
   * @param kinds the kinds of events that are told
   * @throws IllegalArgumentException where one is not known
   */
  EventIntake(Set<String> kinds, Clock clock) {
    for (String kind : kinds) {
      if (!KINDS.contains(kind)) {
        throw new IllegalArgumentException(
            "sanaq.webhook.events: %s is none of %s".formatted(kind, KINDS));
      }
    }
    this.types =
        kinds.stream()
            .map(kind -> Events.TYPE_PREFIX + kind + ".v1")
            .collect(Collectors.toUnmodifiableSet());
    this.clock = clock;
  }

  /** The delivery that a record of the events' topic asks for. */
  Optional<Delivery> read(ConsumerRecord<byte[], byte[]> record) {
    try {
      CloudEvent event = CloudEvent.of(record);
      String url = url(event);
      return url.isEmpty() || !types.contains(event.type())
          ? Optional.empty()
          : Optional.of(delivery(event, url, record.offset()));
    } catch (BadJsonException e) {
      LOG.warnf(
          "%s-%d, offset %d, is no event: %s",
          record.topic(), record.partition(), record.offset(), e.getMessage());
      return Optional.empty();
    }
  }

  // Events of earlier versions bear their callback in the request alone.
  private static String url(CloudEvent event) {
    if (!event.callbackUrl().isEmpty()) {
      return event.callbackUrl();
    }
    return event.data().get("request") instanceof Map<?, ?> request
            && request.get("callbackUrl") instanceof String url
        ? url
        : "";
  }

  private Delivery delivery(CloudEvent event, String url, long offset) {
    return new Delivery(
        event.id(),
        event.subject(),
        event.type(),
        event.time(),
        event.data(),
        url,
        offset,
        Status.PENDING,
        Cause.EVENT,
        0,
        clock.instant(),
        "");
  }
}
