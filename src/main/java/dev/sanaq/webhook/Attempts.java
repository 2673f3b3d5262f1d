package dev.sanaq.webhook;

import dev.sanaq.outbound.Outcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes attempts side by side: so many in all, so many a receiver, and of those whose last attempt
 * failed no more than half of all, so that dead and slow ones leave room for the others. Its
 * methods are for one thread; the attempts have threads of their own.
 */
final class Attempts {
  private static final Logger LOG = Logger.getLogger(Attempts.class);

  private final Sender sender;
  private final Function<Entry, Optional<Delivery>> bodies;
  private final RetrySchedule schedule;
  private final Clock clock;
  private final int most;
  private final int mostPerHost;
  private final ExecutorService threads;
  private final ConcurrentLinkedQueue<Done> done = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Integer> running = new HashMap<>();
  private int doubtful;

  /**
   * An attempt that has ended.
   *
   * @param entry what was tried
   * @param doubtful whether it counted among those of failing receivers
   * @param next the delivery's new state; null where it could not even be read
   */
  record Done(Entry entry, boolean doubtful, @Nullable Delivery next) {
    boolean failed() {
      return next == null || next.status() != Status.DELIVERED;
    }
  }

  /**
   * @param bodies reads what an entry's memory does not hold
   */
  Attempts(
      WebhookConfig config,
      Sender sender,
      Function<Entry, Optional<Delivery>> bodies,
      RetrySchedule schedule,
      Clock clock) {
    this.sender = sender;
    this.bodies = bodies;
    this.schedule = schedule;
    this.clock = clock;
    this.most = config.concurrency();
    this.mostPerHost = config.concurrencyPerHost();
    this.threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "sanaq-webhook");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Whether another attempt at that receiver may begin. */
  boolean free(Receiver receiver) {
    return running() < most
        && receiver.inFlight() < mostPerHost
        && (!receiver.failing() || doubtful < Math.max(1, most / 2));
  }

  /** Begins an attempt; returns at once. */
  void begin(Entry entry, boolean failing) {
    running.merge(entry.partition(), 1, Integer::sum);
    doubtful += failing ? 1 : 0;
    threads.execute(() -> done.add(new Done(entry, failing, attempt(entry))));
  }

  /** The attempts that have ended since this was asked last. */
  List<Done> ended() {
    List<Done> ended = new ArrayList<>();
    for (Done one = done.poll(); one != null; one = done.poll()) {
      running.merge(one.entry().partition(), -1, Integer::sum);
      doubtful -= one.doubtful() ? 1 : 0;
      ended.add(one);
    }
    return ended;
  }

  /** Whether none runs, or has ended and was not asked for. */
  boolean none() {
    return running() == 0;
  }

  /** The same for the deliveries of some partitions. */
  boolean noneAt(Collection<Integer> partitions) {
    return partitions.stream().allMatch(partition -> running.getOrDefault(partition, 0) == 0);
  }

  /** Lets no more begin; those that run come to their end or to nothing. */
  void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("attempts go on after the end of deliveries");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int running() {
    return running.values().stream().mapToInt(Integer::intValue).sum();
  }

  private @Nullable Delivery attempt(Entry entry) {
    Optional<Delivery> found = read(entry);
    if (found.isEmpty()) {
      return null;
    }
    Delivery delivery = found.get().asFarAs(entry.status(), entry.attempts(), entry.due());
    Delivery next = delivery.after(sent(delivery), clock.instant(), schedule);
    LOG.infof("delivery %s to %s: %s (%s)", next.id(), entry.host(), next.last(), next.status());
    return next;
  }

  private Optional<Delivery> read(Entry entry) {
    Delivery held = entry.body();
    try {
      return held == null ? bodies.apply(entry) : Optional.of(held);
    } catch (KafkaException e) {
      LOG.warnf("delivery %s cannot be read now: %s", entry.id(), e.getMessage());
      return Optional.empty();
    }
  }

  // One that makes the program itself fail must come to its end, too.
  private Outcome sent(Delivery delivery) {
    try {
      return sender.send(delivery);
    } catch (RuntimeException e) {
      LOG.errorf(e, "delivery %s", delivery.id());
      return Outcome.Failed.unanswered("the program failed on it");
    }
  }
}
