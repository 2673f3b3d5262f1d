package dev.sanaq.webhook.lifecycle;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.webhook.RetrySchedule;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.webhook.send.AttemptExecutor;
import dev.sanaq.webhook.send.WebhookClient;
import dev.sanaq.webhook.topic.DeliveryBodyReader;
import dev.sanaq.webhook.topic.DeliveryFactory;
import dev.sanaq.webhook.topic.DeliveryStateWriter;
import dev.sanaq.webhook.topic.DeliveryTopic;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.Consumer;

/** One that delivers, with all that belongs to it. Any number in a JVM, or in many. */
public final class WebhookRuntime {
  private static final int MAX_POLL_RECORDS = 500;

  private final DeliveryLoop loop;
  private final DeliveryBodyReader bodyReader;

  /**
   * The configuration that deliveries need.
   *
   * @param webhook their own
   * @param topics the topics' names
   * @param events the transaction's time-out
   * @param kafka the connection, in Kafka's own properties
   */
  public record Settings(
      WebhookConfig webhook, TopicsConfig topics, EventsConfig events, Map<String, Object> kafka) {}

  private WebhookRuntime(Settings settings, WebhookClient sender, Clock clock) {
    String name = "sanaq-webhooks-" + UUID.randomUUID();
    WebhookConfig config = settings.webhook();
    KafkaClientFactory kafka = new KafkaClientFactory(settings.kafka());
    DeliveryFactory intake = new DeliveryFactory(config.events(), clock);
    Consumer<byte[], byte[]> consumer = kafka.groupConsumer(config.group(), name, MAX_POLL_RECORDS);
    DeliveryTopic log = DeliveryTopic.of(consumer, settings.topics().webhookDeliveries());
    Duration timeout = settings.events().transactionTimeout();
    TransactionalPublisher publisher =
        new TransactionalPublisher(turn -> kafka.transactionalProducer(name + "-" + turn, timeout));
    this.bodyReader = new DeliveryBodyReader(kafka.standaloneConsumer(), log.name());
    RetrySchedule schedule = new RetrySchedule(() -> ThreadLocalRandom.current().nextDouble());
    this.loop =
        new DeliveryLoop(
            new DeliveryLoop.Dependencies(
                consumer,
                kafka.endOffsetConsumer(),
                settings.topics().events(),
                log,
                intake,
                new DeliveryStateWriter(consumer, publisher, log),
                new AttemptExecutor(config, sender, bodyReader::fetch, schedule, clock),
                config,
                clock));
  }

  /**
   * Joins the group and begins.
   *
   * @param sender stays its maker's to close
   * @throws IllegalStateException where the deliveries' topic is missing
   */
  public static WebhookRuntime start(Settings settings, WebhookClient sender, Clock clock) {
    WebhookRuntime process = new WebhookRuntime(settings, sender, clock);
    process.loop.start();
    return process;
  }

  /** Whether the loop lives. */
  boolean isHealthy() {
    return loop.isHealthy();
  }

  /** Deliveries that are not taken yet. */
  int pending() {
    return loop.pending();
  }

  /** Lets what is under way end, writes what came of it, leaves the group. */
  public void stop() {
    loop.stop();
    bodyReader.close();
  }

  /** Ends as a killed process does, for the tests. */
  public void crash() {
    loop.crash();
    bodyReader.close();
  }
}
