package dev.sanaq.webhook;

import dev.sanaq.net.CallResult;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A webhook delivery and its state: a record of the delivery topic. Immutable.
 *
 * @param id the event's id, which is also the message id
 * @param job the job's id
 * @param type the event's type
 * @param time the event's time
 * @param data the event's data
 * @param url the receiver's URL
 * @param order the event's offset: a job's deliveries go out in this order
 * @param status the delivery's status
 * @param cause why this state was written
 * @param attempts attempts so far
 * @param due the time of the next attempt; of an ended delivery, the end
 * @param last the result of the last attempt; empty before the first
 */
public record Delivery(
    String id,
    String job,
    String type,
    Instant time,
    Map<String, Object> data,
    String url,
    long order,
    DeliveryStatus status,
    StateChangeCause cause,
    int attempts,
    Instant due,
    String last) {

  /** The job's id in a delivery's id. */
  public static String jobOf(String id) {
    int slash = id.indexOf('/');
    return slash < 0 ? id : id.substring(0, slash);
  }

  /** The state after an attempt. */
  public Delivery afterAttempt(CallResult result, Instant now, RetrySchedule schedule) {
    if (result instanceof CallResult.Success success) {
      return withAttempt(DeliveryStatus.DELIVERED, now, "answer " + success.status());
    }
    if (result instanceof CallResult.Gone) {
      return withAttempt(DeliveryStatus.GONE, now, "answer 410");
    }
    if (result instanceof CallResult.NotAllowed notAllowed) {
      return withAttempt(DeliveryStatus.REFUSED, now, notAllowed.reason());
    }
    CallResult.Failed failed = (CallResult.Failed) result;
    Optional<Instant> next = schedule.next(attempts + 1, now, failed.retryAfter());
    return next.map(due -> withAttempt(DeliveryStatus.PENDING, due, failed.reason()))
        .orElseGet(() -> withAttempt(DeliveryStatus.EXHAUSTED, now, failed.reason()));
  }

  /** This delivery, due now, before its first attempt. */
  public Delivery reset(Instant now) {
    return copyWith(DeliveryStatus.PENDING, StateChangeCause.RESEND, 0, now, last);
  }

  /** This delivery with the state of another record. */
  public Delivery withState(DeliveryStatus newStatus, int newAttempts, Instant newDue) {
    return copyWith(newStatus, StateChangeCause.ATTEMPT, newAttempts, newDue, last);
  }

  /** Whether no attempt follows, unless the delivery is sent again. */
  public boolean hasEnded() {
    return status != DeliveryStatus.PENDING;
  }

  /** Everything but the data, for answers and listings. */
  public Map<String, Object> summary() {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("id", id);
    summary.put("job", job);
    summary.put("type", type);
    summary.put("time", time);
    summary.put("url", url);
    summary.put("status", status);
    summary.put("attempts", attempts);
    summary.put(hasEnded() ? "ended" : "next", due);
    summary.put("last", last);
    return summary;
  }

  private Delivery withAttempt(DeliveryStatus newStatus, Instant newDue, String newLast) {
    return copyWith(newStatus, StateChangeCause.ATTEMPT, attempts + 1, newDue, newLast);
  }

  private Delivery copyWith(
      DeliveryStatus newStatus,
      StateChangeCause newCause,
      int newAttempts,
      Instant newDue,
      String newLast) {
    return new Delivery(
        id, job, type, time, data, url, order, newStatus, newCause, newAttempts, newDue, newLast);
  }
}
