package dev.sanaq.webhook.lifecycle;

import dev.sanaq.kafka.ReplaceableConsumer.RefusedException;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.Pause;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.webhook.queue.DeliveryQueue;
import dev.sanaq.webhook.send.AttemptExecutor;
import dev.sanaq.webhook.topic.DeliveryConsumer;
import dev.sanaq.webhook.topic.DeliveryStateWriter;
import dev.sanaq.webhook.topic.DeliveryTopicReader;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The loop that delivers webhooks: it turns events into records of the delivery topic, builds the
 * queue from that topic, starts due attempts and writes their results to the topic. All state is in
 * the topic, so the next owner of a partition continues there. If a state is not written before the
 * process dies, the attempt is repeated. Call {@link #start} once, later {@link #stop}.
 */
final class DeliveryLoop {
  private static final Logger LOG = Logger.getLogger(DeliveryLoop.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(50);
  private static final Backoff UNREADABLE_BODY_RETRY = Backoff.constant(Duration.ofSeconds(5));
  private static final Backoff KAFKA_RETRY = Backoff.constant(Duration.ofSeconds(2));

  private final DeliveryConsumer consumer;
  private final DeliveryTopicReader topicReader;
  private final DeliveryQueue queue;
  private final DeliveryStateWriter stateWriter;
  private final AttemptExecutor attemptExecutor;
  private final WebhookConfig config;
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean crashing;
  private volatile int pending;
  private boolean full;

  /** Takes ownership of all but the configuration: the loop closes them at its end. */
  DeliveryLoop(
      DeliveryConsumer consumer,
      DeliveryTopicReader topicReader,
      DeliveryQueue queue,
      DeliveryStateWriter stateWriter,
      AttemptExecutor attemptExecutor,
      WebhookConfig config) {
    this.consumer = consumer;
    this.topicReader = topicReader;
    this.queue = queue;
    this.stateWriter = stateWriter;
    this.attemptExecutor = attemptExecutor;
    this.config = config;
    this.thread = new Thread(this::run, "sanaq-webhook-loop");
    thread.setDaemon(true);
  }

  /** Joins the group and starts to deliver. */
  void start() {
    thread.start();
  }

  /** Whether the loop is running, or was stopped on purpose. */
  boolean isHealthy() {
    return stopping || thread.getState() == Thread.State.NEW || thread.isAlive();
  }

  /** The number of pending deliveries, as of the loop's last turn. */
  int pending() {
    return pending;
  }

  /** Starts no more attempts, waits for running ones, writes their results and leaves the group. */
  void stop() {
    stopping = true;
    try {
      thread.join(config.attemptTimeout().plusSeconds(10).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops as a killed process does, for tests: writes nothing and does not leave the group. */
  void crash() {
    crashing = true;
    stop();
  }

  private void run() {
    try {
      consumer.subscribe(new RebalanceListener());
      while (!crashing && !(stopping && attemptExecutor.isIdle())) {
        runOnce();
      }
      if (!crashing) {
        stateWriter.flushOnRevoke();
      }
    } catch (RuntimeException e) {
      LOG.error("the delivery loop has died", e);
      throw e;
    } finally {
      close();
    }
  }

  private void runOnce() {
    try {
      if (consumer.isClosed()) {
        consumer.subscribe(new RebalanceListener());
      }
      applyBackpressure();
      consumer.poll(POLL_TIMEOUT).forEach(topicReader::dispatch);
      if (crashing) {
        return;
      }
      collectCompleted();
      Set<Integer> catchingUp = topicReader.updateCatchingUp();
      if (catchingUp.isEmpty()) {
        queue
            .removeExpired(config.retention(), config.maxRetained())
            .forEach(stateWriter::addTombstone);
      }
      if (stateWriter.flush() && !stopping) {
        startDue(catchingUp);
      }
    } catch (RefusedException e) {
      Duration delay = KAFKA_RETRY.delay(1);
      LOG.errorf("this consumer cannot go on; joining its group anew in %s: %s", delay, e);
      topicReader.onAllLost();
      consumer.closeRefused();
      Pause.sleep(delay);
    } catch (KafkaException e) {
      Duration delay = KAFKA_RETRY.delay(1);
      LOG.errorf(e, "Kafka call failed; retrying in %s", delay);
      Pause.sleep(delay);
    }
  }

  private void collectCompleted() {
    for (AttemptExecutor.CompletedAttempt attempt : attemptExecutor.drainCompleted()) {
      queue.attemptCompleted(attempt.entry(), attempt.isFailed());
      Delivery next = attempt.next();
      if (next == null) {
        queue.postpone(attempt.entry().id(), UNREADABLE_BODY_RETRY.delay(1));
      } else if (consumer.isAssigned(attempt.entry().partition())) {
        stateWriter.addState(next);
      } else {
        LOG.infof("delivery %s was reassigned; its attempt may be repeated", next.id());
      }
    }
  }

  private void startDue(Set<Integer> catchingUp) {
    queue.startDue(
        (entry, receiver) ->
            !catchingUp.contains(entry.partition()) && attemptExecutor.canStart(receiver),
        attemptExecutor::start);
  }

  private void applyBackpressure() {
    pending = queue.pending();
    boolean fullNow = pending >= config.maxPending();
    if (fullNow && !full) {
      LOG.warnf(
          "%d deliveries pending (sanaq.webhook.max-pending); pausing the consumption of events",
          pending);
    }
    full = fullNow;
    if (full || stopping) {
      consumer.pauseEvents();
    } else {
      consumer.resumeEvents();
    }
  }

  // The consumer is closed before the writer: leaving the group revokes partitions, which writes.
  private void close() {
    attemptExecutor.close();
    try {
      if (crashing) {
        consumer.abandon();
      } else {
        consumer.leave();
      }
    } finally {
      stateWriter.close();
      topicReader.close();
    }
  }

  private final class RebalanceListener implements ConsumerRebalanceListener {
    // Wait for running attempts, so that the next owner does not repeat them.
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (!topicReader.isAnyAssigned(partitions)) {
        return; // lost already: a refused consumer is being closed
      }
      Set<Integer> numbers = topicReader.deliveryPartitions(partitions);
      long deadline = System.nanoTime() + config.attemptTimeout().toNanos();
      while (!attemptExecutor.isIdleFor(numbers) && !crashing && System.nanoTime() - deadline < 0) {
        Pause.sleep(POLL_TIMEOUT);
        collectCompleted();
      }
      if (!crashing) {
        stateWriter.flushOnRevoke();
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
