package dev.sanaq.worker.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.net.UrlPolicyConfig;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.queue.JobExecutions;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** Counts attempts when S3 executes a call and the response is lost. */
class AttemptGateTest {
  @RegisterExtension static final TestServices services = new TestServices();

  private static S3Client s3;
  private static OutputLocation home = new OutputLocation("any", "");

  @BeforeAll
  static void start() {
    s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, services.config()));
    home = new OutputLocation(services.bucket(), "");
  }

  @AfterAll
  static void stop() {
    s3.close();
  }

  @Test
  void firstAttempt_lostResponse_countsOnce() {
    assertThat(attemptGate(2).tryStart(JobExecutions.queued("first")))
        .isInstanceOfSatisfying(
            StartDecision.Start.class, start -> assertThat(start.attemptCount()).isEqualTo(1));
    assertThat(new AttemptStore(s3, home).list("first")).hasSize(1);
  }

  @Test
  void laterAttempt_lostResponse_countsOnce() {
    AttemptStore attempts = new AttemptStore(s3, home);
    attempts.tryCreateFirst("later", new Attempt(1, "other", Instant.EPOCH, "elsewhere-0@0"));
    assertThat(attemptGate(2).tryStart(JobExecutions.queued("later")))
        .isInstanceOfSatisfying(
            StartDecision.Start.class,
            start -> {
              assertThat(start.attemptCount()).isEqualTo(1);
              assertThat(start.attempt().number()).isEqualTo(2);
            });
    assertThat(attempts.list("later")).hasSize(2);
  }

  @Test
  void attempt_lostResponseThenOutage_isReleased() {
    AttemptStore attempts = new AttemptStore(s3, home);
    AtomicBoolean outage = new AtomicBoolean(true);
    S3Client losing = losingResponses(outage::get);
    AttemptCounter counter = attemptCounter(losing);
    AttemptGate gate = attemptGate(counter, losing, losing, Duration.ofMillis(300));
    assertThatThrownBy(() -> gate.tryStart(JobExecutions.queued("lost")))
        .isInstanceOf(StorageOutageException.class);
    assertThat(attempts.list("lost")).as("stored, although the response was lost").hasSize(1);
    outage.set(false);
    counter.releasePending();
    assertThat(attempts.list("lost")).isEmpty();
  }

  private static AttemptGate attemptGate(int lostResponses) {
    AtomicInteger left = new AtomicInteger(lostResponses);
    S3Client losing = losingResponses(() -> left.getAndDecrement() > 0);
    return attemptGate(attemptCounter(losing), losing, s3, Duration.ofSeconds(20));
  }

  private static AttemptCounter attemptCounter(S3Client losing) {
    return new AttemptCounter(new AttemptStore(losing, home), 3, "w", Clock.systemUTC());
  }

  private static AttemptGate attemptGate(
      AttemptCounter attempts, S3Client losing, S3Client probed, Duration timeout) {
    Clock clock = Clock.systemUTC();
    return new AttemptGate(
        new ResultStore(losing, home),
        new StorageRetry(new StorageProbe(probed, home), timeout, () -> {}),
        new JobTermination(
            new CancellationRegistry(Duration.ofDays(1), 1, clock),
            new ThroughputEstimator<>(1, 1),
            new ShutdownState(),
            clock),
        attempts,
        new UploadUrlGuard(
            new UrlPolicy(new UrlPolicyConfig(false, Set.of(443), List.of()), DnsResolver.PLATFORM),
            Runnable::run));
  }

  private static S3Client losingResponses(BooleanSupplier loses) {
    return (S3Client)
        Proxy.newProxyInstance(
            S3Client.class.getClassLoader(),
            new Class<?>[] {S3Client.class},
            (proxy, method, arguments) -> {
              Object response = null;
              Throwable failure = null;
              try {
                response = method.invoke(s3, arguments);
              } catch (InvocationTargetException e) {
                failure = e.getCause();
              }
              if (method.getName().equals("putObject") && loses.getAsBoolean()) {
                throw SdkClientException.create("the response is lost");
              }
              if (failure != null) {
                throw failure;
              }
              return response;
            });
  }
}
