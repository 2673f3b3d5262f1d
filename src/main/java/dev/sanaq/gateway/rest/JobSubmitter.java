package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.RequestFingerprint;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.SafeText;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.kafka.request.RequestSender;
import dev.sanaq.storage.StorageException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Validates requests and sends them to Kafka. The rules are the worker's, except for those that
 * depend on the worker's defaults. Any number of threads; blocks until Kafka has the request.
 */
@ApplicationScoped
public class JobSubmitter {
  private static final Logger LOG = Logger.getLogger(JobSubmitter.class);
  private static final List<String> SOLVERS = List.of("flow-dpm", "flow-euler", "scm");
  private static final int HASH_DIGITS = 32;

  private final ModelPools pools;
  private final LimitsConfig limitsConfig;
  private final RequestLimits limits;
  private final JobService jobs;
  private final AdmissionControl admissionControl;
  private final RequestSender requestSender;

  /**
   * An accepted request.
   *
   * @param id the job's full id
   * @param pool the workers of its model
   * @param existingJob the job, if the same request was sent before
   */
  public record Submission(String id, ModelPool pool, Optional<JobSnapshot> existingJob) {}

  JobSubmitter(
      ModelPools pools,
      LimitsConfig limitsConfig,
      RequestLimits limits,
      JobService jobs,
      AdmissionControl admissionControl,
      RequestSender requestSender) {
    this.pools = pools;
    this.limitsConfig = limitsConfig;
    this.limits = limits;
    this.jobs = jobs;
    this.admissionControl = admissionControl;
    this.requestSender = requestSender;
  }

  /**
   * Reads a request's body, at most as much of it as a request may have.
   *
   * @return the JSON object's fields
   * @throws ProblemException if the body is too large or no JSON object
   */
  public Map<String, Object> readBody(InputStream body) {
    int maxBytes = limitsConfig.maxRecordBytes();
    try {
      byte[] bytes = body.readNBytes((int) Math.min(Integer.MAX_VALUE, maxBytes + 1L));
      if (bytes.length > maxBytes) {
        throw new ProblemException(Problem.payloadTooLarge(maxBytes));
      }
      return Json.readObject(bytes);
    } catch (BadJsonException e) {
      throw new ProblemException(Problem.invalidJson(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw new UncheckedIOException("the body could not be read", e);
    }
  }

  /**
   * Sends a request to the workers of its model, unless the same one was sent before.
   *
   * @param fields the fields of the request contract
   * @param idempotencyKey names the job if the fields have no id; empty for none
   * @throws ProblemException if the request breaks rules, conflicts with another request or is not
   *     admitted now
   */
  public Submission submit(Caller caller, Map<String, Object> fields, String idempotencyKey) {
    boolean named = fields.get("id") != null || !idempotencyKey.isBlank();
    String derivedId = named ? idFromKey(caller, idempotencyKey) : UUID.randomUUID().toString();
    ModelPool pool = findPool(JsonMaps.string(fields, RequestFields.MODEL));
    String id = caller.qualify(validate(caller, fields, derivedId, pool));
    Map<String, Object> request = new LinkedHashMap<>(fields);
    request.put("id", id);
    if (Json.write(request).length > limitsConfig.maxRecordBytes()) {
      throw new ProblemException(Problem.payloadTooLarge(limitsConfig.maxRecordBytes()));
    }
    Optional<JobSnapshot> existing = named ? findSameRequest(id, request) : Optional.empty();
    if (existing.isEmpty()) {
      admissionControl.check(caller, pool);
      requestSender.send(pool.topic(), id, request);
    }
    return new Submission(id, pool, existing);
  }

  private ModelPool findPool(String model) {
    return pools
        .find(model)
        .orElseThrow(() -> new ProblemException(Problem.modelNotFound(model, pools.models())));
  }

  private String validate(
      Caller caller, Map<String, Object> fields, String derivedId, ModelPool pool) {
    GenerationRequest request = new GenerationRequest(fields);
    ValidationResult result =
        new RequestValidator(modelDefaults(fields, pool), limits).validate(request, derivedId);
    if (result instanceof ValidationResult.Invalid invalid) {
      throw new ProblemException(Problem.invalidRequest(invalid.failure().error().fields()));
    }
    String id = ((ValidationResult.Valid) result).job().id();
    if (!caller.isValidJobId(id)) {
      FieldError error =
          new FieldError(
              "id", SafeText.describe(id), "at most %s characters".formatted(caller.maxIdLength()));
      throw new ProblemException(Problem.invalidRequest(List.of(error)));
    }
    return id;
  }

  // Only the workers know their model, so any model name, solver, step cache, adapter and number of
  // candidates is valid here.
  private ModelDefaults modelDefaults(Map<String, Object> fields, ModelPool pool) {
    ModelPool.Estimate defaults = pool.estimate();
    return new ModelDefaults(
        JsonMaps.string(fields, "model"),
        defaults.width(),
        defaults.height(),
        defaults.steps(),
        0,
        ModelDefaults.ALL_STEPS,
        SOLVERS.get(0),
        SOLVERS,
        Job.NO_STEP_CACHE,
        Optional.empty(),
        Optional.empty(),
        true);
  }

  private static String idFromKey(Caller caller, String key) {
    return caller.isValidJobId(key) ? key : "key-" + Sha256.hex(key).substring(0, HASH_DIGITS);
  }

  private Optional<JobSnapshot> findSameRequest(String id, Map<String, Object> request) {
    Optional<JobSnapshot> existing = findExisting(id).filter(job -> !job.fingerprint().isEmpty());
    String fingerprint = RequestFingerprint.of(new GenerationRequest(request));
    if (existing.isPresent() && !existing.get().fingerprint().equals(fingerprint)) {
      throw new ProblemException(Problem.idConflict(id));
    }
    return existing;
  }

  // Without S3 the request is sent anyway: the worker finds the stored result.
  private Optional<JobSnapshot> findExisting(String id) {
    try {
      return jobs.findByFullId(id);
    } catch (StorageException e) {
      LOG.warnf("could not look up job %s in S3: %s", id, e.getMessage());
      return Optional.empty();
    }
  }
}
