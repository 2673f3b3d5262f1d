package dev.sanaq.webhook.send;

import dev.sanaq.net.CallResult;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.DeliveryStatus;
import dev.sanaq.webhook.RetrySchedule;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.webhook.queue.DeliveryIndexEntry;
import dev.sanaq.webhook.queue.ReceiverQueue;
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
public final class AttemptExecutor {
  private static final Logger LOG = Logger.getLogger(AttemptExecutor.class);

  private final WebhookClient client;
  private final Function<DeliveryIndexEntry, Optional<Delivery>> bodyReader;
  private final RetrySchedule schedule;
  private final Clock clock;
  private final int maxConcurrent;
  private final int maxConcurrentPerHost;
  private final ExecutorService threads;
  private final ConcurrentLinkedQueue<CompletedAttempt> completed = new ConcurrentLinkedQueue<>();
  private final Map<Integer, Integer> running = new HashMap<>();
  private int runningToFailingReceivers;

  /**
   * An attempt that has ended.
   *
   * @param entry what was tried
   * @param toFailingReceiver whether it counted among those of failing receivers
   * @param next the delivery's new state; null where it could not even be read
   */
  public record CompletedAttempt(
      DeliveryIndexEntry entry, boolean toFailingReceiver, @Nullable Delivery next) {
    public boolean isFailed() {
      return next == null || next.status() != DeliveryStatus.DELIVERED;
    }
  }

  /**
   * @param bodies reads what an entry's memory does not hold
   */
  public AttemptExecutor(
      WebhookConfig config,
      WebhookClient sender,
      Function<DeliveryIndexEntry, Optional<Delivery>> bodies,
      RetrySchedule schedule,
      Clock clock) {
    this.client = sender;
    this.bodyReader = bodies;
    this.schedule = schedule;
    this.clock = clock;
    this.maxConcurrent = config.concurrency();
    this.maxConcurrentPerHost = config.concurrencyPerHost();
    this.threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "sanaq-webhook");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Whether another attempt at that receiver may begin. */
  public boolean canStart(ReceiverQueue receiver) {
    return runningCount() < maxConcurrent
        && receiver.inFlight() < maxConcurrentPerHost
        && (!receiver.isFailing() || runningToFailingReceivers < Math.max(1, maxConcurrent / 2));
  }

  /** Begins an attempt; returns at once. */
  public void start(DeliveryIndexEntry entry, boolean failing) {
    running.merge(entry.partition(), 1, Integer::sum);
    runningToFailingReceivers += failing ? 1 : 0;
    threads.execute(() -> completed.add(new CompletedAttempt(entry, failing, attempt(entry))));
  }

  /** The attempts that have ended since this was asked last. */
  public List<CompletedAttempt> drainCompleted() {
    List<CompletedAttempt> ended = new ArrayList<>();
    for (CompletedAttempt one = completed.poll(); one != null; one = completed.poll()) {
      running.merge(one.entry().partition(), -1, Integer::sum);
      runningToFailingReceivers -= one.toFailingReceiver() ? 1 : 0;
      ended.add(one);
    }
    return ended;
  }

  /** Whether none runs, or has ended and was not asked for. */
  public boolean isIdle() {
    return runningCount() == 0;
  }

  /** The same for the deliveries of some partitions. */
  public boolean isIdleFor(Collection<Integer> partitions) {
    return partitions.stream().allMatch(partition -> running.getOrDefault(partition, 0) == 0);
  }

  /** Lets no more begin; those that run come to their end or to nothing. */
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("attempts go on after the end of deliveries");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int runningCount() {
    return running.values().stream().mapToInt(Integer::intValue).sum();
  }

  private @Nullable Delivery attempt(DeliveryIndexEntry entry) {
    Optional<Delivery> found = readBody(entry);
    if (found.isEmpty()) {
      return null;
    }
    Delivery delivery = found.get().withState(entry.status(), entry.attempts(), entry.due());
    Delivery next = delivery.afterAttempt(sendSafely(delivery), clock.instant(), schedule);
    LOG.infof("delivery %s to %s: %s (%s)", next.id(), entry.host(), next.last(), next.status());
    return next;
  }

  private Optional<Delivery> readBody(DeliveryIndexEntry entry) {
    Delivery held = entry.body();
    try {
      return held == null ? bodyReader.apply(entry) : Optional.of(held);
    } catch (KafkaException e) {
      LOG.warnf("delivery %s cannot be read now: %s", entry.id(), e.getMessage());
      return Optional.empty();
    }
  }

  // One that makes the program itself fail must come to its end, too.
  private CallResult sendSafely(Delivery delivery) {
    try {
      return client.send(delivery);
    } catch (RuntimeException e) {
      LOG.errorf(e, "delivery %s", delivery.id());
      return CallResult.Failed.noResponse("the program failed on it");
    }
  }
}
