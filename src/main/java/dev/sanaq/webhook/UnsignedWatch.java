package dev.sanaq.webhook;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.EventReader;
import dev.sanaq.event.KafkaClients;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/** Tells once that somebody asks for callbacks while there is no secret to sign them with. */
final class UnsignedWatch implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(UnsignedWatch.class);
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Thread thread;
  private final Supplier<EventReader> readers;
  private volatile boolean closing;

  private UnsignedWatch(Supplier<EventReader> readers) {
    this.readers = readers;
    this.thread = new Thread(this::run, "sanaq-webhook-watch");
    thread.setDaemon(true);
  }

  /** Watches from now on, until the first is seen. */
  static UnsignedWatch start(WebhookProcess.Settings settings) {
    KafkaClients kafka = new KafkaClients(settings.kafka());
    UnsignedWatch watch =
        new UnsignedWatch(() -> EventReader.fromNow(kafka.watcher(), settings.topics().events()));
    watch.thread.start();
    return watch;
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join(LOOK.multipliedBy(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (EventReader events = readers.get()) {
      while (!closing) {
        for (CloudEvent event : events.next(LOOK)) {
          if (!event.callbackUrl().isEmpty()) {
            LOG.warnf(
                "job %s wants a callback, and none is sent: set sanaq.webhook.secrets; what the"
                    + " events' topic still holds is delivered then",
                event.subject());
            return;
          }
        }
      }
    } catch (KafkaException | IllegalStateException e) {
      LOG.warnf("callbacks are not watched for: %s", e.getMessage());
    }
  }
}
