package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.lifecycle.GatewayComponents;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.RequestFingerprint;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.SafeText;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.storage.OutputLocations;
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
public class JobSubmitter {
  private static final Logger LOG = Logger.getLogger(JobSubmitter.class);
  private static final List<String> SOLVERS = List.of("flow-dpm", "flow-euler", "scm");
  private static final int HASH_DIGITS = 32;

  private final GatewayLifecycle gateway;
  private final GatewayConfig config;
  private final LimitsConfig limitsConfig;
  private final RequestLimits limits;
  private final JobService jobs;

  /**
   * A request that was taken.
   *
   * @param id the job's full id
   * @param existingJob the job, where the same request was sent before
   */
  public record Submission(String id, Optional<JobSnapshot> existingJob) {}

  JobSubmitter(
      GatewayLifecycle gateway,
      GatewayConfig config,
      LimitsConfig limits,
      StorageConfig storage,
      JobService jobs) {
    this.gateway = gateway;
    this.config = config;
    this.limitsConfig = limits;
    this.limits =
        limits.toLimits(OutputLocations.defaultLocation(storage), OutputLocations.allowed(storage));
    this.jobs = jobs;
  }

  /**
   * Sends a request, unless the same one was sent before.
   *
   * @param fields the contract's
   * @param idempotencyKey names the job where the fields do not; empty for none
   * @throws ProblemException where it breaks rules, or has to come later
   */
  public Submission submit(Caller caller, Map<String, Object> fields, String idempotencyKey) {
    boolean named = fields.get("id") != null || !idempotencyKey.isBlank();
    String derived = named ? idFromKey(caller, idempotencyKey) : UUID.randomUUID().toString();
    String id = caller.qualify(validate(caller, fields, derived));
    Map<String, Object> request = new LinkedHashMap<>(fields);
    request.put("id", id);
    if (Json.write(request).length > limitsConfig.maxRecordBytes()) {
      throw new ProblemException(Problem.payloadTooLarge(limitsConfig.maxRecordBytes()));
    }
    Optional<JobSnapshot> same = named ? findSameRequest(id, request) : Optional.empty();
    if (same.isEmpty()) {
      enforceLimits(caller);
      gateway.requireReady().requestProducer().send(id, request);
    }
    return new Submission(id, same);
  }

  private String validate(Caller caller, Map<String, Object> fields, String derived) {
    GenerationRequest request = new GenerationRequest(fields);
    ValidationResult checked =
        new RequestValidator(modelDefaults(fields), limits).validate(request, derived);
    if (checked instanceof ValidationResult.Invalid refused) {
      throw new ProblemException(Problem.invalidRequest(refused.failure().error().fields()));
    }
    String id = ((ValidationResult.Valid) checked).job().id();
    if (!caller.isValidJobId(id)) {
      FieldError error =
          new FieldError(
              "id",
              SafeText.describe(id),
              "at most %d characters".formatted(caller.maxIdLength()));
      throw new ProblemException(Problem.invalidRequest(List.of(error)));
    }
    return id;
  }

  // Which model it is, and with what it draws, workers know: any name, solver and adapter may pass.
  private ModelDefaults modelDefaults(Map<String, Object> fields) {
    GatewayConfig.EstimateConfig model = config.estimate();
    return new ModelDefaults(
        JsonMaps.string(fields, "model"),
        model.width(),
        model.height(),
        model.steps(),
        0,
        SOLVERS.get(0),
        SOLVERS,
        Optional.empty());
  }

  private static String idFromKey(Caller caller, String key) {
    return caller.isValidJobId(key) ? key : "key-" + Sha256.hex(key).substring(0, HASH_DIGITS);
  }

  private Optional<JobSnapshot> findSameRequest(String id, Map<String, Object> request) {
    Optional<JobSnapshot> known = findExisting(id).filter(job -> !job.fingerprint().isEmpty());
    String fingerprint = RequestFingerprint.of(new GenerationRequest(request));
    if (known.isPresent() && !known.get().fingerprint().equals(fingerprint)) {
      throw new ProblemException(Problem.idConflict(id));
    }
    return known;
  }

  // Without the storage nobody knows; the worker finds out.
  private Optional<JobSnapshot> findExisting(String id) {
    try {
      return jobs.findByFullId(id);
    } catch (StorageException e) {
      LOG.warnf("job %s is not looked up: %s", id, e.getMessage());
      return Optional.empty();
    }
  }

  private void enforceLimits(Caller caller) {
    Instant now = Instant.now();
    GatewayComponents parts = gateway.requireReady();
    if (caller.jobsPerDay().isPresent()
        && parts.dailyQuota().jobsOn(caller.name(), now) >= caller.jobsPerDay().getAsInt()) {
      long untilMidnight =
          Duration.ofDays(1).toSeconds() - LocalTime.ofInstant(now, ZoneOffset.UTC).toSecondOfDay();
      throw new ProblemException(
          Problem.quotaExceeded(caller.jobsPerDay().getAsInt(), untilMidnight));
    }
    Backlog.State waiting = parts.backlog().state();
    double excess = waiting.seconds() - config.maxBacklog().toMillis() / 1000.0;
    if (excess > 0) {
      throw new ProblemException(
          Problem.backlogFull(
              "Backlog full: %d s of work queued, limit %d s (sanaq.gateway.max-backlog)"
                  .formatted(Math.round(waiting.seconds()), config.maxBacklog().toSeconds()),
              (long) Math.ceil(excess / waiting.workers())));
    }
  }
}
