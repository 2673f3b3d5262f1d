package dev.sanaq.worker.finish;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.JobOutcome.Cancelled;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.StoredImage;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.attempt.AttemptCounter;
import dev.sanaq.worker.attempt.OutcomeRecorder;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobExecutions;
import dev.sanaq.worker.queue.JobPhase;
import dev.sanaq.worker.queue.JobQueue;
import dev.sanaq.worker.queue.WorkerJobs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

class JobCompleterTest {
  private static final Clock CLOCK = Clock.systemUTC();

  // A timer cannot hold the time until then.
  private static final Clock BROKEN_CLOCK = Clock.fixed(Instant.MAX, ZoneOffset.UTC);
  private static final S3Client NO_STORAGE =
      S3ClientFactory.client(
          TestSettings.mapping(
              StorageConfig.class,
              Map.of(
                  "sanaq.storage.endpoint", "http://127.0.0.1:1",
                  "sanaq.storage.path-style", "true",
                  "sanaq.storage.access-key", "k",
                  "sanaq.storage.secret-key", "s")));

  @Test
  void publish_withFailingMetric_publishesOnceAndReleasesJob() {
    ActiveJobs active = new ActiveJobs();
    PendingResults pending = new PendingResults();
    JobExecution execution = JobExecutions.queued("job");
    active.add(execution);
    execution.moveTo(JobPhase.STARTING);

    completer(active, pending).publish(execution, new Cancelled("job", "", 0, Map.of(), ""));

    assertThat(active.size()).isZero();
    assertThat(pending.pollBatch(10, Long.MAX_VALUE)).hasSize(1);
    assertThat(execution.phase()).isEqualTo(JobPhase.PUBLISHING);
  }

  @Test
  void complete_urlsCannotBeSignedAtFirst_publishesResult() {
    AtomicInteger calls = new AtomicInteger();
    ActiveJobs active = new ActiveJobs();
    PendingResults pending = new PendingResults();
    JobExecution execution = started("job", active);

    completer(
            active,
            pending,
            image -> {
              if (calls.incrementAndGet() < 3) {
                throw noCredentials();
              }
              return new StoredImage.Url("http://signed", Optional.of(Instant.EPOCH));
            })
        .complete(execution, completed("job"));

    List<PendingResults.CompletedRecord> published = pending.pollBatch(10, Long.MAX_VALUE);
    assertThat(published).hasSize(1);
    JsonNode image =
        KafkaS3Client.json(published.get(0).records().get(0).value()).get("images").get(0);
    assertThat(image.get("url").asText()).isEqualTo("http://signed");
    assertThat(image.get("urlExpires").asText()).isEqualTo("1970-01-01T00:00:00Z");
  }

  @Test
  void complete_urlsCannotBeSigned_storageOutage_abandonsJob() {
    ActiveJobs active = new ActiveJobs();
    PendingResults pending = new PendingResults();
    JobExecution execution = started("job", active);

    completer(
            active,
            pending,
            image -> {
              throw noCredentials();
            })
        .complete(execution, completed("job"));

    assertThat(pending.pollBatch(10, Long.MAX_VALUE)).isEmpty();
    assertThat(execution.phase()).isEqualTo(JobPhase.ABANDONED);
    assertThat(active.size()).isZero();
  }

  private static JobExecution started(String id, ActiveJobs active) {
    JobExecution execution = JobExecutions.queued(id);
    active.add(execution);
    execution.moveTo(JobPhase.STARTING);
    return execution;
  }

  private static StorageException noCredentials() {
    return new StorageException("no credentials", SdkClientException.create("no credentials"));
  }

  private static Completed completed(String id) {
    StoredImage image = new StoredImage("b", "k", 1, 8, 4, "png", 3, "00");
    return new Completed(
        id,
        "fingerprint",
        Instant.EPOCH,
        List.of(image),
        Map.of(),
        Map.of(),
        1,
        "worker",
        "model",
        Map.of());
  }

  private static JobCompleter completer(ActiveJobs active, PendingResults pending) {
    return completer(active, pending, image -> new StoredImage.Url("", Optional.empty()));
  }

  private static JobCompleter completer(
      ActiveJobs active, PendingResults pending, Function<StoredImage, StoredImage.Url> urls) {
    WorkerMetrics metrics = new WorkerMetrics(new SimpleMeterRegistry(), BROKEN_CLOCK, "m");
    JobQueue queue = new JobQueue(active, Duration.ofMinutes(1), 8, Duration.ZERO, key -> 8);
    OutputLocation location = new OutputLocation("b", "");
    AttemptCounter attempts =
        new AttemptCounter(new AttemptStore(NO_STORAGE, location), 3, "worker", CLOCK);
    StorageRetry retry =
        new StorageRetry(new StorageProbe(NO_STORAGE, location), Duration.ofSeconds(1), () -> {});
    return new JobCompleter(
        new WorkerJobs(queue, active, 10),
        pending,
        new TerminalEvents(new JobEventFactory("/test", urls, CLOCK), "events", retry, metrics),
        attempts,
        new OutcomeRecorder(attempts, retry),
        metrics);
  }
}
