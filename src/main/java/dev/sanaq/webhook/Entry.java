package dev.sanaq.webhook;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What memory keeps of a delivery: enough to know when it is due and where its record lies.
 *
 * @param id the delivery's
 * @param job whose it is
 * @param host host and port of its receiver
 * @param order its place among its job's
 * @param partition where its last record lies
 * @param offset likewise
 * @param status how far it has come
 * @param attempts made so far
 * @param due when it is tried next, or when it ended
 * @param bytes of the record
 * @param body the delivery itself where it is due soon and memory allows
 */
record Entry(
    String id,
    String job,
    String host,
    long order,
    int partition,
    long offset,
    Status status,
    int attempts,
    Instant due,
    int bytes,
    @Nullable Delivery body) {
  /** Of a job's, the earliest event first. */
  static final Comparator<Entry> IN_ORDER =
      Comparator.comparingLong(Entry::order).thenComparing(Entry::id);

  /** The earliest due first. */
  static final Comparator<Entry> BY_TIME =
      Comparator.comparing(Entry::due).thenComparingLong(Entry::order).thenComparing(Entry::id);

  static Entry of(Delivery delivery, int partition, long offset, int bytes) {
    return new Entry(
        delivery.id(),
        delivery.job(),
        host(delivery.url()),
        delivery.order(),
        partition,
        offset,
        delivery.status(),
        delivery.attempts(),
        delivery.due(),
        bytes,
        delivery);
  }

  boolean pending() {
    return status == Status.PENDING;
  }

  /** The same without the delivery itself. */
  Entry slim() {
    return new Entry(id, job, host, order, partition, offset, status, attempts, due, bytes, null);
  }

  /** The same, due at another time. */
  Entry dueAt(Instant then) {
    return new Entry(id, job, host, order, partition, offset, status, attempts, then, bytes, body);
  }

  /** The same as another record of its event holds it. */
  Entry at(long otherOffset, int otherBytes) {
    return new Entry(
        id, job, host, order, partition, otherOffset, status, attempts, due, otherBytes, null);
  }

  private static String host(String url) {
    try {
      String authority = new URI(url).getAuthority();
      return authority == null ? "" : authority.toLowerCase(Locale.ROOT);
    } catch (URISyntaxException e) {
      return ""; // the gate refuses it when its turn comes
    }
  }
}
