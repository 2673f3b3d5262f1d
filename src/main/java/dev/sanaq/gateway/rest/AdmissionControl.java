package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.auth.DailyQuota;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;

/** Decides whether the gateway accepts a new job now. Any number of threads. */
@ApplicationScoped
class AdmissionControl {
  private final DailyQuota dailyQuota;
  private final Backlog backlog;
  private final Clock clock;

  AdmissionControl(DailyQuota dailyQuota, Backlog backlog, Clock clock) {
    this.dailyQuota = dailyQuota;
    this.backlog = backlog;
    this.clock = clock;
  }

  /**
   * Checks the caller's daily quota and the backlog limit of the job's pool.
   *
   * @throws ProblemException if one of them is reached
   */
  void check(Caller caller, ModelPool pool) {
    checkDailyQuota(caller);
    checkBacklog(pool);
  }

  private void checkDailyQuota(Caller caller) {
    Instant now = clock.instant();
    if (caller.jobsPerDay().isEmpty()
        || dailyQuota.jobsOn(caller.name(), now) < caller.jobsPerDay().getAsInt()) {
      return;
    }
    long secondsUntilMidnight =
        Duration.ofDays(1).toSeconds() - LocalTime.ofInstant(now, ZoneOffset.UTC).toSecondOfDay();
    throw new ProblemException(
        Problem.quotaExceeded(caller.jobsPerDay().getAsInt(), secondsUntilMidnight));
  }

  private void checkBacklog(ModelPool pool) {
    Backlog.State state = backlog.state(pool);
    double excessSeconds = state.seconds() - pool.maxBacklog().toMillis() / 1000.0;
    if (excessSeconds > 0) {
      throw new ProblemException(
          Problem.backlogFull(
              "Backlog full: %s s of work queued%s, limit %s s (%s)"
                  .formatted(
                      Math.round(state.seconds()),
                      pool.isNamed() ? " for the model " + pool.model() : "",
                      pool.maxBacklog().toSeconds(),
                      pool.isNamed()
                          ? "sanaq.gateway.models.*.max-backlog"
                          : "sanaq.gateway.max-backlog"),
              (long) Math.ceil(excessSeconds / Math.max(1, state.workers()))));
    }
  }
}
