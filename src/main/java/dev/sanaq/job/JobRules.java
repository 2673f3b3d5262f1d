package dev.sanaq.job;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/**
 * The contract's rules: turns a request into a job with every default resolved, or names every
 * field that breaks one. Any number of threads.
 */
public final class JobRules {
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

  private final ModelDefaults model;
  private final Limits limits;

  public JobRules(ModelDefaults model, Limits limits) {
    this.model = model;
    this.limits = limits;
  }

  /**
   * Checks a request.
   *
   * @param derivedId the job's id where the request brings none, or none that is allowed
   */
  public Checked check(GenerationRequest request, String derivedId) {
    Fields fields = Fields.of(request.fields());
    String id = id(fields, derivedId);
    int errorsBefore = fields.errors().size();
    Map<String, Object> metadata = Metadata.read(fields, limits.metadataLength());
    boolean metadataHolds = fields.errors().size() == errorsBefore;
    Job job = job(fields, id, Fingerprint.of(request), metadata);
    fields.only(FIELDS);
    if (fields.errors().isEmpty()) {
      return new Checked.Accepted(job);
    }
    JobError error = JobError.invalid(fields.errors());
    Map<String, Object> echoed = metadataHolds ? metadata : Map.of();
    return new Checked.Refused(new JobOutcome.Failed(id, error, 0, echoed, job.callbackUrl()));
  }

  private Job job(Fields fields, String id, String fingerprint, Map<String, Object> metadata) {
    int count = (int) fields.whole("count", 1, 1, limits.count());
    Fields place = fields.inner("output");
    place.only(List.of("bucket", "prefix", "uploadUrls"));
    return new Job(
        id,
        fingerprint,
        fields.text("prompt", "", 1, limits.promptLength()),
        fields.text("negativePrompt", "", 0, limits.promptLength()),
        (int) fields.whole("width", model.width(), 1, limits.side()),
        (int) fields.whole("height", model.height(), 1, limits.side()),
        (int) fields.whole("steps", model.steps(), 1, limits.steps()),
        fields.number("guidanceScale", model.guidanceScale(), 0, limits.guidanceScale()),
        // The last picture's seed must not leave the range either.
        fields.whole("seed", JobIds.seedOf(id), 0, Long.MAX_VALUE - (count - 1)),
        count,
        fields.choice("solver", model.solver(), model.solvers()),
        fields.choice("format", "png", FORMATS),
        (int) fields.whole("quality", DEFAULT_QUALITY, 0, 100),
        fields.flag("resolutionBinning", true),
        fields.choice("model", model.name(), List.of(model.name())),
        AdapterList.read(fields, model.adapters()),
        deadline(fields),
        fields.choice("priority", "normal", PRIORITIES),
        CallbackUrl.read(fields, limits.httpCallbacks()),
        output(fields, place),
        UploadUrls.read(place, count, limits.httpUploads()),
        metadata);
  }

  private static String id(Fields fields, String derivedId) {
    if (!fields.has("id")) {
      return derivedId;
    }
    String id = fields.text("id", "", 0, Integer.MAX_VALUE);
    if (JobIds.valid(id)) {
      return id;
    }
    // Text that is broken, or no text, has been complained of already.
    return fields.errors().isEmpty() ? fields.complain("id", JobIds.ALLOWED, derivedId) : derivedId;
  }

  private static Instant deadline(Fields fields) {
    String time = fields.has("deadline") ? fields.text("deadline", "", 1, 64) : "";
    if (time.isEmpty()) {
      return Job.NO_DEADLINE;
    }
    try {
      return OffsetDateTime.parse(time).toInstant();
    } catch (DateTimeException e) {
      return fields.complain("deadline", "a time as 2026-12-01T00:00:00Z", Job.NO_DEADLINE);
    }
  }

  private Output output(Fields fields, Fields inner) {
    String bucket = inner.text("bucket", limits.home().bucket(), 0, 63);
    String prefix = inner.text("prefix", limits.home().prefix(), 0, 256);
    if (!prefix.matches("([A-Za-z0-9!_.*'()=-]+/)*") || prefix.matches("(.*/)?\\.{1,2}/.*")) {
      return inner.complain(
          "prefix", "folders, each ending in a slash, none of them . or ..", limits.home());
    }
    Output output = new Output(bucket, prefix);
    if (limits.outputs().stream().anyMatch(allowed -> allowed.holds(output))) {
      return output;
    }
    return fields.complain("output", "under one of " + limits.outputs(), limits.home());
  }
}
