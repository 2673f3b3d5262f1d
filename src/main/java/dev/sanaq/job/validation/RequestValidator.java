package dev.sanaq.job.validation;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.Priority;
import dev.sanaq.job.RequestFields;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/**
 * Validates a request: returns a job with every default resolved, or an error for each field that
 * breaks a rule of the contract. Any number of threads.
 */
public final class RequestValidator {
  // Other programs take -1 for a random seed.
  private static final String SEED_HINT = "; without the field it is derived from the id";

  private static final List<String> FORMATS = List.of("png", "jpeg", "webp");
  private static final List<String> STEP_CACHES =
      List.of(Job.NO_STEP_CACHE, "slow", "medium", "fast", "ultra");
  private static final int DEFAULT_QUALITY = 90;

  private final ModelDefaults modelDefaults;
  private final RequestLimits limits;

  public RequestValidator(ModelDefaults model, RequestLimits limits) {
    this.modelDefaults = model;
    this.limits = limits;
  }

  /**
   * Validates a request.
   *
   * @param derivedId the job's id if the request has no valid id
   */
  public ValidationResult validate(GenerationRequest request, String derivedId) {
    FieldReader fields = FieldReader.of(request.fields());
    String id = readId(fields, derivedId);
    int errorsBefore = fields.errors().size();
    Map<String, Object> metadata = MetadataRule.read(fields, limits.maxMetadataLength());
    boolean metadataValid = fields.errors().size() == errorsBefore;
    Job job = readJob(fields, id, RequestFingerprint.of(request), metadata);
    fields.rejectUnknown(RequestFields.ALL);
    if (fields.errors().isEmpty()) {
      return new ValidationResult.Valid(job);
    }
    JobError error = JobError.invalid(fields.errors());
    Map<String, Object> echoed = metadataValid ? metadata : Map.of();
    return new ValidationResult.Invalid(
        new JobOutcome.Failed(id, error, 0, echoed, job.callbackUrl()));
  }

  private Job readJob(
      FieldReader fields, String id, String fingerprint, Map<String, Object> metadata) {
    int count = (int) fields.integer(RequestFields.COUNT, 1, 1, limits.maxCount());
    int candidates = readCandidates(fields, count);
    int steps =
        (int) fields.integer(RequestFields.STEPS, modelDefaults.steps(), 1, limits.maxSteps());
    FieldReader output = fields.nested(RequestFields.OUTPUT);
    output.rejectUnknown(RequestFields.OF_OUTPUT);
    String solver =
        fields.choice(RequestFields.SOLVER, modelDefaults.solver(), modelDefaults.solvers());
    return new Job(
        id,
        fingerprint,
        fields.string(RequestFields.PROMPT, "", 1, limits.maxPromptLength()),
        fields.string(RequestFields.NEGATIVE_PROMPT, "", 0, limits.maxPromptLength()),
        (int) fields.integer(RequestFields.WIDTH, modelDefaults.width(), 1, limits.maxSide()),
        (int) fields.integer(RequestFields.HEIGHT, modelDefaults.height(), 1, limits.maxSide()),
        steps,
        fields.number(
            RequestFields.GUIDANCE_SCALE,
            modelDefaults.guidanceScale(),
            0,
            limits.maxGuidanceScale()),
        GuidanceIntervalRule.read(
            fields, RequestFields.GUIDANCE_INTERVAL, modelDefaults.guidanceInterval()),
        readStepCache(fields, solver, steps),
        // The last image's seed, seed + count - 1, must be in the range too.
        fields.integer(
            RequestFields.SEED,
            JobIds.seedOf(id),
            0,
            Long.MAX_VALUE - (Math.max(count, candidates) - 1),
            SEED_HINT),
        count,
        solver,
        fields.choice(RequestFields.FORMAT, "png", FORMATS),
        (int) fields.integer(RequestFields.QUALITY, DEFAULT_QUALITY, 0, 100),
        fields.flag(RequestFields.RESOLUTION_BINNING, true),
        fields.choice(RequestFields.MODEL, modelDefaults.name(), List.of(modelDefaults.name())),
        AdapterRule.read(fields, modelDefaults.adapters(), limits.adapterLocations()),
        readDeadline(fields),
        Priority.of(
            fields.choice(RequestFields.PRIORITY, Priority.NORMAL.label(), Priority.LABELS)),
        fields.flag(RequestFields.PREVIEWS, false),
        UrlRule.readCallback(fields, limits.allowHttpCallbacks()),
        readOutput(fields, output),
        UploadUrlRule.read(output, count, limits.allowHttpUploads()),
        metadata,
        InputRule.read(fields, limits.allowHttpUploads()),
        candidates,
        readDraftSteps(fields, steps));
  }

