package dev.sanaq.webhook.queue;

import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.DeliveryStatus;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A delivery in memory: when it is due, and where its record is. Immutable.
 *
 * @param id the delivery's id
 * @param job the job's id
 * @param host host and port of the receiver
 * @param eventOffset the event's offset; a job's deliveries go out in this order
 * @param partition the partition of its last record
 * @param offset the offset of its last record
 * @param status the delivery's status
 * @param attempts attempts so far
 * @param due the time of the next attempt; of an ended delivery, the end
 * @param bytes the size of the record
 * @param body the delivery itself, if it is due soon and memory allows
 */
public record DeliveryIndexEntry(
    String id,
    String job,
    String host,
    long eventOffset,
    int partition,
    long offset,
    DeliveryStatus status,
    int attempts,
    Instant due,
    int bytes,
    @Nullable Delivery body) {
  /** The earliest event first. */
  static final Comparator<DeliveryIndexEntry> BY_ORDER =
      Comparator.comparingLong(DeliveryIndexEntry::eventOffset)
          .thenComparing(DeliveryIndexEntry::id);

  /** The earliest due first. */
  static final Comparator<DeliveryIndexEntry> BY_DUE =
      Comparator.comparing(DeliveryIndexEntry::due)
          .thenComparingLong(DeliveryIndexEntry::eventOffset)
          .thenComparing(DeliveryIndexEntry::id);

  /** The entry of a delivery record, with its body. */
  public static DeliveryIndexEntry of(Delivery delivery, int partition, long offset, int bytes) {
    return new DeliveryIndexEntry(
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

  boolean isPending() {
    return status == DeliveryStatus.PENDING;
  }

  /** This entry without the body. */
  DeliveryIndexEntry withoutBody() {
    return new DeliveryIndexEntry(
        id, job, host, eventOffset, partition, offset, status, attempts, due, bytes, null);
  }

  /** This entry with another due time. */
  public DeliveryIndexEntry withDue(Instant then) {
    return new DeliveryIndexEntry(
        id, job, host, eventOffset, partition, offset, status, attempts, then, bytes, body);
  }

  /** This state at another record of the same event, without the body. */
  public DeliveryIndexEntry withRecord(long otherOffset, int otherBytes) {
    return new DeliveryIndexEntry(
        id,
        job,
        host,
        eventOffset,
        partition,
        otherOffset,
        status,
        attempts,
        due,
        otherBytes,
        null);
  }

  private static String host(String url) {
    try {
      String authority = new URI(url).getAuthority();
      return authority == null ? "" : authority.toLowerCase(Locale.ROOT);
    } catch (URISyntaxException e) {
      return ""; // the URL policy rejects it at the attempt
    }
  }
}
