package dev.sanaq.webhook;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.outbound.Gate;
import dev.sanaq.outbound.Resolver;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
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

/** Topics and a group of a test's own on a shared broker, and those who deliver there. */
final class WebhookWorld implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final String name = "t-" + UUID.randomUUID();
  private final KafkaProducer<byte[], byte[]> producer;
  private final List<WebhookProcess> processes = new ArrayList<>();
  private final List<HttpSender> senders = new ArrayList<>();
  private final String broker;
  final TestClock clock = new TestClock();

  WebhookWorld(String broker) {
    this.broker = broker;
    Map<String, Object> kafka = Map.of("bootstrap.servers", broker);
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
      TestReceiver.await(() -> visible(admin), () -> "no topics");
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
    this.producer =
        new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private boolean visible(Admin admin) {
    try {
      admin.describeTopics(List.of(name + "-events", name + "-deliveries")).allTopicNames().get();
      return true;
    } catch (InterruptedException | ExecutionException e) {
      return false;
    }
  }

  /** An event of a job whose callback is that address; empty for none. */
  void happens(String job, String kind, String callbackUrl) {
    happens(job, kind, callbackUrl, Map.of("id", job));
  }

  void happens(String job, String kind, String callbackUrl, Map<String, Object> data) {
    send(
        new CloudEvent(
                job + "/" + kind,
                "/test",
                Events.TYPE_PREFIX + kind + ".v1",
                job,
                clock.instant(),
                data,
                callbackUrl)
            .toRecord(name + "-events"));
  }

  /** Something else on the events' topic. */
  void writes(String value) {
    send(new ProducerRecord<>(name + "-events", 0, null, value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Starts one that delivers to this machine's receivers. */
  WebhookProcess process(TestReceiver receiver, String... pairs) {
    return process(receiver.port(), pairs);
  }

  WebhookProcess process(int port, String... pairs) {
    return process(List.of(port), pairs);
  }

  WebhookProcess process(List<Integer> ports, String... pairs) {
    List<String> all = new ArrayList<>(List.of(pairs));
    all.addAll(List.of("allow-http", "true", "allowed-hosts", "127.0.0.0/8", "group", name));
    all.addAll(List.of("ports", String.join(",", ports.stream().map(String::valueOf).toList())));
    WebhookConfig config = WebhookSettings.webhook(all.toArray(new String[0]));
    HttpSender sender =
        new HttpSender(
            config,
            new Gate(config.gateRules(), Resolver.PLATFORM),
            Signer.of(config.secrets().orElse(List.of(WebhookSettings.SECRET))),
            Clock.systemUTC(),
            vertx,
            new HttpClientOptions());
    senders.add(sender);
    WebhookProcess process = WebhookProcess.start(settings(config), sender, clock);
    processes.add(process);
    return process;
  }

  WebhookProcess.Settings settings(WebhookConfig config) {
    Map<String, String> topics =
        Map.of(
            "sanaq.topics.events", name + "-events",
            "sanaq.topics.webhook-deliveries", name + "-deliveries");
    return WebhookSettings.on(broker, topics, config);
  }

  /** As the commands and the REST resource see it. */
  Deliveries deliveries() {
    WebhookProcess.Settings settings = settings(WebhookSettings.webhook());
    return new Deliveries(new KafkaClients(settings.kafka()), settings.topics());
  }

  /** Waits until a delivery is as it should be. */
  Delivery await(String id, Predicate<Delivery> there) {
    Deliveries deliveries = deliveries();
    TestReceiver.await(
        () -> deliveries.find(id).filter(there).isPresent(),
        () -> deliveries.find(id).map(d -> d.summary().toString()).orElse("nothing"));
    return deliveries.find(id).orElseThrow();
  }

  @Override
  public void close() {
    processes.forEach(WebhookProcess::stop);
    senders.forEach(HttpSender::close);
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
