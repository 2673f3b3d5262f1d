package dev.sanaq.webhook.queue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of the assigned partitions: which are due, at which receiver, and which wait for
 * an earlier delivery of their job. Built from the delivery topic. One thread.
 */
public final class DeliveryQueue {
  private static final Duration BODY_CACHE_HORIZON = Duration.ofSeconds(10);
  private static final long MAX_BODY_BYTES = 32L << 20;

  private final Map<String, DeliveryIndexEntry> entries = new HashMap<>();
  private final Map<String, TreeSet<DeliveryIndexEntry>> pendingByJob = new HashMap<>();
  private final Map<String, ReceiverQueue> receivers = new LinkedHashMap<>();
  private final Set<String> inFlight = new HashSet<>();
  private final TreeSet<DeliveryIndexEntry> ended = new TreeSet<>(DeliveryIndexEntry.BY_DUE);
  private final Clock clock;
  private long bodyBytes;

  public DeliveryQueue(Clock clock) {
    this.clock = clock;
  }

  /** The entry with the id, if there is one. */
  public Optional<DeliveryIndexEntry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** Adds a delivery, or replaces its state. */
  public void put(DeliveryIndexEntry entry) {
    DeliveryIndexEntry before = entries.get(entry.id());
    replace(before, withinMemory(entry));
  }

  /** Removes a delivery. */
  public void remove(String id) {
    DeliveryIndexEntry before = entries.get(id);
    inFlight.remove(id);
    if (before != null) {
      replace(before, null);
    }
  }

  /** Removes all deliveries of revoked partitions. */
  public void removePartitions(Collection<Integer> partitions) {
    List<DeliveryIndexEntry> revoked =
        entries.values().stream().filter(e -> partitions.contains(e.partition())).toList();
    revoked.forEach(entry -> remove(entry.id()));
  }

  /**
   * Starts attempts of due deliveries, round robin over the receivers.
   *
   * @param canStart whether the attempt may start now; called before each
   * @param start starts an attempt; its second argument is whether the receiver's last one failed
   */
  public void startDue(
      BiPredicate<DeliveryIndexEntry, ReceiverQueue> canStart,
      BiConsumer<DeliveryIndexEntry, Boolean> start) {
    Instant now = clock.instant();
    for (String host : List.copyOf(receivers.keySet())) {
      ReceiverQueue receiver = receiverOf(host);
      Optional<DeliveryIndexEntry> next = receiver.nextDue(now);
      while (next.isPresent() && canStart.test(next.get(), receiver)) {
        markStarted(next.get(), receiver);
        start.accept(next.get(), receiver.isFailing());
        // The receiver goes to the end of the round.
        receivers.remove(host);
        receivers.put(host, receiver);
        next = receiver.nextDue(now);
      }
    }
  }

  /** An attempt has ended; its entry stays in flight until its new state is read or released. */
  public void attemptCompleted(DeliveryIndexEntry entry, boolean failed) {
    receiverOf(entry.host()).attemptCompleted(failed);
    if (!entries.containsKey(entry.id())) {
      removeIfIdle(entry.host());
    }
  }

  /** Whether an attempt is running, or its result was not read from the topic yet. */
  public boolean isInFlight(String id) {
    return inFlight.contains(id);
  }

  /** Postpones a delivery whose attempt could not be made. */
  public void postpone(String id, Duration delay) {
    find(id).ifPresent(entry -> put(entry.withDue(clock.instant().plus(delay))));
    release(id);
  }

  /** Ends the in-flight state of a delivery. */
  public void release(String id) {
    inFlight.remove(id);
    DeliveryIndexEntry now = entries.get(id);
    if (now != null) {
      replace(now, now);
    }
  }

  /** The number of pending deliveries, those in flight included. */
  public int pending() {
    return entries.size() - ended.size();
  }

  /**
   * Removes ended deliveries that are older than the retention, and the oldest beyond the bound.
   *
   * @return their ids
   */
  public List<String> removeExpired(Duration retention, int maxRetained) {
    Instant expiry = clock.instant().minus(retention);
    List<String> expired = new ArrayList<>();
    while (!ended.isEmpty()
        && (ended.size() > maxRetained || ended.first().due().isBefore(expiry))) {
      String id = ended.first().id();
      expired.add(id);
      remove(id);
    }
    return expired;
  }

  private void markStarted(DeliveryIndexEntry entry, ReceiverQueue receiver) {
    receiver.remove(entry);
    receiver.attemptStarted();
    inFlight.add(entry.id());
  }

  // A receiver's queue has only the first pending delivery of each job: they go out in order.
  private void replace(@Nullable DeliveryIndexEntry before, @Nullable DeliveryIndexEntry after) {
    DeliveryIndexEntry some = after == null ? before : after;
    if (some == null) {
      return;
    }
    TreeSet<DeliveryIndexEntry> job =
        pendingByJob.computeIfAbsent(
            some.job(), name -> new TreeSet<>(DeliveryIndexEntry.BY_ORDER));
    DeliveryIndexEntry head = job.isEmpty() ? some : job.first();
    receiverOf(head.host()).remove(head);
    if (before != null) {
      unindex(before, job);
    }
    if (after != null) {
      index(after, job);
    }
    if (job.isEmpty()) {
      pendingByJob.remove(some.job());
    } else if (!inFlight.contains(job.first().id())) {
      receiverOf(job.first().host()).add(job.first());
    }
    removeIfIdle(head.host());
    removeIfIdle(some.host());
  }

  private void unindex(DeliveryIndexEntry before, TreeSet<DeliveryIndexEntry> job) {
    entries.remove(before.id());
    ended.remove(before);
    job.remove(before);
    bodyBytes -= before.body() == null ? 0 : before.bytes();
  }

  private void index(DeliveryIndexEntry after, TreeSet<DeliveryIndexEntry> job) {
    entries.put(after.id(), after);
    if (after.isPending()) {
      job.add(after);
    } else {
      ended.add(after);
    }
    bodyBytes += after.body() == null ? 0 : after.bytes();
  }

  private DeliveryIndexEntry withinMemory(DeliveryIndexEntry entry) {
    boolean fits =
        entry.isPending()
            && !entry.due().isAfter(clock.instant().plus(BODY_CACHE_HORIZON))
            && bodyBytes + entry.bytes() <= MAX_BODY_BYTES;
    return fits ? entry : entry.withoutBody();
  }

  private ReceiverQueue receiverOf(String host) {
    return receivers.computeIfAbsent(host, name -> new ReceiverQueue());
  }

  private void removeIfIdle(String host) {
    ReceiverQueue receiver = receivers.get(host);
    if (receiver != null && receiver.isIdle()) {
      receivers.remove(host);
    }
  }
}
