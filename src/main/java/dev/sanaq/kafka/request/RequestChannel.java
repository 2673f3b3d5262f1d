package dev.sanaq.kafka.request;

import dev.sanaq.json.Json;
import dev.sanaq.kafka.TopicsConfig;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaProducer;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sends the gateway's requests and cancellations, by the channels {@code requests-out} and {@code
 * cancellations-out}. Any number of threads, none of an event loop.
 */
@ApplicationScoped
public class RequestChannel implements RequestSender {
  private static final Logger LOG = Logger.getLogger(RequestChannel.class);
  private static final String REQUESTS = "requests-out";
  private static final String CANCELLATIONS = "cancellations-out";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);

  /** The channel's own limits end earlier, with a reason; this one only bounds the wait. */
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(30);

  private final MutinyEmitter<ProducerRecord<byte[], byte[]>> requests;
  private final MutinyEmitter<ProducerRecord<byte[], byte[]>> cancellations;
  private final KafkaClientService clients;
  private final TopicsConfig topics;
  private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

  RequestChannel(
      @Channel(REQUESTS) MutinyEmitter<ProducerRecord<byte[], byte[]>> requests,
      @Channel(CANCELLATIONS) MutinyEmitter<ProducerRecord<byte[], byte[]>> cancellations,
      KafkaClientService clients,
      TopicsConfig topics) {
    this.requests = requests;
    this.cancellations = cancellations;
    this.clients = clients;
    this.topics = topics;
  }

  /**
   * Creates the channels' producers, so that an invalid setting fails the start and not a request.
   * Does not wait for the broker.
   *
   * @param requestTopics where requests are sent
   * @throws KafkaException if a setting of the channels is invalid
   */
  public void open(List<String> requestTopics) {
    open(REQUESTS, requestTopics);
    open(CANCELLATIONS, List.of(topics.cancellations()));
  }

  @Override
  public void send(String topic, String id, Map<String, Object> request) {
    send(requests, topic, id, request);
  }

  @Override
  public void cancel(String id, String reason) {
    send(cancellations, topics.cancellations(), id, Cancellation.fields(id, reason));
  }

  /** Why nothing can be sent until the process is restarted; empty while that is not so. */
  public Optional<String> failureReason() {
    return Optional.ofNullable(failure.get());
  }

  private void open(String channel, List<String> names) {
    KafkaProducer<byte[], byte[]> producer = clients.getProducer(channel);
    producer.runOnSendingThread(client -> {}).await().atMost(CONNECT_TIMEOUT);
    names.forEach(topic -> lookUpPartitions(producer, topic));
  }

  private static void lookUpPartitions(KafkaProducer<byte[], byte[]> producer, String topic) {
    // Once the partitions are known, a send no longer blocks the thread that all sends share.
    producer
        .partitionsFor(topic)
        .subscribe()
        .with(
            partitions -> LOG.debugf("%s has %d partitions", topic, partitions.size()),
            e -> LOG.warnf("could not look up the partitions of %s: %s", topic, e.getMessage()));
  }

  private void send(
      MutinyEmitter<ProducerRecord<byte[], byte[]>> emitter,
      String topic,
      String key,
      Map<String, Object> value) {
    try {
      emitter
          .send(
              new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), Json.write(value)))
          .await()
          .atMost(SEND_TIMEOUT);
    } catch (RuntimeException e) {
      if (emitter.isCancelled() || isFinal(e)) {
        failure.set("nothing can be sent to %s any more: %s".formatted(topic, describe(e)));
        LOG.errorf(
            "nothing can be sent to %s any more; this process has to be restarted: %s",
            topic, describe(e));
      }
      throw new KafkaException("could not send to %s: %s".formatted(topic, describe(e)), e);
    }
  }

  /**
   * Whether the producer refuses every record from now on. An idempotent producer does so once its
   * request for a producer id was refused, for example by a broker that did not accept its
   * credentials at that moment. Its exception then is none of the broker's errors, which all have
   * classes of their own.
   */
  private static boolean isFinal(Throwable e) {
    // The channel repeats the send, and wraps the last failure.
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause.getClass() == KafkaException.class) {
        return true;
      }
    }
    return false;
  }

  private static String describe(Throwable e) {
    Throwable cause = e.getCause();
    return cause == null ? e.toString() : e + " (" + cause + ")";
  }
}
