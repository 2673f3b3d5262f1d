package dev.sanaq.job.validation;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobIds;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.ModelDefaults;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.RequestLimits;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/**
 * The contract's rules: turns a request into a job with every default resolved, or names every
 * field that breaks one. Any number of threads.
 */
public final class RequestValidator {
  private static final List<String> FIELDS =
      List.of(
          "id",
          "prompt",
          "negativePrompt",
          "width",
          "height",
          "steps",
          "guidanceScale",
          "seed",
          "count",
          "solver",
          "format",
          "quality",
          "resolutionBinning",
          "model",
          "adapters",
          "deadline",
          "priority",
          "callbackUrl",
          "output",
          "metadata");
  private static final List<String> FORMATS = List.of("png", "jpeg", "webp");
  private static final int DEFAULT_QUALITY = 90;
  private static final List<String> PRIORITIES = List.of("high", "normal", "low");

  private final ModelDefaults modelDefaults;
  private final RequestLimits limits;

  public RequestValidator(ModelDefaults model, RequestLimits limits) {
    this.modelDefaults = model;
    this.limits = limits;
  }

  /**
   * Checks a request.
   *
   * @param derivedId the job's id where the request brings none, or none that is allowed
   */
  public ValidationResult validate(GenerationRequest request, String derivedId) {
    FieldReader fields = FieldReader.of(request.fields());
    String id = readId(fields, derivedId);
    int errorsBefore = fields.errors().size();
    Map<String, Object> metadata = MetadataRule.read(fields, limits.maxMetadataLength());
    boolean metadataHolds = fields.errors().size() == errorsBefore;
    Job job = readJob(fields, id, RequestFingerprint.of(request), metadata);
    fields.rejectUnknown(FIELDS);
    if (fields.errors().isEmpty()) {
      return new ValidationResult.Valid(job);
    }
    JobError error = JobError.invalid(fields.errors());
    Map<String, Object> echoed = metadataHolds ? metadata : Map.of();
    return new ValidationResult.Invalid(
        new JobOutcome.Failed(id, error, 0, echoed, job.callbackUrl()));
  }

  private Job readJob(
      FieldReader fields, String id, String fingerprint, Map<String, Object> metadata) {
    int count = (int) fields.integer("count", 1, 1, limits.maxCount());
    FieldReader place = fields.nested("output");
    place.rejectUnknown(List.of("bucket", "prefix", "uploadUrls"));
    return new Job(
        id,
        fingerprint,
        fields.string("prompt", "", 1, limits.maxPromptLength()),
        fields.string("negativePrompt", "", 0, limits.maxPromptLength()),
        (int) fields.integer("width", modelDefaults.width(), 1, limits.maxSide()),
        (int) fields.integer("height", modelDefaults.height(), 1, limits.maxSide()),
        (int) fields.integer("steps", modelDefaults.steps(), 1, limits.maxSteps()),
        fields.number("guidanceScale", modelDefaults.guidanceScale(), 0, limits.maxGuidanceScale()),
        // The last image's seed must not leave the range either.
        fields.integer("seed", JobIds.seedOf(id), 0, Long.MAX_VALUE - (count - 1)),
        count,
        fields.choice("solver", modelDefaults.solver(), modelDefaults.solvers()),
        fields.choice("format", "png", FORMATS),
        (int) fields.integer("quality", DEFAULT_QUALITY, 0, 100),
        fields.flag("resolutionBinning", true),
        fields.choice("model", modelDefaults.name(), List.of(modelDefaults.name())),
        AdapterRule.read(fields, modelDefaults.adapters()),
        readDeadline(fields),
        fields.choice("priority", "normal", PRIORITIES),
        CallbackUrlRule.read(fields, limits.allowHttpCallbacks()),
        readOutput(fields, place),
        UploadUrlRule.read(place, count, limits.allowHttpUploads()),
        metadata);
  }

  private static String readId(FieldReader fields, String derivedId) {
    if (!fields.has("id")) {
      return derivedId;
    }
    String id = fields.string("id", "", 0, Integer.MAX_VALUE);
    if (JobIds.isValid(id)) {
      return id;
    }
    // Text that is broken, or no text, has been complained of already.
    return fields.errors().isEmpty() ? fields.reject("id", JobIds.ALLOWED, derivedId) : derivedId;
  }

  private static Instant readDeadline(FieldReader fields) {
    String time = fields.has("deadline") ? fields.string("deadline", "", 1, 64) : "";
    if (time.isEmpty()) {
      return Job.NO_DEADLINE;
    }
    try {
      return OffsetDateTime.parse(time).toInstant();
    } catch (DateTimeException e) {
      return fields.reject("deadline", "a time as 2026-12-01T00:00:00Z", Job.NO_DEADLINE);
    }
  }

  private OutputLocation readOutput(FieldReader fields, FieldReader inner) {
    String bucket = inner.string("bucket", limits.defaultLocation().bucket(), 0, 63);
    String prefix = inner.string("prefix", limits.defaultLocation().prefix(), 0, 256);
    if (!prefix.matches("([A-Za-z0-9!_.*'()=-]+/)*") || prefix.matches("(.*/)?\\.{1,2}/.*")) {
      return inner.reject(
          "prefix",
          "folders, each ending in a slash, none of them . or ..",
          limits.defaultLocation());
    }
    OutputLocation output = new OutputLocation(bucket, prefix);
    if (limits.allowedLocations().stream().anyMatch(allowed -> allowed.contains(output))) {
      return output;
    }
    return fields.reject(
        "output", "under one of " + limits.allowedLocations(), limits.defaultLocation());
  }
}
