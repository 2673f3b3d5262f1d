package dev.sanaq.worker.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.StoredImage;
import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.net.UrlPolicyConfig;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.adapter.AdapterCache;
import dev.sanaq.storage.adapter.AdapterConfig;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.TestServices;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.adapter.AdapterPreparer;
import dev.sanaq.worker.attempt.AttemptCounter;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.CancellationRegistry;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.OutcomeRecorder;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.attempt.UploadUrlGuard;
import dev.sanaq.worker.consume.RebalanceHandler;
import dev.sanaq.worker.finish.FailedResults;
import dev.sanaq.worker.finish.JobCompleter;
import dev.sanaq.worker.finish.PartitionTrackers;
import dev.sanaq.worker.finish.PendingResults;
import dev.sanaq.worker.finish.ResultPublisher;
import dev.sanaq.worker.finish.TerminalEvents;
import dev.sanaq.worker.finish.TransactionRunner;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobExecutions;
import dev.sanaq.worker.queue.JobPhase;
import dev.sanaq.worker.queue.JobQueue;
import dev.sanaq.worker.queue.WorkerJobs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.s3.S3Client;

/** Jobs whose partition is revoked, or that are cancelled, at the worst moment. */
class BatchPreparerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final List<TopicPartition> REVOKED = List.of(new TopicPartition("requests", 0));
  private static final Clock CLOCK = Clock.systemUTC();

  @RegisterExtension static final TestServices services = new TestServices();

  private static S3Client s3;
  private static OutputLocation home = new OutputLocation("any", "");

  private final ActiveJobs active = new ActiveJobs();
  private final JobQueue queue =
      new JobQueue(active, Duration.ofMinutes(1), 8, Duration.ZERO, key -> 8);
  private final WorkerJobs jobs = new WorkerJobs(queue, active, 10);
  private final WorkerMetrics metrics = new WorkerMetrics(new SimpleMeterRegistry(), CLOCK, "m");
  private final PendingResults pending = new PendingResults();
  private final ShutdownState shutdown = new ShutdownState();
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final CancellationRegistry cancellations =
      new CancellationRegistry(Duration.ofDays(1), 1, CLOCK);
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch mayList = new CountDownLatch(1);

  @BeforeAll
  static void start() {
    s3 = S3ClientFactory.client(TestSettings.mapping(StorageConfig.class, services.config()));
    home = new OutputLocation(services.bucket(), "");
  }

  @AfterAll
  static void close() {
    s3.close();
  }

  @AfterEach
  void stop() {
    executor.shutdownNow();
  }

  @Test
  void quarantinedJob_revokedWhileItWaitsForOthers_countsNoAttempt() {
    JobExecution running = JobExecutions.queued("running");
    running.moveTo(JobPhase.STARTING);
    active.add(running);
    JobExecution suspect = suspect("waiting");
    suspect.quarantine();
    queue.add(suspect);
    executor.execute(preparer(s3));
    Eventually.await("the job is taken from the queue", TIMEOUT).until(() -> queue.size() == 0);

    rebalanceHandler(Duration.ZERO).onPartitionsRevoked(REVOKED);
    active.remove(running);

    Eventually.await("the job is started or abandoned", TIMEOUT)
        .until(() -> suspect.attempt().isPresent() || suspect.phase() == JobPhase.ABANDONED);
    assertThat(new AttemptStore(s3, home).list("waiting")).as("of the other worker").hasSize(1);
    assertThat(jobs.isEmpty()).isTrue();
  }

  @Test
  void job_thatIsQuarantinedDuringRevocation_doesNotStayInTheQueue() throws Exception {
    JobExecution suspect = suspect("returning");
    queue.add(suspect);
    executor.execute(preparer(blockingLists()));
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    executor.execute(
        () -> {
          Pause.of(Duration.ofMillis(300));
          mayList.countDown();
        });

    rebalanceHandler(TIMEOUT).onPartitionsRevoked(REVOKED);

    assertThat(suspect.phase()).isEqualTo(JobPhase.ABANDONED);
    assertThat(jobs.isEmpty()).isTrue();
    assertThat(new AttemptStore(s3, home).list("returning")).hasSize(1);
  }

  @Test
  void cancelledQueuedJob_whoseCancellationIsForgottenAtOnce_isCancelled() {
    JobExecution job = JobExecutions.queued("cancelled");
    queue.add(job);
    // The registry remembers one; many may be read at once.
    cancellations.put(new Cancellation("another", "", CLOCK.instant()));

    preparer(s3).finishCancelled(new Cancellation("cancelled", "not needed", CLOCK.instant()));

    Eventually.await("the job ends", TIMEOUT).until(jobs::isEmpty);
    assertThat(job.phase()).isEqualTo(JobPhase.PUBLISHING);
    assertThat(new AttemptStore(s3, home).list("cancelled"))
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.outcome()).isPresent());
  }

  /** A job whose earlier attempt, by another worker, did not finish. */
  private static JobExecution suspect(String id) {
    JobExecution suspect = JobExecutions.queued(id);
    new AttemptStore(s3, home)
        .tryCreateFirst(id, new Attempt(1, "other", Instant.EPOCH, suspect.source()));
    return suspect;
  }

  private BatchPreparer preparer(S3Client client) {
    AttemptCounter attempts = new AttemptCounter(new AttemptStore(client, home), 3, "w", CLOCK);
    JobTermination termination =
        new JobTermination(cancellations, new ThroughputEstimator<>(1, 1), shutdown, CLOCK);
    return new BatchPreparer(
        queue,
        active,
        new AttemptGate(
            new ResultStore(client, home),
            storageRetry(client),
            termination,
            attempts,
            new UploadUrlGuard(
                new UrlPolicy(
                    new UrlPolicyConfig(false, Set.of(443), List.of()), DnsResolver.PLATFORM),
                executor)),
        new AdapterPreparer(
            new AdapterCache(
                client,
                TestSettings.mapping(AdapterConfig.class, services.config()),
                TIMEOUT,
                event -> {}),
            new GradientImageGenerator(),
            storageRetry(client),
            executor),
        new JobCompleter(
            jobs,
            pending,
            new TerminalEvents(
                new JobEventFactory(
                    "/test", image -> new StoredImage.Url("", Optional.empty()), CLOCK),
                "events",
                storageRetry(client),
                metrics),
            attempts,
            new OutcomeRecorder(attempts, storageRetry(client)),
            metrics),
        executor);
  }

  private static StorageRetry storageRetry(S3Client client) {
    return new StorageRetry(new StorageProbe(client, home), TIMEOUT, () -> {});
  }

  private RebalanceHandler rebalanceHandler(Duration revokeTimeout) {
    ReplaceableConsumer consumer = new ReplaceableConsumer(() -> new MockConsumer<>("earliest"));
    PartitionTrackers trackers = new PartitionTrackers(consumer);
    TopicPartition partition = REVOKED.get(0);
    trackers.startTracking(
        new ConsumerRecords<>(
            Map.of(
                partition,
                List.of(new ConsumerRecord<>(partition.topic(), 0, 0, new byte[0], new byte[0]))),
            Map.of()));
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    ResultPublisher publisher =
        new ResultPublisher(
            consumer,
            trackers,
            pending,
            new FailedResults(CLOCK, Duration.ofMillis(50)),
            new TransactionRunner(new TransactionalPublisher(number -> producer), executor),
            metrics);
    return new RebalanceHandler(
        jobs, trackers, publisher, storageRetry(s3), shutdown, revokeTimeout);
  }

  /** S3 that answers a listing of attempts late. */
  private S3Client blockingLists() {
    return (S3Client)
        Proxy.newProxyInstance(
            S3Client.class.getClassLoader(),
            new Class<?>[] {S3Client.class},
            (proxy, method, arguments) -> {
              if (method.getName().startsWith("getObject")) {
                reached.countDown();
                mayList.await(20, TimeUnit.SECONDS);
              }
              try {
                return method.invoke(s3, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
