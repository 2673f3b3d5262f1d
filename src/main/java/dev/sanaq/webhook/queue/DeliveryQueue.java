package dev.sanaq.webhook.queue;

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
 * All deliveries of the partitions owned here, folded from their topic: which are due, for whom,
 * and which must wait for an earlier one of their job. One thread.
 */
public final class DeliveryQueue {
  private static final Duration BODY_CACHE_HORIZON = Duration.ofSeconds(10);
  private static final long MAX_BODY_BYTES = 32L << 20;

  private final Map<String, DeliveryIndexEntry> entries = new HashMap<>();
  private final Map<String, TreeSet<DeliveryIndexEntry>> pendingByJob = new HashMap<>();
  private final Map<String, ReceiverQueue> receivers = new LinkedHashMap<>();
  private final Set<String> inFlight = new HashSet<>();
  private final TreeSet<DeliveryIndexEntry> ended = new TreeSet<>(DeliveryIndexEntry.BY_DUE);
  private long bodyBytes;

  /** The entry of that id, if there is one. */
  public Optional<DeliveryIndexEntry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** Puts a delivery's state in the place of the one before. */
  public void put(DeliveryIndexEntry entry, Instant now) {
    DeliveryIndexEntry before = entries.get(entry.id());
    replace(before, withinMemory(entry, now));
  }

  /** Forgets a delivery. */
  public void remove(String id) {
    DeliveryIndexEntry before = entries.get(id);
    inFlight.remove(id);
    if (before != null) {
      replace(before, null);
    }
  }

  /** Forgets all deliveries of partitions that are no longer owned. */
  public void removePartitions(Collection<Integer> partitions) {
    List<DeliveryIndexEntry> gone =
        entries.values().stream().filter(e -> partitions.contains(e.partition())).toList();
    gone.forEach(entry -> remove(entry.id()));
  }

  /**
   * Begins attempts at what is due, the receivers in turn.
   *
   * @param free whether the attempt may begin now; asked before each
   * @param attempts begins one, told whether its receiver failed last time
   */
  public void startDue(
      Instant now,
      BiPredicate<DeliveryIndexEntry, ReceiverQueue> free,
      BiConsumer<DeliveryIndexEntry, Boolean> attempts) {
    for (String host : List.copyOf(receivers.keySet())) {
      ReceiverQueue receiver = receiverOf(host);
      Optional<DeliveryIndexEntry> next = receiver.nextDue(now);
      while (next.isPresent() && free.test(next.get(), receiver)) {
        markStarted(next.get(), receiver);
        attempts.accept(next.get(), receiver.isFailing());
        // Whoever was served is the last to be served next time.
        receivers.remove(host);
        receivers.put(host, receiver);
        next = receiver.nextDue(now);
      }
    }
  }

  /** An attempt has ended; its entry stays taken until its new state is put. */
  public void attemptCompleted(DeliveryIndexEntry entry, boolean failed) {
    receiverOf(entry.host()).attemptCompleted(failed);
    if (!entries.containsKey(entry.id())) {
      removeIfIdle(entry.host());
    }
  }

  /** Whether an attempt is under way, or its outcome has not come back from the topic. */
  public boolean isInFlight(String id) {
    return inFlight.contains(id);
  }

  /** Gives back what was taken. */
  public void release(String id) {
    inFlight.remove(id);
    DeliveryIndexEntry now = entries.get(id);
    if (now != null) {
      replace(now, now);
    }
  }

  /** How many wait for their end. */
  public int pending() {
    return entries.size() - ended.size();
  }

  /** Takes away those that ended before a time, and the oldest of more than so many. */
  public List<String> removeExpired(Instant before, int kept) {
    List<String> expired = new ArrayList<>();
    while (!ended.isEmpty() && (ended.size() > kept || ended.first().due().isBefore(before))) {
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

  // Only a job's first pending delivery is known to its receiver.
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

  private DeliveryIndexEntry withinMemory(DeliveryIndexEntry entry, Instant now) {
    boolean fits =
        entry.isPending()
            && !entry.due().isAfter(now.plus(BODY_CACHE_HORIZON))
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
