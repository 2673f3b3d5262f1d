package dev.sanaq.worker.consume;

import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.attempt.AttemptCounter;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.jboss.logging.Logger;

/**
 * The worker's membership in its consumer group. During an S3 outage the worker leaves, so that
 * workers that can reach S3 get its partitions, and rejoins afterwards. The consumer thread, except
 * {@link #outageReason}.
 *
 * <pre>{@code
 * JOINED --- S3 outage: jobs abandoned, unsubscribed -----------------> LEFT
 * JOINED <-- probe write succeeded and pending attempts are released --- LEFT
 * }</pre>
 */
public final class GroupMembership {
  private static final Logger LOG = Logger.getLogger(GroupMembership.class);

  private final Consumer<byte[], byte[]> consumer;
  private final List<String> topics;
  private final RebalanceHandler rebalanceHandler;
  private final StorageRetry storageRetry;
  private final AttemptCounter attempts;
  private State state = State.LEFT;

  private enum State {
    JOINED,
    LEFT
  }

  public GroupMembership(
      Consumer<byte[], byte[]> consumer,
      List<String> topics,
      RebalanceHandler rebalanceHandler,
      StorageRetry storageRetry,
      AttemptCounter attempts) {
    this.consumer = consumer;
    this.topics = topics;
    this.rebalanceHandler = rebalanceHandler;
    this.storageRetry = storageRetry;
    this.attempts = attempts;
  }

  boolean isJoined() {
    return state == State.JOINED;
  }

  void join() {
    consumer.subscribe(topics, rebalanceHandler);
    state = State.JOINED;
  }

  /** Abandons all jobs, publishes what is pending and leaves the group. */
  void leave() {
    rebalanceHandler.abandonAll();
    consumer.unsubscribe();
    state = State.LEFT;
  }

  /** Rejoins if S3 is available again. */
  boolean tryRejoin() {
    if (!storageRetry.probeStorage() || !tryReleasePending()) {
      return false;
    }
    join();
    return true;
  }

  /** Why S3 is unavailable; empty while it is available. Any thread. */
  Optional<String> outageReason() {
    return storageRetry.outageReason();
  }

  /** The loop has ended: every active job is abandoned. */
  void close() {
    rebalanceHandler.close();
  }

  private boolean tryReleasePending() {
    try {
      attempts.releasePending();
      return true;
    } catch (RuntimeException e) {
      LOG.warnf("attempts are not released yet: %s", e.getMessage());
      return false;
    }
  }
}
