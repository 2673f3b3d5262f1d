package dev.sanaq.gateway;

import dev.sanaq.intake.LimitsConfig;
import dev.sanaq.job.Checked;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.Fingerprint;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Hash;
import dev.sanaq.job.JobRules;
import dev.sanaq.job.Limits;
import dev.sanaq.job.ModelDefaults;
import dev.sanaq.json.Json;
import dev.sanaq.storage.Outputs;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Checks requests by the rules that the worker has, but for what depends on the worker's model, and
 * sends them. Any number of threads; blocks until Kafka has the request.
 */
@ApplicationScoped
public class Submissions {
  private static final Logger LOG = Logger.getLogger(Submissions.class);
  private static final List<String> SOLVERS = List.of("flow-dpm", "flow-euler", "scm");
  private static final int HASH_DIGITS = 32;

  private final GatewayService gateway;
  private final GatewayConfig config;
  private final LimitsConfig limitsConfig;
  private final Limits limits;
  private final Jobs jobs;

  /**
   * A request that was taken.
   *
   * @param id the job's full id
   * @param before the job, where the same request was sent before
   */
  record Submitted(String id, Optional<ViewedJob> before) {}

  Submissions(
      GatewayService gateway,
      GatewayConfig config,
      LimitsConfig limits,
      StorageConfig storage,
      Jobs jobs) {
    this.gateway = gateway;
    this.config = config;
    this.limitsConfig = limits;
    this.limits = limits.toLimits(Outputs.home(storage), Outputs.allowed(storage));
    this.jobs = jobs;
  }

  /**
   * Sends a request, unless the same one was sent before.
   *
   * @param fields the contract's
   * @param idempotencyKey names the job where the fields do not; empty for none
   * @throws ProblemException where it breaks rules, or has to come later
   */
  Submitted submit(Caller caller, Map<String, Object> fields, String idempotencyKey) {
    boolean named = fields.get("id") != null || !idempotencyKey.isBlank();
    String derived = named ? fromKey(caller, idempotencyKey) : UUID.randomUUID().toString();
    String id = caller.scoped(checked(caller, fields, derived));
    Map<String, Object> request = new LinkedHashMap<>(fields);
    request.put("id", id);
    if (Json.write(request).length > limitsConfig.recordBytes()) {
      throw new ProblemException(Problem.tooLarge(limitsConfig.recordBytes()));
    }
    Optional<ViewedJob> same = named ? sameBefore(id, request) : Optional.empty();
    if (same.isEmpty()) {
      refuseTooMuch(caller);
      gateway.running().requests().send(id, request);
    }
    return new Submitted(id, same);
  }

  private String checked(Caller caller, Map<String, Object> fields, String derived) {
    GenerationRequest request = new GenerationRequest(fields);
    Checked checked = new JobRules(model(fields), limits).check(request, derived);
    if (checked instanceof Checked.Refused refused) {
      throw new ProblemException(Problem.invalid(refused.failure().error().fields()));
    }
    String id = ((Checked.Accepted) checked).job().id();
    if (!caller.canName(id)) {
      FieldError error =
          new FieldError(
              "id", id.length() + " characters", "at most %d".formatted(caller.idLength()));
      throw new ProblemException(Problem.invalid(List.of(error)));
    }
    return id;
  }

  // Which model it is, and with what it draws, workers know: any name, solver and adapter may pass.
  private ModelDefaults model(Map<String, Object> fields) {
    GatewayConfig.Model model = config.model();
    return new ModelDefaults(
        Maps.text(fields, "model"),
        model.width(),
        model.height(),
        model.steps(),
        0,
        SOLVERS.get(0),
        SOLVERS,
        Optional.empty());
  }

  private static String fromKey(Caller caller, String key) {
    return caller.canName(key) ? key : "key-" + Hash.of(key).substring(0, HASH_DIGITS);
  }

  private Optional<ViewedJob> sameBefore(String id, Map<String, Object> request) {
    Optional<ViewedJob> known = earlier(id).filter(job -> !job.fingerprint().isEmpty());
    String fingerprint = Fingerprint.of(new GenerationRequest(request));
    if (known.isPresent() && !known.get().fingerprint().equals(fingerprint)) {
      throw new ProblemException(Problem.conflict(id));
    }
    return known;
  }

  // Without the storage nobody knows; the worker finds out.
  private Optional<ViewedJob> earlier(String id) {
    try {
      return jobs.known(id);
    } catch (StorageException e) {
      LOG.warnf("job %s is not looked up: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  private void refuseTooMuch(Caller caller) {
    Instant now = Instant.now();
    Gateway parts = gateway.running();
    if (caller.jobsPerDay().isPresent()
        && parts.dayCounts().of(caller.name(), now) >= caller.jobsPerDay().getAsInt()) {
      long untilMidnight =
          Duration.ofDays(1).toSeconds() - LocalTime.ofInstant(now, ZoneOffset.UTC).toSecondOfDay();
      throw new ProblemException(
          Problem.tooMany("no more jobs today; the day ends at 00:00 UTC", untilMidnight));
    }
    Backlog.State waiting = parts.backlog().state();
    double excess = waiting.seconds() - config.maxBacklog().toMillis() / 1000.0;
    if (excess > 0) {
      throw new ProblemException(
          Problem.tooMany(
              "%d seconds of work wait already".formatted(Math.round(waiting.seconds())),
              (long) Math.ceil(excess / waiting.workers())));
    }
  }
}
