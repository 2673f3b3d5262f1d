package dev.sanaq.worker.consume;

import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.attempt.AttemptCounter;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * The worker's membership in its consumer group. It joins once S3 does what its work needs. During
 * an S3 outage it leaves, so that workers that can reach S3 get its partitions, and rejoins
 * afterwards. The consumer thread, except {@link #outageReason}.
 *
 * <pre>{@code
 * JOINED --- S3 outage: jobs abandoned, unsubscribed -----------------> LEFT
 * JOINED <-- the storage check and the release of attempts succeeded ---- LEFT
 * }</pre>
 */
public final class GroupMembership {
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

  /** Joins for the first time, unless S3 cannot be used: then {@link #tryRejoin} does. */
  void start() {
    if (outageReason().isEmpty()) {
      join();
    }
  }

  private void join() {
    consumer.subscribe(topics, rebalanceHandler);
    state = State.JOINED;
  }

  /** Abandons all jobs, publishes what is pending and leaves the group. */
  void leave() {
    rebalanceHandler.abandonAll();
    consumer.unsubscribe();
    state = State.LEFT;
  }

  /** Rejoins if S3 can be used again and the pending attempts are released. */
  boolean tryRejoin() {
    if (!storageRetry.probeStorage(attempts::releasePending)) {
      return false;
    }
    join();
    return true;
  }

  /** Why S3 cannot be used; empty while it can. Any thread. */
  Optional<String> outageReason() {
    return storageRetry.outageReason();
  }

  /** The loop has ended: every active job is abandoned. */
  void close() {
    rebalanceHandler.close();
  }
}
