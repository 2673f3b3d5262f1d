package dev.sanaq.worker.queue;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.worker.ModelAdapter;
import dev.sanaq.worker.observe.JobSpan;
import dev.sanaq.worker.observe.JobTracer;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Creates job executions for tests. */
public final class JobExecutions {
  private static final OutputLocation HOME = new OutputLocation("sanaq", "");
  private static final RequestValidator VALIDATOR =
      new RequestValidator(
          ModelAdapter.defaults(GradientImageGenerator.MODEL, true),
          new RequestLimits(
              100, 4096, 50, 20, 8, 16, 200, false, false, HOME, List.of(HOME), List.of()));

  private JobExecutions() {}

  /** A queued job that was read at the epoch. */
  public static JobExecution queued(String id) {
    return queued(id, Map.of(), Instant.EPOCH, 0);
  }

  /**
   * A queued job.
   *
   * @param fields of the request, in addition to id and prompt
   */
  public static JobExecution queued(
      String id, Map<String, Object> fields, Instant received, long offset) {
    return queued(id, fields, received, offset, 0);
  }

  /**
   * A queued job.
   *
   * @param recordBytes the length of its record's value
   */
  static JobExecution queued(
      String id, Map<String, Object> fields, Instant received, long offset, int recordBytes) {
    Map<String, Object> request = new HashMap<>(Map.of("id", id, "prompt", "p"));
    request.putAll(fields);
    Job job =
        ((ValidationResult.Valid) VALIDATOR.validate(new GenerationRequest(request), id)).job();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("requests", 0, offset, new byte[0], new byte[recordBytes]);
    JobSpan span = new JobTracer(OpenTelemetry.noop()).startSpan(record, job, received);
    return new JobExecution(record, OffsetTracker.from(null), job, span, received);
  }
}
