package dev.sanaq.gateway.asyncapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.StoredImage;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.ImagePreview;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.testing.contract.ContractSchemas;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the program writes is valid, and has no field that the schemas do not have. */
class WrittenRecordsTest {
  private static final String HASH = "a".repeat(64);
  private static final ContractSchemas SCHEMAS = ContractSchemas.ofDefaults();
  private static final JobEventFactory EVENTS =
      new JobEventFactory(
          "/sanaq",
          image -> new StoredImage.Url("https://s3/", Optional.of(Instant.EPOCH)),
          Clock.systemUTC());

  /** With every field of a request. */
  private static final String REQUEST =
      """
      {"id": "order-42", "prompt": "a", "negativePrompt": "b", "width": 64, "height": 64,
       "steps": 4, "guidanceScale": 4.5, "guidanceInterval": [0.2, 0.8], "stepCache": "fast",
       "image": {"bucket": "b", "key": "k"}, "mask": "https://example.com/m.png?secret",
       "strength": 0.5, "composite": false, "control": "data:image/png;base64,AAAA",
       "controlScale": 0.8, "controlnet": "canny", "controlInterval": [0, 0.5],
       "controlPreprocessor": {"name": "canny", "lowThreshold": 50, "highThreshold": 99, "sigma": 1},
       "pag": {"scale": 2, "adaptiveScale": 0.1, "layers": [0, 1]},
       "seed": 7, "count": 1, "candidates": 4, "draftSteps": 2, "solver": "flow-dpm", "format": "webp", "quality": 80,
       "resolutionBinning": true, "model": "m",
       "adapters": [{"name": "style", "scale": 0.8},
                    {"uri": "s3://loras/a.safetensors", "sha256": "%s"}],
       "deadline": "2030-12-01T00:00:00Z", "priority": "high", "previews": true,
       "callbackUrl": "https://example.com/done",
       "output": {"bucket": "sanaq", "prefix": "p/", "uploadUrls": ["https://a.io/?b"]},
       "metadata": {"a": [null, {"b": 1}]}}
      """
          .formatted(HASH);

  @Test
  void request_hasEveryField() {
    Job job = job();
    assertThat(job.asRequest())
        .as("give the request here, and META-INF/asyncapi.yaml, the new field too")
        .containsOnlyKeys(RequestFields.ALL);
    assertThat(SCHEMAS.validate("request", REQUEST.getBytes(StandardCharsets.UTF_8))).isEmpty();
  }

  @Test
  void startedAndProgress_areValid() {
    assertValid("job-started", EVENTS.started(job(), "w", "0".repeat(16)));
    assertValid("job-progress", EVENTS.progress(job(), 1, 4));
    ImagePreview preview = new ImagePreview(1, ImagePreview.PREFIX + "iVBORw0KGgo=");
    assertValid("job-progress", EVENTS.progress(job(), 1, 4, List.of(preview, preview)));
  }

  @Test
  void completed_isValid() {
    assertValid("job-completed", EVENTS.completed(completed()));
  }

  @Test
  void failedAndCancelled_areValid() {
    for (ErrorCode code : ErrorCode.values()) {
      JobError error = new JobError(code, "m", List.of(new FieldError("f", "x", "y")), "a policy");
      assertValid(
          "job-failed",
          EVENTS.terminal(new JobOutcome.Failed("j", error, 1, Map.of("a", 1), ""), "0"));
    }
    assertValid(
        "job-cancelled",
        EVENTS.terminal(new JobOutcome.Cancelled("j", "r", 0, Map.of(), "https://c/"), "0"));
  }

  @Test
  void workerStatus_isValid() {
    WorkerStatus status =
        new WorkerStatus(
            "w",
            true,
            60,
            "m",
            64,
            64,
            4,
            List.of(new WorkerStatus.Adapter("style", HASH, 4, 9)),
            List.of("canny"),
            true);
    assertValid("worker-status", status.toEvent("/sanaq", Instant.EPOCH));
  }

  @Test
  void storedResult_isValid() {
    assertThat(SCHEMAS.validate("result", Json.write(completed()))).isEmpty();
  }

  @Test
  void unknownField_isInvalid() {
    Map<String, Object> data = new LinkedHashMap<>(EVENTS.progress(job(), 1, 4).data());
    data.put("preview", "x");
    assertThat(SCHEMAS.validateValue("job-progress", data))
        .singleElement()
        .asString()
        .contains("preview");
  }

  private static void assertValid(String schema, CloudEvent event) {
    assertThat(SCHEMAS.validate(schema, Json.write(event.data()))).isEmpty();
    Map<String, String> headers = new LinkedHashMap<>();
    event
        .toRecord("t")
        .headers()
        .forEach(h -> headers.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
    assertThat(SCHEMAS.validateValue("event-headers", headers)).isEmpty();
  }

  private static JobOutcome.Completed completed() {
    StoredImage image =
        new StoredImage("sanaq", "k/0.webp", 7, 64, 64, "webp", 100, HASH).withScore(31.5);
    Job job = job();
    return new JobOutcome.Completed(
        job.id(),
        job.fingerprint(),
        Instant.EPOCH,
        List.of(image),
        job.withInputs(job.inputs().withHashes(Map.of("image", HASH)), 64, 64).asRequest(),
        Map.of("denoise", 1.5),
        1.5,
        "w",
        "m",
        job.metadata());
  }

  private static Job job() {
    RequestValidator validator =
        ContractValidator.of(
            Optional.of(List.of(new ModelDefaults.KnownAdapter("style", HASH, ""))), false);
    GenerationRequest request =
        new GenerationRequest(Json.readObject(REQUEST.getBytes(StandardCharsets.UTF_8)));
    ValidationResult result = validator.validate(request, "id");
    assertThat(result).isInstanceOf(ValidationResult.Valid.class);
    return ((ValidationResult.Valid) result).job();
  }
}
