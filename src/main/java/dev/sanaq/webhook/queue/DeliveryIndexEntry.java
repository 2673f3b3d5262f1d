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
 * What memory keeps of a delivery: enough to know when it is due and where its record lies.
 *
 * @param id the delivery's
 * @param job whose it is
 * @param host host and port of its receiver
 * @param eventOffset its place among its job's
 * @param partition where its last record lies
 * @param offset likewise
 * @param status how far it has come
 * @param attempts made so far
 * @param due when it is tried next, or when it ended
 * @param bytes of the record
 * @param body the delivery itself where it is due soon and memory allows
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
  /** Of a job's, the earliest event first. */
  static final Comparator<DeliveryIndexEntry> BY_ORDER =
      Comparator.comparingLong(DeliveryIndexEntry::eventOffset)
          .thenComparing(DeliveryIndexEntry::id);

  /** The earliest due first. */
  static final Comparator<DeliveryIndexEntry> BY_DUE =
      Comparator.comparing(DeliveryIndexEntry::due)
          .thenComparingLong(DeliveryIndexEntry::eventOffset)
          .thenComparing(DeliveryIndexEntry::id);

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

  /** The same without the delivery itself. */
  DeliveryIndexEntry withoutBody() {
    return new DeliveryIndexEntry(
        id, job, host, eventOffset, partition, offset, status, attempts, due, bytes, null);
  }

  /** The same, due at another time. */
  public DeliveryIndexEntry withDue(Instant then) {
    return new DeliveryIndexEntry(
        id, job, host, eventOffset, partition, offset, status, attempts, then, bytes, body);
  }

  /** The same as another record of its event holds it. */
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
      return ""; // the gate refuses it when its turn comes
    }
  }
}
