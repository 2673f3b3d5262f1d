package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.auth.DailyQuota;
import dev.sanaq.gateway.backlog.Backlog;
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
  private final GatewayConfig config;
  private final DailyQuota dailyQuota;
  private final Backlog backlog;
  private final Clock clock;

  AdmissionControl(GatewayConfig config, DailyQuota dailyQuota, Backlog backlog, Clock clock) {
    this.config = config;
    this.dailyQuota = dailyQuota;
    this.backlog = backlog;
    this.clock = clock;
  }

  /**
   * Checks the caller's daily quota and the backlog limit.
   *
   * @throws ProblemException if one of them is reached
   */
  void check(Caller caller) {
    checkDailyQuota(caller);
    checkBacklog();
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

  private void checkBacklog() {
    Backlog.State state = backlog.state();
    double excessSeconds = state.seconds() - config.maxBacklog().toMillis() / 1000.0;
    if (excessSeconds > 0) {
      throw new ProblemException(
          Problem.backlogFull(
              "Backlog full: %s s of work queued, limit %s s (sanaq.gateway.max-backlog)"
                  .formatted(Math.round(state.seconds()), config.maxBacklog().toSeconds()),
              (long) Math.ceil(excessSeconds / Math.max(1, state.workers()))));
    }
  }
}
