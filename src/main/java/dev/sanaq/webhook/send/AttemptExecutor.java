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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs attempts concurrently, bounded in total and per receiver. Receivers whose last attempt
 * failed get at most half of the total, so that dead and slow ones do not block the others. Its
 * methods are for one thread; the attempts run on their own threads.
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
  private final AtomicInteger threadCount = new AtomicInteger();
  private int runningToFailingReceivers;

  /**
   * An attempt that has ended.
   *
   * @param entry the delivery
   * @param toFailingReceiver whether it counted against the share of failing receivers
   * @param next the delivery's new state; null if its body could not be read
   */
  public record CompletedAttempt(
      DeliveryIndexEntry entry, boolean toFailingReceiver, @Nullable Delivery next) {
    /** Whether the receiver did not accept the message. */
    public boolean isFailed() {
      return next == null || next.status() != DeliveryStatus.DELIVERED;
    }
  }

  /**
   * @param bodyReader reads the delivery of an entry without a body
   */
  public AttemptExecutor(
      WebhookConfig config,
      WebhookClient client,
      Function<DeliveryIndexEntry, Optional<Delivery>> bodyReader,
      RetrySchedule schedule,
      Clock clock) {
    this.client = client;
    this.bodyReader = bodyReader;
    this.schedule = schedule;
    this.clock = clock;
    this.maxConcurrent = config.concurrency();
    this.maxConcurrentPerHost = config.concurrencyPerHost();
    this.threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread =
                  new Thread(task, "sanaq-webhook-http-" + threadCount.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Whether another attempt at the receiver may start. */
  public boolean canStart(ReceiverQueue receiver) {
    return runningCount() < maxConcurrent
        && receiver.inFlight() < maxConcurrentPerHost
        && (!receiver.isFailing() || runningToFailingReceivers < Math.max(1, maxConcurrent / 2));
  }

  /** Starts an attempt and returns immediately. */
  public void start(DeliveryIndexEntry entry, boolean failing) {
    running.merge(entry.partition(), 1, Integer::sum);
    runningToFailingReceivers += failing ? 1 : 0;
    threads.execute(
        () -> {
          Delivery next = null;
          try {
            next = attempt(entry);
          } catch (RuntimeException e) {
            LOG.errorf(e, "bug during an attempt of delivery %s", entry.id());
          } finally {
            completed.add(new CompletedAttempt(entry, failing, next)); // or it never ends
          }
        });
  }

  /** Removes and returns the attempts that have ended since the last call. */
  public List<CompletedAttempt> drainCompleted() {
    List<CompletedAttempt> ended = new ArrayList<>();
    for (CompletedAttempt attempt = completed.poll(); attempt != null; attempt = completed.poll()) {
      running.merge(attempt.entry().partition(), -1, Integer::sum);
      runningToFailingReceivers -= attempt.toFailingReceiver() ? 1 : 0;
      ended.add(attempt);
    }
    return ended;
  }

  /** Whether no attempt is running or waits for {@link #drainCompleted}. */
  public boolean isIdle() {
    return runningCount() == 0;
  }

  /** As {@link #isIdle}, for deliveries of some partitions. */
  public boolean isIdleFor(Collection<Integer> partitions) {
    return partitions.stream().allMatch(partition -> running.getOrDefault(partition, 0) == 0);
  }

  /** Interrupts running attempts and waits up to 5 s for them. */
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("webhook attempts are still running after shutdown");
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
    Delivery body = entry.body();
    try {
      return body == null ? bodyReader.apply(entry) : Optional.of(body);
    } catch (KafkaException e) {
      LOG.warnf("could not read delivery %s: %s", entry.id(), e.getMessage());
      return Optional.empty();
    }
  }

  // A delivery that hits a bug must end, too.
  private CallResult sendSafely(Delivery delivery) {
    try {
      return client.send(delivery);
    } catch (RuntimeException | StackOverflowError e) {
      LOG.errorf(e, "bug while sending delivery %s", delivery.id());
      return CallResult.Failed.noResponse("internal error");
    }
  }
}
