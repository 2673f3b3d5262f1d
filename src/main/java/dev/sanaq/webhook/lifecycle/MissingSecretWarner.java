package dev.sanaq.webhook.lifecycle;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.EventReader;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/** Logs a warning at the first event with a callback URL while no secret is configured. */
final class MissingSecretWarner implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(MissingSecretWarner.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);

  private final Thread thread;
  private final Supplier<EventReader> readerFactory;
  private volatile boolean closing;

  private MissingSecretWarner(Supplier<EventReader> readerFactory) {
    this.readerFactory = readerFactory;
    this.thread = new Thread(this::run, "sanaq-webhook-watch");
    thread.setDaemon(true);
  }

  /** Starts to read events, until the first with a callback URL. */
  static MissingSecretWarner start(WebhookRuntime.Settings settings) {
    KafkaClientFactory kafka = new KafkaClientFactory(settings.kafka());
    MissingSecretWarner warner =
        new MissingSecretWarner(
            () -> EventReader.fromNow(kafka.standaloneConsumer(), settings.topics().events()));
    warner.thread.start();
    return warner;
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
                "job %s has a callbackUrl, but webhooks are off: set sanaq.webhook.secrets; then the"
                    + " events that are still in the topic are delivered",
                event.subject());
            return;
          }
        }
      }
    } catch (KafkaException | IllegalStateException e) {
      LOG.warnf("could not read events to check for callback URLs: %s", e.getMessage());
    }
  }
}
