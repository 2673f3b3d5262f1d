package dev.sanaq.worker;

import dev.sanaq.event.Publisher;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The loop: takes one record at a time, lets the drawing thread work on it, and publishes what came
 * of it. The consumer's thread polls all the while with its partitions paused, so that the group
 * keeps this member however long a job takes. Call {@link #start} once, later {@link #drain}.
 */
final class Worker {
  private static final Logger LOG = Logger.getLogger(Worker.class);
  private static final Duration IDLE_POLL = Duration.ofMillis(200);
  private static final Duration BUSY_POLL = Duration.ofMillis(5);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration LAST_STEP = Duration.ofSeconds(20);

  private final Consumer<byte[], byte[]> consumer;
  private final JobRunner runner;
  private final Publisher publisher;
  private final Duration retryPause;
  private final ExecutorService drawing;
  private final Thread loop;
  private final String topic;
  private @Nullable Task task;
  private @Nullable Task unsettled;
  private long pausedUntil;
  private volatile boolean draining;
  private volatile boolean leaving;

  /**
   * @param consumer the worker's to use and to close from now on
   * @param publisher likewise
   */
  Worker(
      Consumer<byte[], byte[]> consumer,
      String topic,
      JobRunner runner,
      Publisher publisher,
      Duration retryPause) {
    this.consumer = consumer;
    this.topic = topic;
    this.runner = runner;
    this.publisher = publisher;
    this.retryPause = retryPause;
    this.pausedUntil = System.nanoTime();
    this.drawing = Executors.newSingleThreadExecutor(work -> daemon(work, "sanaq-drawing"));
    this.loop = daemon(this::run, "sanaq-worker");
  }

  /** Joins the group and begins. */
  void start() {
    loop.start();
  }

  /** Whether the loop goes on, or has ended as it was told to. */
  boolean healthy() {
    return draining || loop.getState() == Thread.State.NEW || loop.isAlive();
  }

  /**
   * Takes no more work, lets the current job end and be published, and leaves the group. A job that
   * does not end within the grace is given up at its next step: another worker does it again.
   *
   * @return whether the drawing thread has ended, so that the painter can be closed
   */
  boolean drain(Duration grace) {
    draining = true;
    if (!joined(grace)) {
      LOG.warnf("the current job did not end within %s and is left to another worker", grace);
      leaving = true;
      joined(LAST_STEP);
    }
    drawing.shutdownNow();
    try {
      return drawing.awaitTermination(LAST_STEP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private boolean joined(Duration patience) {
    try {
      loop.join(Math.max(1, patience.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !loop.isAlive();
  }

  private void run() {
    try {
      consumer.subscribe(List.of(topic), new Rebalance());
      while (!leaving && (!draining || task != null)) {
        step();
      }
    } finally {
      if (task != null) {
        task.abandon();
      }
      publisher.close();
      consumer.close();
    }
  }

  private void step() {
    try {
      Task current = task;
      if (current != null) {
        pollPaused();
        if (current.endsWithin(LOOK)) {
          task = null;
          finish(current);
        }
      } else if (System.nanoTime() - pausedUntil < 0) {
        pollPaused();
        sleep();
      } else {
        settle();
        consumer.resume(consumer.paused());
        consumer.poll(IDLE_POLL).forEach(this::take);
      }
    } catch (KafkaException e) {
      LOG.errorf(e, "Kafka refuses; the next try is in %s", retryPause);
      pause();
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    if (task == null) {
      task = new Task(record, runner, drawing);
    } else {
      // Not this one's turn: it is read again when it is.
      consumer.seek(new TopicPartition(record.topic(), record.partition()), record.offset());
    }
  }

  // Keeps the membership without taking anything.
  private void pollPaused() {
    consumer.pause(consumer.assignment());
    consumer.poll(BUSY_POLL).forEach(this::take);
  }

  private void finish(Task done) {
    TopicPartition partition = done.partition();
    if (done.isAbandoned() || !consumer.assignment().contains(partition)) {
      LOG.infof("%s offset %d is another worker's now", partition, done.record().offset());
      return;
    }
    try {
      publisher.publish(done.publication(), consumer.groupMetadata());
    } catch (RuntimeException e) {
      LOG.warnf(e, "%s offset %d is not published yet", partition, done.record().offset());
      unsettled = done;
      pause();
    }
  }

  // Goes on from the committed offset, not from the record: the transaction may have gone through
  // after all. Work that was committed to the storage is found there and not done again.
  private void settle() {
    Task last = unsettled;
    if (last != null && consumer.assignment().contains(last.partition())) {
      OffsetAndMetadata next = consumer.committed(Set.of(last.partition())).get(last.partition());
      consumer.seek(last.partition(), next == null ? last.record().offset() : next.offset());
    }
    unsettled = null;
  }

  private void pause() {
    pausedUntil = System.nanoTime() + retryPause.toNanos();
  }

  private static void sleep() {
    try {
      Thread.sleep(LOOK.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private final class Rebalance implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Task current = task;
      if (current != null && partitions.contains(current.partition())) {
        LOG.infof("%s went to another worker; its job is given up", current.partition());
        current.abandon();
      }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // Nothing new before what is in work, or not settled, has its end; the idle step resumes.
      consumer.pause(partitions);
    }
  }
}
