package dev.sanaq.webhook.lifecycle;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.EventReader;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/** Tells once that somebody asks for callbacks while there is no secret to sign them with. */
final class MissingSecretWarner implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(MissingSecretWarner.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);

  private final Thread thread;
  private final Supplier<EventReader> readerFactory;
  private volatile boolean closing;

  private MissingSecretWarner(Supplier<EventReader> readers) {
    this.readerFactory = readers;
    this.thread = new Thread(this::run, "sanaq-webhook-watch");
    thread.setDaemon(true);
  }

  /** Watches from now on, until the first is seen. */
  static MissingSecretWarner start(WebhookRuntime.Settings settings) {
    KafkaClientFactory kafka = new KafkaClientFactory(settings.kafka());
    MissingSecretWarner watch =
        new MissingSecretWarner(
            () -> EventReader.fromNow(kafka.standaloneConsumer(), settings.topics().events()));
    watch.thread.start();
    return watch;
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join(POLL_TIMEOUT.multipliedBy(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try (EventReader events = readerFactory.get()) {
      while (!closing) {
        for (CloudEvent event : events.poll(POLL_TIMEOUT)) {
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