  private int readCandidates(FieldReader fields, int count) {
    if (fields.has(RequestFields.CANDIDATES) && !modelDefaults.scoresCandidates()) {
      return fields.reject(
          RequestFields.CANDIDATES,
          "nothing: the worker has no scorer that could select images (sanaq.model.scorer)",
          0);
    }
    return (int) fields.integer(RequestFields.CANDIDATES, 0, count, limits.maxCandidates());
  }

  private int readDraftSteps(FieldReader fields, int steps) {
    if (!fields.has(RequestFields.DRAFT_STEPS)) {
      return 0;
    }
    if (!fields.has(RequestFields.CANDIDATES) || steps == 1) {
      return fields.reject(
          RequestFields.DRAFT_STEPS, "nothing without candidates, or with a single step", 0);
    }
    // Only the workers, which know their adapters too, know the model's default steps.
    boolean known = fields.has(RequestFields.STEPS) || modelDefaults.adapters().isPresent();
    int max = known ? steps - 1 : limits.maxSteps();
    return (int) fields.integer(RequestFields.DRAFT_STEPS, 0, 1, max);
  }

  private static String readId(FieldReader fields, String derivedId) {
    if (!fields.has(RequestFields.ID)) {
      return derivedId;
    }
    String id = fields.string(RequestFields.ID, "", 0, Integer.MAX_VALUE);
    if (JobIds.isValid(id)) {
      return id;
    }
    // Broken text and other types have their error already.
    return fields.errors().isEmpty()
        ? fields.reject(RequestFields.ID, JobIds.ALLOWED, derivedId)
        : derivedId;
  }

  /** The model's default acts where the model has it. */
  private String readStepCache(FieldReader fields, String solver, int steps) {
    if (!fields.has(RequestFields.STEP_CACHE)) {
      String preset = modelDefaults.stepCache();
      return modelDefaults.hasStepCache(preset, solver, steps) ? preset : Job.NO_STEP_CACHE;
    }
    int errorsBefore = fields.errors().size();
    String preset = fields.choice(RequestFields.STEP_CACHE, Job.NO_STEP_CACHE, STEP_CACHES);
    if (fields.errors().size() > errorsBefore || preset.equals(Job.NO_STEP_CACHE)) {
      return Job.NO_STEP_CACHE;
    }
    if (!modelDefaults.hasStepCache(preset, solver, steps)) {
      return fields.reject(
          RequestFields.STEP_CACHE, modelDefaults.allowedStepCaches(), Job.NO_STEP_CACHE);
    }
    return preset;
  }

  private static Instant readDeadline(FieldReader fields) {
    String time =
        fields.has(RequestFields.DEADLINE) ? fields.string(RequestFields.DEADLINE, "", 1, 64) : "";
    if (time.isEmpty()) {
      return Job.NO_DEADLINE;
    }
    try {
      return OffsetDateTime.parse(time).toInstant();
    } catch (DateTimeException e) {
      return fields.reject(
          RequestFields.DEADLINE, "a time as 2026-12-01T00:00:00Z", Job.NO_DEADLINE);
    }
  }

  private OutputLocation readOutput(FieldReader fields, FieldReader output) {
    String bucket = output.string(RequestFields.BUCKET, limits.defaultLocation().bucket(), 0, 63);
    String prefix = output.string(RequestFields.PREFIX, limits.defaultLocation().prefix(), 0, 256);
    if (!prefix.matches("([A-Za-z0-9!_.*'()=-]+/)*") || prefix.matches("(.*/)?\\.{1,2}/.*")) {
      return output.reject(
          RequestFields.PREFIX,
          "folders, each ending in a slash, none of them . or ..",
          limits.defaultLocation());
    }
    OutputLocation location = new OutputLocation(bucket, prefix);
    if (limits.allowedLocations().stream().anyMatch(allowed -> allowed.contains(location))) {
      return location;
    }
    return fields.reject(
        RequestFields.OUTPUT,
        "under one of " + limits.allowedLocations(),
        limits.defaultLocation());
  }
}
