package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.job.Checked;
import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobRules;
import dev.sanaq.job.Limits;
import dev.sanaq.job.Output;
import dev.sanaq.local.LocalServices;
import dev.sanaq.storage.Attempt;
import dev.sanaq.storage.Attempts;
import dev.sanaq.storage.ResultStore;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageProbe;
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
class ClaimsTest {
  private static final Output HOME = new Output("sanaq", "");

  private static LocalServices services;
  private static S3Client s3;

  @BeforeAll
  static void start() {
    services = LocalServices.startTemporary();
    s3 = S3.client(TestSettings.mapping(StorageConfig.class, services.config()));
  }

  @AfterAll
  static void stop() {
    s3.close();
    services.close();
  }

  @Test
  void aBeginningWhoseAnswerIsLostCountsOnce() {
    assertThat(claims(2).claim(ticket("first")))
        .isInstanceOfSatisfying(Claim.Begun.class, begun -> assertThat(begun.tries()).isEqualTo(1));
    assertThat(new Attempts(s3, HOME).earlier("first")).hasSize(1);
  }

  @Test
  void aLaterBeginningWhoseAnswerIsLostCountsOnce() {
    Attempts attempts = new Attempts(s3, HOME);
    attempts.isFirst("later", new Attempt(1, "other", Instant.EPOCH, "elsewhere-0@0"));
    assertThat(claims(2).claim(ticket("later")))
        .isInstanceOfSatisfying(
            Claim.Begun.class,
            begun -> {
              assertThat(begun.tries()).isEqualTo(1);
              assertThat(begun.attempt().number()).isEqualTo(2);
            });
    assertThat(attempts.earlier("later")).hasSize(2);
  }

  @Test
  void aBeginningWhoseAnswerIsLostUntilTheStorageCountsAsAwayIsGivenBack() {
    Attempts attempts = new Attempts(s3, HOME);
    AtomicBoolean away = new AtomicBoolean(true);
    Claims claims = claims(losing(away::get), losing(away::get), Duration.ofMillis(300));
    assertThatThrownBy(() -> claims.claim(ticket("away"))).isInstanceOf(OutageException.class);
    assertThat(attempts.earlier("away")).as("counted, though nobody was told").hasSize(1);
    away.set(false);
    claims.payDebts();
    assertThat(attempts.earlier("away")).isEmpty();
  }

  private static Claims claims(int lostAnswers) {
    AtomicInteger left = new AtomicInteger(lostAnswers);
    return claims(losing(() -> left.getAndDecrement() > 0), s3, Duration.ofSeconds(20));
  }

  private static Claims claims(S3Client losing, S3Client probed, Duration patience) {
    Clock clock = Clock.systemUTC();
    return new Claims(
        new ResultStore(losing, HOME),
        new Attempts(losing, HOME),
        new StorageGate(new StorageProbe(probed, HOME, "w"), patience, () -> {}),
        new Needless(new CancellationBoard(1), new Rates(), clock),
        3,
        "w",
        clock);
  }

  private static S3Client losing(BooleanSupplier loses) {
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

  private static Ticket ticket(String id) {
    Limits limits = new Limits(100, 4096, 50, 20, 8, 200, false, false, HOME, List.of(HOME));
    JobRules rules = new JobRules(Models.defaults(GradientPainter.MODEL), limits);
    GenerationRequest request = new GenerationRequest(Map.of("prompt", "p"));
    Job job = ((Checked.Accepted) rules.check(request, id)).job();
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("requests", 0, 0, new byte[0], new byte[0]);
    JobTrace trace = new Tracing(OpenTelemetry.noop()).begin(record, job, Instant.EPOCH);
    return new Ticket(record, PartitionProgress.from(null), job, trace, Instant.EPOCH);
  }
}
