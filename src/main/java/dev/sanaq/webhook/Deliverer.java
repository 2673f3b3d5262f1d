package dev.sanaq.webhook;

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
final class Deliverer {
  private static final Logger LOG = Logger.getLogger(Deliverer.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration AGAIN = Duration.ofSeconds(5);
  private static final Duration AFTER_REFUSAL = Duration.ofSeconds(2);

  private final Parts parts;
  private final Board board;
  private final Inbox inbox;
  private final Thread loop;
  private volatile boolean stopping;
  private volatile boolean crashing;
  private volatile int pending;
  private boolean full;

  /**
   * What the loop works with; the consumers, the ledger and the attempts are its own from now on.
   *
   * @param consumer a member of the group
   * @param gauge tells where partitions end
   * @param events the events' topic
   * @param log the deliveries' topic
   * @param intake finds deliveries in events
   * @param ledger writes
   * @param attempts tries
   * @param config the limits
   * @param clock tells what is due
   */
  record Parts(
      Consumer<byte[], byte[]> consumer,
      Consumer<byte[], byte[]> gauge,
      String events,
      DeliveryLog log,
      EventIntake intake,
      Ledger ledger,
      Attempts attempts,
      WebhookConfig config,
      Clock clock) {}

  Deliverer(Parts parts) {
    this.parts = parts;
    this.board = new Board();
    this.inbox =
        new Inbox(
            parts.consumer(),
            parts.gauge(),
            parts.log().topic(),
            parts.intake(),
            board,
            parts.ledger(),
            parts.clock());
    this.loop = new Thread(this::run, "sanaq-webhooks");
    loop.setDaemon(true);
  }

  /** Joins the group and begins. */
  void start() {
    loop.start();
  }

  /** Whether the loop goes on, or has ended as it was told to. */
  boolean healthy() {
    return stopping || loop.getState() == Thread.State.NEW || loop.isAlive();
  }

  /** Deliveries that are not taken yet, as of the loop's last turn. */
  int pending() {
    return pending;
  }

  /** Begins no more attempts, waits for those that run, writes what came of them, and leaves. */
  void stop() {
    stopping = true;
    try {
      loop.join(parts.config().timeout().plusSeconds(10).toMillis());
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
      parts.consumer().subscribe(List.of(parts.events(), parts.log().topic()), new Rebalance());
      while (!crashing && !(stopping && parts.attempts().none())) {
        step();
      }
      if (!crashing) {
        parts.ledger().writeBeforeLeaving();
      }
    } catch (RuntimeException e) {
      LOG.error("deliveries have stopped", e);
      throw e;
    } finally {
      close();
    }
  }

  private void step() {
    try {
      holdEventsWhileFull();
      parts.consumer().poll(POLL).forEach(inbox::take);
      if (crashing) {
        return;
      }
      collect();
      Set<Integer> behind = inbox.behind();
      if (behind.isEmpty()) {
        expire();
      }
      if (parts.ledger().write() && !stopping) {
        begin(behind);
      }
    } catch (KafkaException e) {
      LOG.errorf(e, "Kafka refuses; deliveries wait");
      sleep(AFTER_REFUSAL);
    }
  }

  private void collect() {
    for (Attempts.Done done : parts.attempts().ended()) {
      board.attemptEnded(done.entry(), done.failed());
      Delivery next = done.next();
      if (next == null) {
        board
            .find(done.entry().id())
            .ifPresent(entry -> board.put(entry.dueAt(now().plus(AGAIN)), now()));
        board.release(done.entry().id());
      } else if (owned(done.entry())) {
        parts.ledger().change(next);
      } else {
        LOG.infof("delivery %s is another's now and may be tried again", next.id());
      }
    }
  }

  private boolean owned(Entry entry) {
    return parts
        .consumer()
        .assignment()
        .contains(new TopicPartition(parts.log().topic(), entry.partition()));
  }

  private void expire() {
    Instant expiry = now().minus(parts.config().keep());
    board.takeExpired(expiry, parts.config().maxKept()).forEach(parts.ledger()::forget);
  }

  private void begin(Set<Integer> behind) {
    board.beginDue(
        now(),
        (entry, receiver) -> !behind.contains(entry.partition()) && parts.attempts().free(receiver),
        parts.attempts()::begin);
  }

  private void holdEventsWhileFull() {
    pending = board.pending();
    boolean fullNow = pending >= parts.config().maxPending();
    if (fullNow && !full) {
      LOG.warnf(
          "%d deliveries wait, as many as sanaq.webhook.max-pending allows: events wait, too",
          board.pending());
    }
    full = fullNow;
    Consumer<byte[], byte[]> consumer = parts.consumer();
    List<TopicPartition> events =
        consumer.assignment().stream().filter(p -> p.topic().equals(parts.events())).toList();
    if (full || stopping) {
      consumer.pause(events);
    } else {
      consumer.resume(events);
    }
  }

  // The consumer before the ledger: leaving the group revokes partitions, which may write.
  private void close() {
    parts.attempts().close();
    try {
      parts
          .consumer()
          .close(
              crashing
                  ? CloseOptions.groupMembershipOperation(GroupMembershipOperation.REMAIN_IN_GROUP)
                      .withTimeout(Duration.ZERO)
                  : CloseOptions.timeout(Duration.ofSeconds(10)));
    } finally {
      parts.ledger().close();
      parts.gauge().close();
    }
  }

  private Instant now() {
    return parts.clock().instant();
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Rebalance implements ConsumerRebalanceListener {
    // What is under way is awaited, so that the next owner does not try it a second time.
    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      Set<Integer> numbers = inbox.numbers(partitions);
      long until = System.nanoTime() + parts.config().timeout().toNanos();
      while (!parts.attempts().noneAt(numbers) && !crashing && System.nanoTime() - until < 0) {
        sleep(POLL);
        collect();
      }
      if (!crashing) {
        parts.ledger().writeBeforeLeaving();
      }
      inbox.gone(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      inbox.gone(partitions);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      inbox.assigned(partitions);
    }
  }
}
