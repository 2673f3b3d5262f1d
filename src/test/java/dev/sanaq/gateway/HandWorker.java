package dev.sanaq.gateway;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.job.Checked;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobRules;
import dev.sanaq.job.Limits;
import dev.sanaq.job.ModelDefaults;
import dev.sanaq.job.Output;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;

/** A worker whose every step the test says: it publishes the events of jobs and draws nothing. */
public final class HandWorker implements AutoCloseable {
  private static final Output HOME = new Output("sanaq", "");

  private final Producer<byte[], byte[]> producer;
  private final Events events = new Events("/test", image -> "http://p", Clock.systemUTC());

  public HandWorker(Map<String, String> services) {
    String servers = services.getOrDefault("kafka.bootstrap.servers", "");
    this.producer =
        new KafkaClients(Map.of("bootstrap.servers", servers)).plain(Duration.ofSeconds(10));
  }

  void started(String id) {
    publish(events.started(job(id), "hand"));
  }

  void progress(String id, int step) {
    publish(events.progress(job(id), step, 4));
  }

  /** Completes without pictures, after so many seconds of work. */
  void completed(String id, double seconds) {
    publish(
        events.ended(
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

  void failed(String id) {
    JobError error = JobError.of(ErrorCode.OUT_OF_MEMORY, "too much");
    publish(events.ended(new JobOutcome.Failed(id, error, 2, Map.of(), "")));
  }

  public void cancelled(String id) {
    publish(events.ended(new JobOutcome.Cancelled(id, "", 0, Map.of(), "")));
  }

  @Override
  public void close() {
    producer.close();
  }

  private void publish(CloudEvent event) {
    try {
      producer.send(event.toRecord("sanaq.events")).get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Job job(String id) {
    ModelDefaults model =
        new ModelDefaults("m", 1000, 1000, 4, 4.5, "flow-dpm", List.of("flow-dpm"));
    Limits limits = new Limits(100, 4096, 100, 50, 8, 1000, false, false, HOME, List.of(HOME));
    Map<String, Object> fields = Map.of("id", id, "prompt", "p");
    return ((Checked.Accepted) new JobRules(model, limits).check(new GenerationRequest(fields), id))
        .job();
  }
}
