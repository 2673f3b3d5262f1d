package dev.sanaq.worker.consume;

import dev.sanaq.kafka.ReplaceableConsumer.RefusedException;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.Pause;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.finish.ResultPublisher;
import dev.sanaq.worker.queue.WorkerJobs;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * The worker's loop: has the channel's polling thread handle records and publish results, and
 * leaves and rejoins the group. Call {@link #start} once, later {@link #drain}. Public methods: any
 * thread.
 */
public final class ConsumerLoop {
  private static final Logger LOG = Logger.getLogger(ConsumerLoop.class);
  private static final Duration IDLE_INTERVAL = Duration.ofMillis(200);
  // A step waits for the channel's poll besides.
  private static final Duration BUSY_INTERVAL = Duration.ofMillis(1);
  private static final Duration FORCED_STOP_TIMEOUT = Duration.ofSeconds(20);

  private final RecordReceiver receiver;
  private final GroupMembership membership;
  private final ResultPublisher resultPublisher;
  private final WorkerJobs jobs;
  private final ShutdownState shutdown;
  private final Backoff backoff;
  private final Thread thread;
  private volatile boolean hasWork;

  /**
   * @param retryBackoff the pause after a failed Kafka call and between probes of S3
   */
  public ConsumerLoop(
      RecordReceiver receiver,
      GroupMembership membership,
      ResultPublisher resultPublisher,
      WorkerJobs jobs,
      ShutdownState shutdown,
      Duration retryBackoff) {
    this.receiver = receiver;
    this.membership = membership;
    this.resultPublisher = resultPublisher;
    this.jobs = jobs;
    this.shutdown = shutdown;
    this.backoff = Backoff.constant(retryBackoff);
    this.thread = new Thread(this::run, "sanaq-consumer");
    this.thread.setDaemon(true);
  }

  /** Joins the group, unless S3 cannot be used, and starts to poll. */
  public void start() {
    thread.start();
  }

  /** Whether the thread is alive, or has ended because of a shutdown. */
  public boolean isHealthy() {
    return shutdown.isStarted() || thread.getState() == Thread.State.NEW || thread.isAlive();
  }

  /** Why the worker takes no jobs, for readiness; empty while it does. */
  public Optional<String> notReadyReason() {
    if (shutdown.isStarted()) {
      return Optional.of("draining");
    }
    return membership.notJoinedReason().or(receiver::disconnectedReason);
  }

  /**
   * Blocks until the active jobs have finished and the group is left. Jobs that do not finish in
   * time are abandoned at their next step: another worker repeats them.
   *
   * @param grace how long active jobs may take
   */
  public void drain(Duration grace) {
    if (!awaitStopped(grace)) {
      LOG.warnf("abandoning jobs that did not finish within %s", grace);
      shutdown.force();
      jobs.abandon(execution -> true);
      awaitStopped(FORCED_STOP_TIMEOUT);
    }
  }

  private boolean awaitStopped(Duration timeout) {
    try {
      thread.join(Math.max(1, timeout.toMillis()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private void run() {
    try {
      membership.start();
      while (!shutdown.isStarted() || hasUnfinishedWork()) {
        runOnce();
      }
    } finally {
      try {
        membership.runAlways(
            () -> {
              membership.stop();
              resultPublisher.close();
            });
      } finally {
        membership.close();
      }
    }
  }

  private void runStep() {
    if (membership.isJoined()) {
      receiver.receive();
      membership.onPolled();
    }
    resultPublisher.publish();
    hasWork = !jobs.isEmpty() || !resultPublisher.isDrained();
  }

  private boolean hasUnfinishedWork() {
    return jobs.hasActive() || (!shutdown.isForced() && !isDrained());
  }

  private boolean isDrained() {
    boolean[] drained = new boolean[1];
    membership.runAlways(() -> drained[0] = resultPublisher.isDrained());
    return drained[0];
  }

  private void runOnce() {
    try {
      if (!membership.isJoined()) {
        if (shutdown.isStarted() || !membership.tryRejoin()) {
          Pause.sleep(backoff.delay(1));
        }
      } else if (membership.outageReason().isPresent()) {
        membership.leave();
      }
      membership.run(this::runStep);
      if (membership.isJoined()) {
        receiver.awaitRecords(hasWork ? BUSY_INTERVAL : IDLE_INTERVAL);
      }
    } catch (RefusedException e) {
      Duration delay = backoff.delay(1);
      LOG.errorf("this consumer cannot go on; joining its group anew in %s: %s", delay, e);
      membership.onRefused(e);
      Pause.sleep(delay);
    } catch (KafkaException e) {
      Duration delay = backoff.delay(1);
      LOG.errorf(e, "Kafka call failed; retrying in %s", delay);
      Pause.sleep(delay);
    }
  }
}
