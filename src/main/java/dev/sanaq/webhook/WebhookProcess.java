package dev.sanaq.webhook;

import dev.sanaq.event.EventConfig;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.Publisher;
import dev.sanaq.event.TopicsConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.Consumer;

/** One that delivers, with all that belongs to it. Any number in a JVM, or in many. */
final class WebhookProcess {
  private static final int RECORDS_A_POLL = 500;

  private final Deliverer deliverer;
  private final DeliveryFetcher fetcher;

  /**
   * The configuration that deliveries need.
   *
   * @param webhook their own
   * @param topics the topics' names
   * @param events the transaction's time-out
   * @param kafka the connection, in Kafka's own properties
   */
  record Settings(
      WebhookConfig webhook, TopicsConfig topics, EventConfig events, Map<String, Object> kafka) {}

  private WebhookProcess(Settings settings, Sender sender, Clock clock) {
    String name = "sanaq-webhooks-" + UUID.randomUUID();
    WebhookConfig config = settings.webhook();
    KafkaClients kafka = new KafkaClients(settings.kafka());
    EventIntake intake = new EventIntake(config.events(), clock);
    Consumer<byte[], byte[]> consumer = kafka.member(config.group(), name, RECORDS_A_POLL);
    DeliveryLog log = DeliveryLog.of(consumer, settings.topics().webhookDeliveries());
    Duration timeout = settings.events().transactionTimeout();
    Publisher publisher = new Publisher(turn -> kafka.transactional(name + "-" + turn, timeout));
    this.fetcher = new DeliveryFetcher(kafka.watcher(), log.topic());
    RetrySchedule schedule = new RetrySchedule(() -> ThreadLocalRandom.current().nextDouble());
    this.deliverer =
        new Deliverer(
            new Deliverer.Parts(
                consumer,
                kafka.gauge(),
                settings.topics().events(),
                log,
                intake,
                new Ledger(consumer, publisher, log),
                new Attempts(config, sender, fetcher::fetch, schedule, clock),
                config,
                clock));
  }

  /**
   * Joins the group and begins.
   *
   * @param sender stays its maker's to close
   * @throws IllegalStateException where the deliveries' topic is missing
   */
  static WebhookProcess start(Settings settings, Sender sender, Clock clock) {
    WebhookProcess process = new WebhookProcess(settings, sender, clock);
    process.deliverer.start();
    return process;
  }

  /** Whether the loop lives. */
  boolean healthy() {
    return deliverer.healthy();
  }

  /** Deliveries that are not taken yet. */
  int pending() {
    return deliverer.pending();
  }

  /** Lets what is under way end, writes what came of it, leaves the group. */
  void stop() {
    deliverer.stop();
    fetcher.close();
  }

  /** Ends as a killed process does, for the tests. */
  void crash() {
    deliverer.crash();
    fetcher.close();
  }
}
