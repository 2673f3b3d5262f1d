package dev.sanaq.worker.consume;

import dev.sanaq.kafka.ReplaceableConsumer.RefusedException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.attempt.AttemptCounter;
import dev.sanaq.worker.requests.RequestConsumer;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The worker's membership in its consumer group. It joins once S3 does what its work needs. During
 * an S3 outage it leaves, so that workers that can reach S3 get its partitions, and rejoins
 * afterwards. A member that the broker refuses is replaced by a new one. Each membership has a
 * subscription of its own. The loop's thread, except {@link #notJoinedReason} and {@link
 * #outageReason}.
 *
 * <pre>{@code
 * JOINED --- S3 outage: jobs abandoned, consumer closed --------------------> OUTAGE
 * JOINED <-- the storage check and the release of attempts succeeded -------- OUTAGE
 * JOINED --- refused by the broker: partitions lost, consumer closed -------> REFUSED
 * JOINED <-- after a pause -------------------------------------------------- REFUSED
 * }</pre>
 */
public final class GroupMembership {
  private static final Logger LOG = Logger.getLogger(GroupMembership.class);

  private final RequestConsumer consumer;
  private final RebalanceHandler rebalanceHandler;
  private final StorageRetry storageRetry;
  private final AttemptCounter attempts;
  private State state = State.REFUSED;
  private volatile @Nullable String refusal;

  private enum State {
    JOINED,
    OUTAGE,
    REFUSED
  }

  /**
   * @param consumer closed by {@link #close}
   */
  public GroupMembership(
      RequestConsumer consumer,
      RebalanceHandler rebalanceHandler,
      StorageRetry storageRetry,
      AttemptCounter attempts) {
    this.consumer = consumer;
    this.rebalanceHandler = rebalanceHandler;
    this.storageRetry = storageRetry;
    this.attempts = attempts;
  }

  /**
   * Runs an action on the polling thread and waits for it; on this thread outside of the group.
   *
   * @throws RefusedException if the membership has ended
   */
  void run(Runnable action) {
    consumer.run(action);
  }

  /** The same, also if the membership has ended. */
  void runAlways(Runnable action) {
    consumer.runAlways(action);
  }

  boolean isJoined() {
    return state == State.JOINED;
  }

  /** Prepares the first {@link #tryRejoin}. */
  void start() {
    state = outageReason().isEmpty() ? State.REFUSED : State.OUTAGE;
  }

  private void join() {
    consumer.open(rebalanceHandler);
    state = State.JOINED;
  }

  /** Abandons all jobs, publishes what is pending and leaves the group. */
  void leave() {
    consumer.run(
        () -> {
          rebalanceHandler.abandonAll();
          rebalanceHandler.loseAll();
        });
    state = State.OUTAGE;
    consumer.close();
  }

  /** The broker refuses this member: all partitions are lost, and the consumer is closed. */
  void onRefused(RefusedException refused) {
    refusal = refused.getMessage();
    consumer.runAlways(rebalanceHandler::loseAll);
    state = State.REFUSED;
    consumer.close();
  }

  /** A poll has succeeded: the member may be in the group again. */
  void onPolled() {
    if (refusal != null && consumer.get().groupMetadata().generationId() > 0) {
      LOG.info("the broker accepts the new group member");
      refusal = null;
    }
  }

  /** Rejoins; after an S3 outage only if S3 can be used and the pending attempts are released. */
  boolean tryRejoin() {
    if (state == State.OUTAGE && !storageRetry.probeStorage(attempts::releasePending)) {
      return false;
    }
    join();
    return true;
  }

  /** Why S3 cannot be used; empty while it can. Any thread. */
  Optional<String> outageReason() {
    return storageRetry.outageReason();
  }

  /** Why the worker is not in the group; empty while it is, or is joining. Any thread. */
  Optional<String> notJoinedReason() {
    return outageReason()
        .map(reason -> "S3 is unavailable: " + reason)
        .or(
            () ->
                Optional.ofNullable(refusal)
                    .map(
                        reason ->
                            "the broker refuses group membership: "
                                + reason
                                + " Check the credentials, the group's ACLs and its maximum size."));
  }

  /** The loop has ended: every active job is abandoned. */
  void stop() {
    rebalanceHandler.close();
  }

  /** Leaves the group. */
  void close() {
    consumer.close();
  }
}
