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
 * The loop of the consumer thread: polls records, publishes results, and leaves and rejoins the
 * group. Call {@link #start} once, later {@link #drain}. Public methods: any thread.
 */
public final class ConsumerLoop {
  private static final Logger LOG = Logger.getLogger(ConsumerLoop.class);
  private static final Duration IDLE_POLL_TIMEOUT = Duration.ofMillis(200);
  // Even an empty poll costs several switches to the consumer's own network thread.
  private static final Duration BUSY_POLL_INTERVAL = Duration.ofMillis(3);
  private static final Duration FORCED_STOP_TIMEOUT = Duration.ofSeconds(20);

  private final RecordPoller poller;
  private final GroupMembership membership;
  private final ResultPublisher resultPublisher;
  private final WorkerJobs jobs;
  private final ShutdownState shutdown;
  private final Backoff backoff;
  private final Thread thread;

  /**
   * @param retryBackoff the pause after a failed Kafka call and between probes of S3
   */
  public ConsumerLoop(
      RecordPoller poller,
      GroupMembership membership,
      ResultPublisher resultPublisher,
      WorkerJobs jobs,
      ShutdownState shutdown,
      Duration retryBackoff) {
    this.poller = poller;
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
    return membership.notJoinedReason().or(poller::disconnectedReason);
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
      membership.stop();
      try {
        resultPublisher.close();
      } finally {
        membership.close();
      }
    }
  }

  private boolean hasUnfinishedWork() {
    return jobs.hasActive() || (!shutdown.isForced() && !resultPublisher.isDrained());
  }

  private void runOnce() {
    try {
      if (!membership.isJoined()) {
        if (shutdown.isStarted() || !membership.tryRejoin()) {
          Pause.sleep(backoff.delay(1));
        }
      } else if (membership.outageReason().isPresent()) {
        membership.leave();
      } else {
        poller.poll(hasWork() ? Duration.ZERO : IDLE_POLL_TIMEOUT);
        membership.onPolled();
      }
      resultPublisher.publish();
      if (hasWork()) {
        Pause.sleep(BUSY_POLL_INTERVAL);
      }
    } catch (RefusedException e) {
      Duration delay = backoff.delay(1);
      LOG.errorf("the broker refuses this group member; joining anew in %s: %s", delay, e);
      membership.onRefused(e);
      Pause.sleep(delay);
    } catch (KafkaException e) {
      Duration delay = backoff.delay(1);
      LOG.errorf(e, "Kafka call failed; retrying in %s", delay);
      Pause.sleep(delay);
    }
  }

  private boolean hasWork() {
    return !jobs.isEmpty() || !resultPublisher.isDrained();
  }
}
