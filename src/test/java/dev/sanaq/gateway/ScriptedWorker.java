package dev.sanaq.gateway;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.StoredImage;
import dev.sanaq.job.validation.ModelDefaults;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.WorkerStatus;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;

/** A worker that the test scripts: it publishes the events of jobs and generates no image. */
public final class ScriptedWorker implements AutoCloseable {
  /** Of the records of requests. */
  static final String HASH = "0123456789abcdef";

  private static final OutputLocation OUTPUT = new OutputLocation("sanaq", "");

  private final Producer<byte[], byte[]> producer;
  private final String eventsTopic;
  private final JobEventFactory events =
      new JobEventFactory(
          "/test", image -> new StoredImage.Url("http://p", Optional.empty()), Clock.systemUTC());

  public ScriptedWorker(Map<String, String> services) {
    String servers = services.getOrDefault("kafka.bootstrap.servers", "");
    this.eventsTopic = services.getOrDefault("sanaq.topics.events", "sanaq.events");
    this.producer =
        new KafkaClientFactory(Map.of("bootstrap.servers", servers))
            .idempotentProducer(Duration.ofSeconds(10));
  }

  /** Reports that it takes jobs of its model, or that it does not. */
  public void publishStatus(boolean ready) {
    publish(
        new WorkerStatus("hand", ready, 60, "m", 1000, 1000, 4)
            .toEvent("/test", Clock.systemUTC().instant()));
  }

  void publishStarted(String id) {
    publish(events.started(job(id), "hand", HASH));
  }

  void publishProgress(String id, int step) {
    publish(events.progress(job(id), step, 4));
  }

  /** Completes without images, after so many seconds of work. */
  void publishCompleted(String id, double seconds) {
    publish(
        events.completed(
            new JobOutcome.Completed(
                id,
                "f",
                Clock.systemUTC().instant(),
                List.of(),
                job(id).asRequest(),
                Map.of("denoise", seconds),
                seconds,
                "hand",
                "m",
                Map.of())));
  }

  void publishFailed(String id) {
    JobError error = JobError.of(ErrorCode.OUT_OF_MEMORY, "too much");
    publish(events.terminal(new JobOutcome.Failed(id, error, 2, Map.of(), ""), HASH));
  }

  public void publishCancelled(String id) {
    publish(events.terminal(new JobOutcome.Cancelled(id, "", 0, Map.of(), ""), HASH));
  }

  @Override
  public void close() {
    producer.close();
  }

  private void publish(CloudEvent event) {
    try {
      producer.send(event.toRecord(eventsTopic)).get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Job job(String id) {
    ModelDefaults model =
        new ModelDefaults("m", 1000, 1000, 4, 4.5, "flow-dpm", List.of("flow-dpm"));
    RequestLimits limits =
        new RequestLimits(
            100, 4096, 100, 50, 8, 16, 1000, false, false, OUTPUT, List.of(OUTPUT), List.of());
    Map<String, Object> fields = Map.of("id", id, "prompt", "p");
    return ((ValidationResult.Valid)
            new RequestValidator(model, limits).validate(new GenerationRequest(fields), id))
        .job();
  }
}
