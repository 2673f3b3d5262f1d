package dev.sanaq.webhook;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.MutableClock;
import dev.sanaq.webhook.lifecycle.WebhookRuntime;
import dev.sanaq.webhook.send.HttpWebhookClient;
import dev.sanaq.webhook.send.WebhookSigner;
import dev.sanaq.webhook.topic.DeliveryQueries;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics and a consumer group for one test on a shared broker, and the instances that deliver. */
final class WebhookFixture implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(40);

  private final Vertx vertx = Vertx.vertx();
  private final String name = "t-" + UUID.randomUUID();
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<WebhookRuntime> runtimes = new ArrayList<>();
  private final List<HttpWebhookClient> clients = new ArrayList<>();
  private final Map<String, Object> kafka = new HashMap<>();
  final MutableClock clock = new MutableClock();

  /** With a short session timeout. */
  WebhookFixture(String broker) {
    this(broker, Map.of("session.timeout.ms", "6000", "heartbeat.interval.ms", "500"));
  }

  /**
   * @param memberProperties of the instances' Kafka clients
   */
  WebhookFixture(String broker, Map<String, Object> memberProperties) {
    kafka.put("bootstrap.servers", broker);
    try (Admin admin = Admin.create(kafka)) {
      NewTopic deliveries = new NewTopic(name + "-deliveries", 4, (short) 1);
      admin
          .createTopics(
              List.of(
                  new NewTopic(name + "-events", 3, (short) 1),
                  deliveries.configs(
                      Map.of("cleanup.policy", "compact", "max.message.bytes", "20000"))))
          .all()
          .get();
      Eventually.await("topics", TIMEOUT).until(() -> topicsExist(admin));
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
    this.producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
    kafka.putAll(memberProperties);
  }

  private boolean topicsExist(Admin admin) {
    try {
      admin.describeTopics(List.of(name + "-events", name + "-deliveries")).allTopicNames().get();
      return true;
    } catch (InterruptedException | ExecutionException e) {
      return false;
    }
  }

  /** Publishes an event of a job with that callback URL; empty for none. */
  void publishEvent(String job, String kind, String callbackUrl) {
    publishEvent(job, kind, callbackUrl, Map.of("id", job));
  }

  void publishEvent(String job, String kind, String callbackUrl, Map<String, Object> data) {
    send(
        new CloudEvent(
                job + "/" + kind,
                "/test",
                JobEventFactory.TYPE_PREFIX + kind + ".v1",
                job,
                clock.instant(),
                data,
                callbackUrl)
            .toRecord(name + "-events"));
  }

  /** Loses the group's offsets, as a broker does when they expire. No instance may be running. */
  void deleteGroup() {
    try (Admin admin = Admin.create(kafka)) {
      admin.deleteConsumerGroups(List.of(name)).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until the group has committed that it has read so many events. */
  void awaitEventsRead(int count) {
    try (Admin admin = Admin.create(kafka)) {
      Eventually.await("the events are read", TIMEOUT)
          .until(() -> committedEvents(admin), read -> read >= count);
    }
  }

  private long committedEvents(Admin admin) {
    try {
      return admin
          .listConsumerGroupOffsets(name)
          .partitionsToOffsetAndMetadata()
          .get()
          .entrySet()
          .stream()
          .filter(committed -> committed.getKey().topic().equals(name + "-events"))
          .mapToLong(committed -> committed.getValue().offset())
          .sum();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }

  /** Publishes a record that is no event. */
  void publishRaw(String value) {
    send(new ProducerRecord<>(name + "-events", 0, null, value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Starts an instance that may call receivers on this machine. */
  WebhookRuntime startRuntime(TestReceiver receiver, String... pairs) {
    return startRuntime(receiver.port(), pairs);
  }

  WebhookRuntime startRuntime(int port, String... pairs) {
    return startRuntime(List.of(port), pairs);
  }

  WebhookRuntime startRuntime(List<Integer> ports, String... pairs) {
    List<String> all = new ArrayList<>(List.of(pairs));
    all.addAll(List.of("allow-http", "true", "allowed-hosts", "127.0.0.0/8", "group", name));
    all.addAll(List.of("ports", String.join(",", ports.stream().map(String::valueOf).toList())));
    WebhookConfig config = WebhookSettings.webhook(all.toArray(new String[0]));
    HttpWebhookClient client =
        new HttpWebhookClient(
            config,
            new UrlPolicy(config.urlPolicyConfig(), DnsResolver.PLATFORM),
            WebhookSigner.of(config.secrets().orElse(List.of(WebhookSettings.SECRET))),
            Clock.systemUTC(),
            vertx,
            new HttpClientOptions());
    clients.add(client);
    WebhookRuntime runtime = WebhookRuntime.start(settings(config), client, clock);
    runtimes.add(runtime);
    return runtime;
  }

  WebhookRuntime.Settings settings(WebhookConfig config) {
    Map<String, String> topics =
        Map.of(
            "sanaq.topics.events", name + "-events",
            "sanaq.topics.webhook-deliveries", name + "-deliveries");
    return WebhookSettings.settings(kafka, topics, config);
  }

  /** The deliveries as the commands and the REST resource read them. */
  DeliveryQueries deliveries() {
    WebhookRuntime.Settings settings = settings(WebhookSettings.webhook());
    return new DeliveryQueries(new KafkaClientFactory(settings.kafka()), settings.topics());
  }

  /** Waits until a delivery meets a condition. */
  Delivery awaitDelivery(String id, Predicate<Delivery> condition) {
    DeliveryQueries deliveries = deliveries();
    return Eventually.await("delivery " + id, TIMEOUT)
        .until(() -> deliveries.find(id), found -> found.filter(condition).isPresent())
        .orElseThrow();
  }

  @Override
  public void close() {
    runtimes.forEach(WebhookRuntime::stop);
    clients.forEach(HttpWebhookClient::close);
    producer.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    try {
      producer.send(record).get();
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }
}
