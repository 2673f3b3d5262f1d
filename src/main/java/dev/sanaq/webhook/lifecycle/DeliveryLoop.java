package dev.sanaq.webhook.lifecycle;

import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.webhook.queue.DeliveryIndexEntry;
import dev.sanaq.webhook.queue.DeliveryQueue;
import dev.sanaq.webhook.send.AttemptExecutor;
import dev.sanaq.webhook.topic.DeliveryFactory;
import dev.sanaq.webhook.topic.DeliveryStateWriter;
import dev.sanaq.webhook.topic.DeliveryTopic;
import dev.sanaq.webhook.topic.DeliveryTopicReader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The loop: events become deliveries in their topic, the topic becomes the board, what is due on
 * the board is tried, and what came of it goes to the topic. Nothing is known but what the topic
 * says, so whoever owns a partition next goes on where this one stopped. A state that was not
 * written when this dies is an attempt made twice, no more. Call {@link #start} once, later {@link
 * #stop}.
 */
final class DeliveryLoop {
  private static final Logger LOG = Logger.getLogger(DeliveryLoop.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(50);
  private static final Duration UNREADABLE_BODY_BACKOFF = Duration.ofSeconds(5);
  private static final Duration KAFKA_RETRY_BACKOFF = Duration.ofSeconds(2);

  private final Dependencies dependencies;
  private final DeliveryQueue queue;
  private final DeliveryTopicReader topicReader;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean crashing;
  private volatile int pending;
  private boolean full;

  /**
   * What the loop works with; the consumers, the ledger and the attempts are its own from now on.
   *
   * @param consumer a member of the group
   * @param endOffsetConsumer tells where partitions end
   * @param eventsTopic the events' topic
   * @param deliveryTopic the deliveries' topic
   * @param deliveryFactory finds deliveries in events
   * @param stateWriter writes
   * @param attemptExecutor tries
   * @param config the limits
   * @param clock tells what is due
   */
  record Dependencies(
      Consumer<byte[], byte[]> consumer,
      Consumer<byte[], byte[]> endOffsetConsumer,
      String eventsTopic,
      DeliveryTopic deliveryTopic,
      DeliveryFactory deliveryFactory,
      DeliveryStateWriter stateWriter,
      AttemptExecutor attemptExecutor,
      WebhookConfig config,
      Clock clock) {}

  DeliveryLoop(Dependencies parts) {
    this.dependencies = parts;
    this.queue = new DeliveryQueue();
    this.topicReader =
        new DeliveryTopicReader(
            parts.consumer(),
            parts.endOffsetConsumer(),
            parts.deliveryTopic().name(),
            parts.deliveryFactory(),
            queue,
            parts.stateWriter(),
            parts.clock());
    this.thread = new Thread(this::run, "sanaq-webhook-loop");
    thread.setDaemon(true);
  }

  /** Joins the group and begins. */
  void start() {
    thread.start();
  }

  /** Whether the loop goes on, or has ended as it was told to. */
  boolean isHealthy() {
    return stopping || thread.getState() == Thread.State.NEW || thread.isAlive();
  }

  /** Deliveries that are not taken yet, as of the loop's last turn. */
  int pending() {
    return pending;
  }

  /** Begins no more attempts, waits for those that run, writes what came of them, and leaves. */
  void stop() {
    stopping = true;
    try {
      thread.join(dependencies.config().timeout().plusSeconds(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends as a killed process does, for the tests: nothing is written, nobody is told. */
  void crash() {
    crashing = true;
    stop();
  }

  private void run() {
    try {
      dependencies
          .consumer()
          .subscribe(
              List.of(dependencies.eventsTopic(), dependencies.deliveryTopic().name()),
              new RebalanceListener());
      while (!crashing && !(stopping && dependencies.attemptExecutor().isIdle())) {
        runOnce();
      }
      if (!crashing) {
        dependencies.stateWriter().flushOnRevoke();
      }
    } catch (RuntimeException e) {
      LOG.error("deliveries have stopped", e);
      throw e;
    } finally {
      close();
    }
  }

  private void runOnce() {
    try {
      pauseEventsWhileFull();
      dependencies.consumer().poll(POLL_TIMEOUT).forEach(topicReader::dispatch);
      if (crashing) {
        return;
      }
      collectCompleted();
      Set<Integer> behind = topicReader.updateCatchingUp();
      if (behind.isEmpty()) {
        removeExpired();
      }
      if (dependencies.stateWriter().flush() && !stopping) {
        startDue(behind);
      }
    } catch (KafkaException e) {
      LOG.errorf(e, "Kafka refuses; deliveries wait");
      sleep(KAFKA_RETRY_BACKOFF);
    }
  }

  private void collectCompleted() {
    for (AttemptExecutor.CompletedAttempt done : dependencies.attemptExecutor().drainCompleted()) {
      queue.attemptCompleted(done.entry(), done.isFailed());
      Delivery next = done.next();
      if (next == null) {
        queue
            .find(done.entry().id())
            .ifPresent(
                entry -> queue.put(entry.withDue(now().plus(UNREADABLE_BODY_BACKOFF)), now()));
        queue.release(done.entry().id());
      } else if (isOwned(done.entry())) {
        dependencies.stateWriter().addState(next);
      } else {
        LOG.infof("delivery %s is another's now and may be tried again", next.id());
      }
    }
  }

  private boolean isOwned(DeliveryIndexEntry entry) {
    return dependencies
        .consumer()
        .assignment()
        .contains(new TopicPartition(dependencies.deliveryTopic().name(), entry.partition()));
  }

  private void removeExpired() {
    Instant expiry = now().minus(dependencies.config().retention());
    queue
        .removeExpired(expiry, dependencies.config().maxRetained())
        .forEach(dependencies.stateWriter()::addTombstone);
  }

  private void startDue(Set<Integer> behind) {
    queue.startDue(
        now(),
        (entry, receiver) ->
            !behind.contains(entry.partition())
                && dependencies.attemptExecutor().canStart(receiver),
        dependencies.attemptExecutor()::start);
  }

  private void pauseEventsWhileFull() {
    pending = queue.pending();
    boolean fullNow = pending >= dependencies.config().maxPending();
    if (fullNow && !full) {
      LOG.warnf(
          "%d deliveries wait, as many as sanaq.webhook.max-pending allows: events wait, too",
          queue.pending());
    }
    full = fullNow;
    Consumer<byte[], byte[]> consumer = dependencies.consumer();
    List<TopicPartition> events =
        consumer.assignment().stream()
            .filter(p -> p.topic().equals(dependencies.eventsTopic()))
            .toList();
    if (full || stopping) {
      consumer.pause(events);
    } else {
      consumer.resume(events);
    }
  }

  // The consumer before the ledger: leaving the group revokes partitions, which may write.
  private void close() {
    dependencies.attemptExecutor().close();
    try {
      dependencies
          .consumer()
          .close(
              crashing
                  ? CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP)
                      .withTimeout(Duration.ZERO)
                  : CloseOptions.timeout(Duration.ofSeconds(10)));
    } finally {
      dependencies.stateWriter().close();
      dependencies.endOffsetConsumer().close();
    }
  }

  private Instant now() {
    return dependencies.clock().instant();
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class RebalanceListener implements ConsumerRebalanceListener {
    // What is under way is awaited, so that the next owner does not try it a second time.
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Set<Integer> numbers = topicReader.deliveryPartitions(partitions);
      long until = System.nanoTime() + dependencies.config().timeout().toNanos();
      while (!dependencies.attemptExecutor().isIdleFor(numbers)
          && !crashing
          && System.nanoTime() - until < 0) {
        sleep(POLL_TIMEOUT);
        collectCompleted();
      }
      if (!crashing) {
        dependencies.stateWriter().flushOnRevoke();
      }
      topicReader.onRevoked(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      topicReader.onRevoked(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      topicReader.onAssigned(partitions);
    }
  }
}
