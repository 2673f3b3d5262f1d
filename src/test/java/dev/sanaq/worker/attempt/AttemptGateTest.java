package dev.sanaq.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.RequestLimits;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.job.validation.ValidationResult;
import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.local.LocalServices;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.ModelAdapter;
import dev.sanaq.worker.observe.JobSpan;
import dev.sanaq.worker.observe.JobTracer;
import dev.sanaq.worker.queue.JobExecution;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** What counts as a beginning, where the storage does what it is asked and its answer is lost. */
class AttemptGateTest {
  private static final OutputLocation HOME = new OutputLocation("sanaq", "");

  private static LocalServices services;
  private static S3Client s3;

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
    s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, services.config()));
  }

  @AfterAll
  static void stop() {
    s3.close();
    services.close();
  }

  @Test
  void firstAttempt_lostResponse_countsOnce() {
    assertThat(attemptGate(2).tryStart(execution("first")))
        .isInstanceOfSatisfying(
            StartDecision.Start.class, begun -> assertThat(begun.attemptCount()).isEqualTo(1));
    assertThat(new AttemptStore(s3, HOME).list("first")).hasSize(1);
  }

  @Test
  void laterAttempt_lostResponse_countsOnce() {
    AttemptStore attempts = new AttemptStore(s3, HOME);
    attempts.tryCreateFirst("later", new Attempt(1, "other", Instant.EPOCH, "elsewhere-0@0"));
    assertThat(attemptGate(2).tryStart(execution("later")))
        .isInstanceOfSatisfying(
            StartDecision.Start.class,
            begun -> {
              assertThat(begun.attemptCount()).isEqualTo(1);
              assertThat(begun.attempt().number()).isEqualTo(2);
            });
    assertThat(attempts.list("later")).hasSize(2);
  }

  @Test
  void attempt_lostResponseThenOutage_isReleased() {
    AttemptStore attempts = new AttemptStore(s3, HOME);
    AtomicBoolean away = new AtomicBoolean(true);
    AttemptGate claims =
        attemptGate(losingResponses(away::get), losingResponses(away::get), Duration.ofMillis(300));
    assertThatThrownBy(() -> claims.tryStart(execution("away")))
        .isInstanceOf(StorageOutageException.class);
    assertThat(attempts.list("away")).as("counted, though nobody was told").hasSize(1);
    away.set(false);
    claims.releasePending();
    assertThat(attempts.list("away")).isEmpty();
  }

  private static AttemptGate attemptGate(int lostAnswers) {
    AtomicInteger left = new AtomicInteger(lostAnswers);
    return attemptGate(
        losingResponses(() -> left.getAndDecrement() > 0), s3, Duration.ofSeconds(20));
  }

  private static AttemptGate attemptGate(S3Client losing, S3Client probed, Duration patience) {
    Clock clock = Clock.systemUTC();
    return new AttemptGate(
        new ResultStore(losing, HOME),
        new AttemptStore(losing, HOME),
        new StorageRetry(new StorageProbe(probed, HOME, "w"), patience, () -> {}),
        new JobTermination(new CancellationRegistry(1), new ThroughputEstimator<>(0.3, 1), clock),
        3,
        "w",
        clock);
  }

  private static S3Client losingResponses(BooleanSupplier loses) {
    return (S3Client)
        Proxy.newProxyInstance(
            S3Client.class.getClassLoader(),
            new Class<?>[] {S3Client.class},
            (proxy, method, arguments) -> {
              Object answer = null;
              Throwable refusal = null;
              try {
                answer = method.invoke(s3, arguments);
              } catch (InvocationTargetException e) {
                refusal = e.getCause();
              }
              if (method.getName().equals("putObject") && loses.getAsBoolean()) {
                throw SdkClientException.create("the answer is lost");
              }
              if (refusal != null) {
                throw refusal;
              }
              return answer;
            });
  }

  private static JobExecution execution(String id) {
    RequestLimits limits =
        new RequestLimits(100, 4096, 50, 20, 8, 200, false, false, HOME, List.of(HOME));
    RequestValidator rules =
        new RequestValidator(ModelAdapter.defaults(GradientImageGenerator.MODEL), limits);
    GenerationRequest request = new GenerationRequest(Map.of("prompt", "p"));
    Job job = ((ValidationResult.Valid) rules.validate(request, id)).job();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("requests", 0, 0, new byte[0], new byte[0]);
    JobSpan trace = new JobTracer(OpenTelemetry.noop()).startSpan(record, job, Instant.EPOCH);
    return new JobExecution(record, OffsetTracker.from(null), job, trace, Instant.EPOCH);
  }
}
