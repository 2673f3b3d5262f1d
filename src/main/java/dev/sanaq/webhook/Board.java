package dev.sanaq.webhook;

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
final class Board {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final long BODY_BYTES = 32L << 20;

  private final Map<String, Entry> entries = new HashMap<>();
  private final Map<String, TreeSet<Entry>> jobs = new HashMap<>();
  private final Map<String, Receiver> receivers = new LinkedHashMap<>();
  private final Set<String> inFlight = new HashSet<>();
  private final TreeSet<Entry> ended = new TreeSet<>(Entry.BY_TIME);
  private long bodyBytes;

  /** The entry of that id, if there is one. */
  Optional<Entry> find(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** Puts a delivery's state in the place of the one before. */
  void put(Entry entry, Instant now) {
    Entry before = entries.get(entry.id());
    change(before, fitting(entry, now));
  }

  /** Forgets a delivery. */
  void remove(String id) {
    Entry before = entries.get(id);
    inFlight.remove(id);
    if (before != null) {
      change(before, null);
    }
  }

  /** Forgets all deliveries of partitions that are no longer owned. */
  void removePartitions(Collection<Integer> partitions) {
    List<Entry> gone =
        entries.values().stream().filter(e -> partitions.contains(e.partition())).toList();
    gone.forEach(entry -> remove(entry.id()));
  }

  /**
   * Begins attempts at what is due, the receivers in turn.
   *
   * @param free whether the attempt may begin now; asked before each
   * @param attempts begins one, told whether its receiver failed last time
   */
  void beginDue(
      Instant now, BiPredicate<Entry, Receiver> free, BiConsumer<Entry, Boolean> attempts) {
    for (String host : List.copyOf(receivers.keySet())) {
      Receiver receiver = receiver(host);
      Optional<Entry> next = receiver.next(now);
      while (next.isPresent() && free.test(next.get(), receiver)) {
        begin(next.get(), receiver);
        attempts.accept(next.get(), receiver.failing());
        // Whoever was served is the last to be served next time.
        receivers.remove(host);
        receivers.put(host, receiver);
        next = receiver.next(now);
      }
    }
  }

  /** An attempt has ended; its entry stays taken until its new state is put. */
  void attemptEnded(Entry entry, boolean failed) {
    receiver(entry.host()).attemptEnded(failed);
    if (!entries.containsKey(entry.id())) {
      forgetIdle(entry.host());
    }
  }

  /** Whether an attempt is under way, or its outcome has not come back from the topic. */
  boolean inFlight(String id) {
    return inFlight.contains(id);
  }

  /** Gives back what was taken. */
  void release(String id) {
    inFlight.remove(id);
    Entry now = entries.get(id);
    if (now != null) {
      change(now, now);
    }
  }

  /** How many wait for their end. */
  int pending() {
    return entries.size() - ended.size();
  }

  /** Takes away those that ended before a time, and the oldest of more than so many. */
  List<String> takeExpired(Instant before, int kept) {
    List<String> expired = new ArrayList<>();
    while (!ended.isEmpty() && (ended.size() > kept || ended.first().due().isBefore(before))) {
      String id = ended.first().id();
      expired.add(id);
      remove(id);
    }
    return expired;
  }

  private void begin(Entry entry, Receiver receiver) {
    receiver.remove(entry);
    receiver.attemptBegan();
    inFlight.add(entry.id());
  }

  // Only a job's first pending delivery is known to its receiver.
  private void change(@Nullable Entry before, @Nullable Entry after) {
    Entry some = after == null ? before : after;
    if (some == null) {
      return;
    }
    TreeSet<Entry> job = jobs.computeIfAbsent(some.job(), name -> new TreeSet<>(Entry.IN_ORDER));
    Entry head = job.isEmpty() ? some : job.first();
    receiver(head.host()).remove(head);
    if (before != null) {
      take(before, job);
    }
    if (after != null) {
      insert(after, job);
    }
    if (job.isEmpty()) {
      jobs.remove(some.job());
    } else if (!inFlight.contains(job.first().id())) {
      receiver(job.first().host()).add(job.first());
    }
    forgetIdle(head.host());
    forgetIdle(some.host());
  }

  private void take(Entry before, TreeSet<Entry> job) {
    entries.remove(before.id());
    ended.remove(before);
    job.remove(before);
    bodyBytes -= before.body() == null ? 0 : before.bytes();
  }

  private void insert(Entry after, TreeSet<Entry> job) {
    entries.put(after.id(), after);
    if (after.pending()) {
      job.add(after);
    } else {
      ended.add(after);
    }
    bodyBytes += after.body() == null ? 0 : after.bytes();
  }

  private Entry fitting(Entry entry, Instant now) {
    boolean fits =
        entry.pending()
            && !entry.due().isAfter(now.plus(SOON))
            && bodyBytes + entry.bytes() <= BODY_BYTES;
    return fits ? entry : entry.slim();
  }

  private Receiver receiver(String host) {
    return receivers.computeIfAbsent(host, name -> new Receiver());
  }

  private void forgetIdle(String host) {
    Receiver receiver = receivers.get(host);
    if (receiver != null && receiver.idle()) {
      receivers.remove(host);
    }
  }
}
