package dev.sanaq.webhook;

import dev.sanaq.net.CallResult;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A callback and how far it has come, as its topic keeps it.
 *
 * @param id the event's, and the message's
 * @param job whose event it is
 * @param type the event's type
 * @param time when it happened
 * @param data what the event tells
 * @param url where to
 * @param order the event's offset: a job's deliveries go out in this order
 * @param status how far it has come
 * @param cause why this was written
 * @param attempts made so far
 * @param due when it is tried next; of one that has ended, when it ended
 * @param last what the last attempt came to; empty before the first
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

  /** The delivery's id begins with its job's. */
  public static String jobOf(String id) {
    int slash = id.indexOf('/');
    return slash < 0 ? id : id.substring(0, slash);
  }

  /** Its state as an attempt leaves it. */
  public Delivery afterAttempt(CallResult outcome, Instant now, RetrySchedule schedule) {
    if (outcome instanceof CallResult.Success taken) {
      return withAttempt(DeliveryStatus.DELIVERED, now, "answer " + taken.status());
    }
    if (outcome instanceof CallResult.Gone) {
      return withAttempt(DeliveryStatus.GONE, now, "answer 410");
    }
    if (outcome instanceof CallResult.NotAllowed refused) {
      return withAttempt(DeliveryStatus.REFUSED, now, refused.reason());
    }
    CallResult.Failed failed = (CallResult.Failed) outcome;
    Optional<Instant> next = schedule.next(attempts + 1, now, failed.retryAfter());
    return next.map(due -> withAttempt(DeliveryStatus.PENDING, due, failed.reason()))
        .orElseGet(() -> withAttempt(DeliveryStatus.EXHAUSTED, now, failed.reason()));
  }

  /** From the first attempt on again, now. */
  public Delivery reset(Instant now) {
    return copyWith(DeliveryStatus.PENDING, StateChangeCause.RESEND, 0, now, last);
  }

  /** This event, as far as another record says that it has come. */
  public Delivery withState(DeliveryStatus reached, int attemptsMade, Instant then) {
    return copyWith(reached, StateChangeCause.ATTEMPT, attemptsMade, then, last);
  }

  /** Whether nothing more happens unless somebody asks. */
  public boolean hasEnded() {
    return status != DeliveryStatus.PENDING;
  }

  /** Its state for people: everything but the data. */
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

  private Delivery withAttempt(DeliveryStatus reached, Instant then, String what) {
    return copyWith(reached, StateChangeCause.ATTEMPT, attempts + 1, then, what);
  }

  private Delivery copyWith(
      DeliveryStatus reached, StateChangeCause why, int made, Instant then, String what) {
    return new Delivery(id, job, type, time, data, url, order, reached, why, made, then, what);
  }
}
