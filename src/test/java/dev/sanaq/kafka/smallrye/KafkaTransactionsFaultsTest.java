package dev.sanaq.kafka.smallrye;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.TestServices;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Two faults of {@code KafkaTransactions} that lose results, with a real broker. A test that fails
 * here after an upgrade is good news: see {@code messaging.md}.
 */
class KafkaTransactionsFaultsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(50);
  private static final Duration QUIET_PERIOD = Duration.ofMillis(500);

  private static final String REPORTED = "reported as committed";

  @RegisterExtension static final TestServices services = new TestServices();

  private String requests;
  private String events;
  private String group;

  /** Topics of one partition: a second member gets none, so that the first one keeps its own. */
  @BeforeEach
  void createTopics(TestInfo test) throws Exception {
    String name = test.getTestMethod().orElseThrow().getName();
    requests = name + ".requests";
    events = name + ".events";
    group = name;
    try (Admin admin = Admin.create(servers())) {
      admin
          .createTopics(
              List.of(new NewTopic(requests, 1, (short) 1), new NewTopic(events, 1, (short) 1)))
          .all()
          .get();
    }
  }

  @Test
  void transactionWithoutRebalance_commitsResultAndOffset() throws Exception {
    try (Channels channels = channels(Map.of("group.protocol", "classic"))) {
      IncomingKafkaRecord<String, String> request = receive(channels, "a request");

      assertThat(publishResult(channels, request)).isEqualTo(REPORTED);

      publishLaterResult(channels);
      assertThat(committedEvents()).containsExactly("the result", "a later result");
      assertThat(committedOffset()).extracting(OffsetAndMetadata::offset).isEqualTo(1L);
    }
  }

  @Test
  void failedCommit_mendedIfThisFails_isReportedAsSuccess() throws Exception {
    String assignor = CooperativeStickyAssignor.class.getName();
    Map<String, String> classic =
        Map.of(
            "group.protocol", "classic",
            "partition.assignment.strategy", assignor,
            "heartbeat.interval.ms", "100");
    try (Channels channels = channels(classic);
        KafkaConsumer<String, String> other =
            consumer(Map.of("group.id", group, "partition.assignment.strategy", assignor))) {
      IncomingKafkaRecord<String, String> request = receive(channels, "a request");
      // The group rebalances while the request is processed; the partition stays where it is.
      other.subscribe(List.of(requests));
      Eventually.await("a new generation", TIMEOUT)
          .until(
              () -> {
                other.poll(POLL_TIMEOUT);
                return cached(channels).generationId() > request.getConsumerGroupGenerationId();
              });

      assertThat(publishResult(channels, request)).isEqualTo(REPORTED);

      assertResultIsLost(channels);
    }
  }

  @Test
  void memberEpoch_mendedIfThisFails_isReadInCallbacksOnly() throws Exception {
    try (Channels channels = channels(Map.of("group.protocol", "consumer"));
        KafkaConsumer<String, String> other =
            consumer(Map.of("group.id", group, "group.protocol", "consumer"))) {
      receive(channels, "the first request");
      // A new member bumps the epoch of all; the first one keeps its partition, without a callback.
      other.subscribe(List.of(requests));
      Eventually.await("a new epoch", TIMEOUT)
          .until(
              () -> {
                other.poll(POLL_TIMEOUT);
                return current(channels).generationId() > cached(channels).generationId();
              });
      IncomingKafkaRecord<String, String> request = receive(channels, "the second request");
      assertThat(cached(channels).generationId())
          .isLessThan(request.getConsumerGroupGenerationId());

      assertThat(publishResult(channels, request)).isEqualTo(REPORTED);

      assertResultIsLost(channels);
    }
  }

  private static String publishResult(
      Channels channels, IncomingKafkaRecord<String, String> request) {
    return channels
        .transactions
        .withTransaction(
            request,
            emitter -> {
              emitter.send("the result");
              return Uni.createFrom().item(REPORTED);
            })
        .await()
        .atMost(TIMEOUT);
  }

  /** Neither the result nor the offset is committed, and the request is not read again. */
  private void assertResultIsLost(Channels channels) {
    publishLaterResult(channels);
    assertThat(committedEvents()).containsExactly("a later result");
    assertThat(committedOffset()).isNull();
    Eventually.await("the request is not read again", TIMEOUT)
        .during(QUIET_PERIOD)
        .until(() -> channels.received().isEmpty());
  }

  private static void publishLaterResult(Channels channels) {
    channels
        .transactions
        .withTransaction(
            emitter -> {
              emitter.send("a later result");
              return Uni.createFrom().voidItem();
            })
        .await()
        .atMost(TIMEOUT);
  }

  private @Nullable OffsetAndMetadata committedOffset() {
    TopicPartition partition = new TopicPartition(requests, 0);
    try (KafkaConsumer<String, String> reader = consumer(Map.of("group.id", group))) {
      return reader.committed(Set.of(partition)).get(partition);
    }
  }

  private List<String> committedEvents() {
    List<String> values = new ArrayList<>();
    TopicPartition partition = new TopicPartition(events, 0);
    try (KafkaConsumer<String, String> reader = consumer(Map.of())) {
      reader.assign(List.of(partition));
      reader.seekToBeginning(List.of(partition));
      Eventually.await("the later result", TIMEOUT)
          .until(
              () -> {
                reader.poll(POLL_TIMEOUT).forEach(record -> values.add(record.value()));
                return values.contains("a later result");
              });
    }
    return values;
  }

  private IncomingKafkaRecord<String, String> receive(Channels channels, String value)
      throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(servers(), new StringSerializer(), new StringSerializer())) {
      producer.send(new ProducerRecord<>(requests, value)).get();
    }
    return Objects.requireNonNull(
        channels.received().poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS), "not received");
  }

  private static ConsumerGroupMetadata cached(Channels channels) {
    return channels.consumer().consumerGroupMetadata().await().atMost(TIMEOUT);
  }

  private static ConsumerGroupMetadata current(Channels channels) {
    Function<Consumer<String, String>, ConsumerGroupMetadata> action = Consumer::groupMetadata;
    return channels.consumer().runOnPollingThread(action).await().atMost(TIMEOUT);
  }

  private Channels channels(Map<String, String> more) {
    Map<String, String> incoming = new TreeMap<>(more);
    incoming.put("topic", requests);
    incoming.put("group.id", group);
    return new Channels(
        services.bootstrapServers(), incoming, Map.of("transactional.id", group), events);
  }

  private KafkaConsumer<String, String> consumer(Map<String, Object> more) {
    Map<String, Object> config = new TreeMap<>(servers());
    config.put("isolation.level", "read_committed");
    config.put("enable.auto.commit", false);
    config.putAll(more);
    return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
  }

  private Map<String, Object> servers() {
    return Map.of("bootstrap.servers", services.bootstrapServers());
  }
}
