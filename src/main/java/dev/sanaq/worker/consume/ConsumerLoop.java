package dev.sanaq.worker.consume;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.finish.ResultPublisher;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The consumer's loop: reads records while there is room for them, publishes what has ended, and
 * keeps the membership however long a job takes. Partitions leave with their jobs ended or given
 * up. Call {@link #start} once, later {@link #drain}.
 */
public final class ConsumerLoop {
  private static final Logger LOG = Logger.getLogger(ConsumerLoop.class);
  private static final Duration IDLE_POLL_TIMEOUT = Duration.ofMillis(200);
  // A look at the consumer costs several hand-overs to its own thread, whatever it finds.
  private static final Duration BUSY_POLL_INTERVAL = Duration.ofMillis(3);
  private static final Duration FORCED_STOP_TIMEOUT = Duration.ofSeconds(20);

  private final Consumer<byte[], byte[]> consumer;
  private final Settings settings;
  private final RecordDispatcher dispatcher;
  private final JobQueue queue;
  private final ActiveJobs activeJobs;
  private final ResultPublisher resultPublisher;
  private final StorageRetry storageRetry;
  private final AttemptGate attemptGate;
  private final ShutdownState shutdown;
  private final Thread thread;
  private final BrokerConnectivity connectivity;
  private volatile boolean forcedStop;
  private boolean leftGroup;
  private boolean closed;

  /**
   * What the loop has to know.
   *
   * @param topics to read
   * @param queueCapacity jobs that may wait here
   * @param revokeTimeout how long a partition that goes elsewhere is kept for its jobs in work
   * @param retryBackoff between looks at a storage that is away
   */
  public record Settings(
      List<String> topics, int queueCapacity, Duration revokeTimeout, Duration retryBackoff) {}

  /**
   * @param consumer the worker's to use and to close from now on
   */
  public ConsumerLoop(
      Consumer<byte[], byte[]> consumer,
      Settings settings,
      RecordDispatcher door,
      JobQueue desk,
      ActiveJobs inFlight,
      ResultPublisher ledger,
      StorageRetry gate,
      AttemptGate claims,
      ShutdownState leaving) {
    this.consumer = consumer;
    this.settings = settings;
    this.dispatcher = door;
    this.queue = desk;
    this.activeJobs = inFlight;
    this.resultPublisher = ledger;
    this.storageRetry = gate;
    this.attemptGate = claims;
    this.shutdown = leaving;
    this.connectivity = new BrokerConnectivity(consumer);
    this.thread = new Thread(this::run, "sanaq-consumer");
    this.thread.setDaemon(true);
  }

  /** Joins the group and begins. */
  public void start() {
    thread.start();
  }

  /** Whether the loop goes on, or has ended as it was told to. */
  public boolean isHealthy() {
    return shutdown.isStarted() || thread.getState() == Thread.State.NEW || thread.isAlive();
  }

  /** What keeps jobs from being taken, in words; nothing where nothing does. */
  public Optional<String> notReadyReason() {
    if (shutdown.isStarted()) {
      return Optional.of("draining");
    }
    Optional<String> outage =
        storageRetry.outageReason().map(why -> "the storage takes nothing: " + why);
    return outage.isPresent() ? outage : connectivity.disconnectedReason();
  }

  /**
   * Waits for the end of the work on the device and leaves the group. Jobs that do not end within
   * the grace are given up at their next step: another worker does them again.
   */
  public void drain(Duration grace) {
    if (!awaitStopped(grace)) {
      LOG.warnf("jobs that did not end within %s are left to another worker", grace);
      forcedStop = true;
      activeJobs.abandonIf(anyJob());
      awaitStopped(FORCED_STOP_TIMEOUT);
    }
  }

  private boolean awaitStopped(Duration patience) {
    try {
      thread.join(Math.max(1, patience.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private void run() {
    try {
      consumer.subscribe(settings.topics(), new RebalanceListener());
      while (!shutdown.isStarted() || hasUnfinishedWork()) {
        runOnce();
      }
    } finally {
      closed = true;
      activeJobs.abandonIf(anyJob());
      resultPublisher.close();
      consumer.close();
    }
  }

  private boolean hasUnfinishedWork() {
    return activeJobs.size() > 0 || (!forcedStop && !resultPublisher.isDrained());
  }

  private void runOnce() {
    try {
      if (leftGroup) {
        tryRejoinGroup();
      } else if (storageRetry.outageReason().isPresent()) {
        leaveGroup();
      } else {
        pauseOrResume();
        dispatch(consumer.poll(hasWork() ? Duration.ZERO : IDLE_POLL_TIMEOUT));
      }
      resultPublisher.publish();
      if (hasWork()) {
        sleep(BUSY_POLL_INTERVAL);
      }
    } catch (KafkaException e) {
      LOG.errorf(e, "Kafka refuses; the next try is in %s", settings.retryBackoff());
      sleep(settings.retryBackoff());
    }
  }

  private boolean hasWork() {
    return queue.size() > 0 || activeJobs.size() > 0 || !resultPublisher.isDrained();
  }

  private void dispatch(ConsumerRecords<byte[], byte[]> records) {
    if (records.isEmpty()) {
      return;
    }
    try {
      resultPublisher.startTracking(records.partitions());
    } catch (KafkaException e) {
      // Nothing of it can be worked on yet, so it is to be read again.
      records.partitions().forEach(p -> consumer.seek(p, records.records(p).get(0).offset()));
      throw e;
    }
    for (ConsumerRecord<byte[], byte[]> record : records) {
      OffsetTracker lease =
          resultPublisher.tracker(new TopicPartition(record.topic(), record.partition()));
      if (lease.startIfNew(record.offset())) {
        dispatcher.dispatch(record, lease);
      }
    }
  }

  private void pauseOrResume() {
    Set<TopicPartition> paused = new HashSet<>(consumer.assignment());
    if (!shouldPause()) {
      paused.retainAll(resultPublisher.fullPartitions());
    }
    Set<TopicPartition> resumed = new HashSet<>(consumer.paused());
    resumed.removeAll(paused);
    paused.removeAll(consumer.paused());
    consumer.resume(resumed);
    consumer.pause(paused);
  }

  private boolean shouldPause() {
    return shutdown.isStarted()
        || storageRetry.isRetrying()
        || resultPublisher.isFailing()
        || queue.size() >= settings.queueCapacity();
  }

  // With the storage away other workers, whose storage may be there, get the partitions.
  private void leaveGroup() {
    queue.removeIf(anyJob());
    activeJobs.abandonIf(anyJob());
    awaitFinished(anyJob(), FORCED_STOP_TIMEOUT);
    resultPublisher.flush();
    consumer.unsubscribe();
    leftGroup = true;
  }

  private void tryRejoinGroup() {
    if (!shutdown.isStarted() && storageRetry.probeStorage() && tryReleasePending()) {
      consumer.subscribe(settings.topics(), new RebalanceListener());
      leftGroup = false;
    } else {
      sleep(settings.retryBackoff());
    }
  }

  private boolean tryReleasePending() {
    try {
      attemptGate.releasePending();
      return true;
    } catch (RuntimeException e) {
      LOG.warnf("attempts are not given back yet: %s", e.getMessage());
      return false;
    }
  }

  /** Publishes while those end, but not for ever. */
  private void awaitFinished(Predicate<JobExecution> which, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (activeJobs.anyMatch(which) && System.nanoTime() - until < 0 && !forcedStop) {
      resultPublisher.publish();
      sleep(BUSY_POLL_INTERVAL);
    }
  }

  private static Predicate<JobExecution> anyJob() {
    return ticket -> true;
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class RebalanceListener implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      if (closed) {
        return;
      }
      Predicate<JobExecution> theirs = ticket -> partitions.contains(ticket.partition());
      queue.removeIf(theirs);
      awaitFinished(
          theirs,
          storageRetry.outageReason().isPresent() ? Duration.ZERO : settings.revokeTimeout());
      activeJobs.abandonIf(theirs);
      resultPublisher.flush();
      resultPublisher.stopTracking(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      Predicate<JobExecution> theirs = ticket -> partitions.contains(ticket.partition());
      queue.removeIf(theirs);
      activeJobs.abandonIf(theirs);
      resultPublisher.stopTracking(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      // What is committed for them is asked for when their first record is there.
    }
  }
}
