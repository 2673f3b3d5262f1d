package dev.sanaq.webhook.lifecycle;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.webhook.RetrySchedule;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.webhook.queue.DeliveryQueue;
import dev.sanaq.webhook.send.AttemptExecutor;
import dev.sanaq.webhook.send.WebhookClient;
import dev.sanaq.webhook.topic.DeliveryBodyReader;
import dev.sanaq.webhook.topic.DeliveryConsumer;
import dev.sanaq.webhook.topic.DeliveryFactory;
import dev.sanaq.webhook.topic.DeliveryStateWriter;
import dev.sanaq.webhook.topic.DeliveryTopic;
import dev.sanaq.webhook.topic.DeliveryTopicReader;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** A running webhook sender with its threads and Kafka clients. A JVM can run several. */
public final class WebhookRuntime {
  // What one poll reads is written in one transaction: some 5 MB of the largest events.
  private static final int MAX_POLL_RECORDS = 100;

  private final DeliveryLoop loop;
  private final DeliveryBodyReader bodyReader;

  /**
   * The configuration of a webhook sender.
   *
   * @param webhook its own settings
   * @param topics the topics' names
   * @param events the transaction timeout
   * @param kafka Kafka's connection properties
   */
  public record Settings(
      WebhookConfig webhook, TopicsConfig topics, EventsConfig events, Map<String, Object> kafka) {}

  private WebhookRuntime(Settings settings, WebhookClient client, Clock clock) {
    String name = "sanaq-webhooks-" + UUID.randomUUID();
    WebhookConfig config = settings.webhook();
    TopicsConfig topics = settings.topics();
    KafkaClientFactory kafka = new KafkaClientFactory(settings.kafka());
    DeliveryFactory deliveryFactory = new DeliveryFactory(config.events(), clock);
    ReplaceableConsumer consumer =
        new ReplaceableConsumer(() -> kafka.groupConsumer(config.group(), name, MAX_POLL_RECORDS));
    DeliveryTopic deliveryTopic = DeliveryTopic.of(consumer.get(), topics.webhookDeliveries());
    Duration timeout = settings.events().transactionTimeout();
    TransactionalPublisher publisher =
        new TransactionalPublisher(turn -> kafka.transactionalProducer(name + "-" + turn, timeout));
    DeliveryStateWriter stateWriter = new DeliveryStateWriter(consumer, publisher, deliveryTopic);
    DeliveryQueue queue = new DeliveryQueue(clock);
    DeliveryTopicReader topicReader =
        new DeliveryTopicReader(
            consumer,
            kafka.endOffsetConsumer(),
            deliveryTopic.name(),
            deliveryFactory,
            queue,
            stateWriter);
    this.bodyReader = new DeliveryBodyReader(kafka.standaloneConsumer(), deliveryTopic.name());
    RetrySchedule schedule = new RetrySchedule(() -> ThreadLocalRandom.current().nextDouble());
    this.loop =
        new DeliveryLoop(
            new DeliveryConsumer(consumer, topics.events(), deliveryTopic.name()),
            topicReader,
            queue,
            stateWriter,
            new AttemptExecutor(config, client, bodyReader::fetch, schedule, clock),
            config);
  }

  /**
   * Creates a sender and starts it.
   *
   * @param client the caller closes it
   * @throws IllegalStateException if the delivery topic is missing
   */
  public static WebhookRuntime start(Settings settings, WebhookClient client, Clock clock) {
    WebhookRuntime runtime = new WebhookRuntime(settings, client, clock);
    runtime.loop.start();
    return runtime;
  }

  /** Whether the loop is alive. */
  boolean isHealthy() {
    return loop.isHealthy();
  }

  /** The number of pending deliveries. */
  int pending() {
    return loop.pending();
  }

  /** Waits for running attempts, writes their results and leaves the group. */
  public void stop() {
    loop.stop();
    bodyReader.close();
  }

  /** Stops as a killed process does, for tests. */
  public void crash() {
    loop.crash();
    bodyReader.close();
  }
}
