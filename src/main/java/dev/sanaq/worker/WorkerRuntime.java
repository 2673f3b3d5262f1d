package dev.sanaq.worker;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicReader;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.ProgressPublisher;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.kafka.request.CancellationDecoder;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.kafka.request.RecordDecoder;
import dev.sanaq.kafka.request.RequestReader;
import dev.sanaq.retry.Backoff;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.storage.ImageUrls;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.CancellationRegistry;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.consume.CancellationConsumer;
import dev.sanaq.worker.consume.ConsumerLoop;
import dev.sanaq.worker.consume.RecordDispatcher;
import dev.sanaq.worker.finish.JobCompleter;
import dev.sanaq.worker.finish.PendingResults;
import dev.sanaq.worker.finish.PresignedUploader;
import dev.sanaq.worker.finish.ResultPublisher;
import dev.sanaq.worker.finish.ResultWriter;
import dev.sanaq.worker.finish.UploadConfig;
import dev.sanaq.worker.observe.JobTracer;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
import dev.sanaq.worker.run.BatchPreparer;
import dev.sanaq.worker.run.BatchProgressReporter;
import dev.sanaq.worker.run.InferenceLoop;
import dev.sanaq.worker.run.InferenceWatchdog;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A running worker with all that belongs to it: clients of Kafka and of the storage, the threads,
 * the watch over the engine. Any number in a JVM, each with a name of its own.
 *
 * <p>A request's way: the {@link ConsumerLoop} reads its record, the {@link RecordDispatcher} makes
 * it a {@link JobExecution}, which waits at the {@link JobQueue}; the {@link BatchPreparer} counts
 * its beginning, the {@link InferenceLoop} draws it, the {@link ResultWriter} stores it, and the
 * {@link ResultPublisher} publishes its end.
 */
public final class WorkerRuntime {
  private static final Duration PROGRESS_SEND_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration FORCED_STOP_TIMEOUT = Duration.ofSeconds(20);
  private static final int MAX_CANCELLATIONS = 100_000;
  private static final double NEWEST_DURATION_WEIGHT = 0.3;
  private static final int MAX_BATCH_KEYS = 500;

  private final ConsumerLoop consumerLoop;
  private final JobQueue queue;
  private final ActiveJobs activeJobs = new ActiveJobs();
  private final ShutdownState shutdown = new ShutdownState();
  private final InferenceWatchdog watchdog;
  private final CancellationConsumer cancellationConsumer;
  private final Producer<byte[], byte[]> progressProducer;
  private final S3Client s3;
  private final ExecutorService ioPool;
  private final ExecutorService attemptPool;
  private final ExecutorService publishPool;
  private final PresignedUploader uploader;
  private final Thread batcherThread;
  private final Thread inferenceThread;

  /**
   * The configuration that a worker needs.
   *
   * @param worker the worker's own
   * @param limits of requests
   * @param storage where images go
   * @param topics the topics' names
   * @param events events out
   * @param uploads images to the addresses that requests bring
   * @param kafka the connection, in Kafka's own properties
   */
  public record Settings(
      WorkerConfig worker,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventsConfig events,
      UploadConfig uploads,
      Map<String, Object> kafka) {}

  /**
   * Where a worker tells how it is doing.
   *
   * @param meters metrics
   * @param tracing traces
   */
  public record Telemetry(MeterRegistry meters, OpenTelemetry tracing) {}

  private WorkerRuntime(
      Settings settings,
      ImageGenerator painter,
      Clock clock,
      Telemetry telemetry,
      UnaryOperator<Producer<byte[], byte[]>> producers) {
    WorkerConfig config = settings.worker();
    TopicsConfig topics = settings.topics();
    OutputLocation home = OutputLocations.defaultLocation(settings.storage());
    String name = config.id().orElseGet(WorkerIds::generate);
    KafkaClientFactory kafka = new KafkaClientFactory(settings.kafka());
    this.s3 = S3ClientFactory.client(settings.storage());
    this.watchdog = new InferenceWatchdog(clock, config.stallTimeout());
    this.progressProducer = kafka.lingeringProducer(PROGRESS_SEND_TIMEOUT);
    this.ioPool = newThreadPool("sanaq-io", config.ioThreads());
    this.attemptPool = newThreadPool("sanaq-attempts", config.batchSize());
    this.publishPool = newThreadPool("sanaq-publish", 1);
    this.uploader =
        new PresignedUploader(
            settings.uploads(), newThreadPool("sanaq-upload", settings.uploads().concurrency()));
    this.queue =
        new JobQueue(
            config.priorityAging(),
            config.batchSize(),
            config.batchLinger(),
            painter::maxBatchImages);

    WorkerMetrics meters = new WorkerMetrics(telemetry.meters(), clock);
    meters.registerGauges(queue::size, activeJobs::size);
    PendingResults outbox = new PendingResults();
    ImageUrls addresses = new ImageUrls(settings.storage());
    JobEventFactory events = new JobEventFactory(settings.events().source(), addresses::of, clock);
    ProgressPublisher live = new ProgressPublisher(progressProducer, topics.events());
    CancellationRegistry board = new CancellationRegistry(MAX_CANCELLATIONS);
    ThroughputEstimator<BatchKey> rates =
        new ThroughputEstimator<>(NEWEST_DURATION_WEIGHT, MAX_BATCH_KEYS);
    JobTermination needless = new JobTermination(board, rates, clock);
    ResultStore store = new ResultStore(s3, home);
    StorageRetry gate =
        new StorageRetry(
            new StorageProbe(s3, home, name),
            settings.storage().retryTimeout(),
            meters::countStorageRetry);
    AttemptGate claims =
        new AttemptGate(
            store, new AttemptStore(s3, home), gate, needless, config.maxAttempts(), name, clock);
    JobCompleter endings =
        new JobCompleter(queue, activeJobs, outbox, events, topics.events(), meters);
    BatchPreparer preparer = new BatchPreparer(queue, claims, activeJobs, endings, attemptPool);
    ResultWriter finisher =
        new ResultWriter(
            store,
            gate,
            uploader,
            claims,
            endings,
            meters,
            ioPool,
            clock,
            name,
            config.embedMetadata());
    BatchProgressReporter.Context context =
        new BatchProgressReporter.Context(
            events, live, watchdog, settings.events().progressInterval(), clock);
    this.batcherThread = newDaemonThread(preparer, "sanaq-batcher");
    this.inferenceThread =
        newDaemonThread(
            new InferenceLoop(
                painter, preparer, finisher, claims, endings, needless, shutdown, rates, context,
                meters, name),
            "sanaq-inference");

    RecordDecoder decoder = new RecordDecoder(settings.limits().maxRecordBytes());
    CancellationDecoder cancelling = new CancellationDecoder(decoder);
    RequestValidator rules =
        new RequestValidator(
            ModelAdapter.defaults(painter.model()),
            settings.limits().toLimits(home, OutputLocations.allowed(settings.storage())));
    RecordDispatcher door =
        new RecordDispatcher(
            new RequestReader(decoder, rules),
            cancelling,
            queue,
            outbox,
            events,
            new DeadLetterFactory(topics.deadLetters()),
            new RecordDispatcher.Topics(topics.cancellations(), topics.events()),
            meters,
            new JobTracer(telemetry.tracing()),
            clock);
    this.cancellationConsumer =
        new CancellationConsumer(
            () ->
                new TopicReader(
                    kafka.standaloneConsumer(),
                    StartPosition.since(
                        () -> clock.instant().minus(config.cancellationRetention()))),
            topics.cancellations(),
            cancelling,
            Backoff.constant(config.retryBackoff()),
            cancellation -> {
              board.put(cancellation);
              preparer.finishWithoutRunning(
                  queue.removeIf(t -> t.job().id().equals(cancellation.id())));
            });
    Consumer<byte[], byte[]> consumer = kafka.workerConsumer(config.group(), name);
    Duration timeout = settings.events().transactionTimeout();
    TransactionalPublisher publisher =
        new TransactionalPublisher(
            turn ->
                producers.apply(
                    kafka.transactionalProducer("sanaq-%s-%d".formatted(name, turn), timeout)));
    this.consumerLoop =
        new ConsumerLoop(
            consumer,
            new ConsumerLoop.Settings(
                List.of(topics.requests(), topics.cancellations()),
                config.queueCapacity(),
                config.revokeTimeout(),
                config.retryBackoff()),
            door,
            queue,
            activeJobs,
            new ResultPublisher(
                consumer, publisher, live, outbox, meters, publishPool, config.retryBackoff()),
            gate,
            claims,
            shutdown);
  }

  /**
   * Joins the group and begins to work; returns once the cancellations are known.
   *
   * @param painter stays its maker's to close, once this is drained
   */
  public static WorkerRuntime start(
      Settings settings, ImageGenerator painter, Clock clock, Telemetry telemetry) {
    return start(settings, painter, clock, telemetry, UnaryOperator.identity());
  }

  /** With something between the worker and its transactions: faults for the tests. */
  static WorkerRuntime start(
      Settings settings,
      ImageGenerator painter,
      Clock clock,
      Telemetry telemetry,
      UnaryOperator<Producer<byte[], byte[]>> producers) {
    WorkerRuntime process = new WorkerRuntime(settings, painter, clock, telemetry, producers);
    process.cancellationConsumer.start(CATCH_UP_TIMEOUT);
    process.batcherThread.start();
    process.inferenceThread.start();
    process.consumerLoop.start();
    return process;
  }

  /** Whether the threads live and the engine does not hang. */
  public boolean isHealthy() {
    return consumerLoop.isHealthy()
        && (shutdown.isStarted() || inferenceThread.isAlive() && batcherThread.isAlive())
        && !watchdog.isStalled();
  }

  /** Whether jobs wait here or were begun and have not ended. */
  public boolean isBusy() {
    return activeJobs.size() > 0 || queue.size() > 0;
  }

  /** What keeps the worker from taking jobs, in words; nothing where nothing does. */
  public Optional<String> notReadyReason() {
    return consumerLoop.notReadyReason();
  }

  /**
   * Takes no more work, ends the jobs on the device, leaves the group and lets go of everything.
   *
   * @param grace how long the jobs on the device may go on
   * @return whether nothing draws any more, so that the painter can be closed
   */
  public boolean drain(Duration grace) {
    shutdown.start(grace);
    queue.close();
    consumerLoop.drain(grace);
    cancellationConsumer.stop();
    boolean ended = awaitStopped(inferenceThread);
    ioPool.shutdownNow();
    attemptPool.shutdownNow();
    publishPool.shutdownNow();
    uploader.close();
    progressProducer.close(PROGRESS_SEND_TIMEOUT);
    s3.close();
    return ended;
  }

  private static boolean awaitStopped(Thread thread) {
    try {
      thread.join(FORCED_STOP_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private static Thread newDaemonThread(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private static ExecutorService newThreadPool(String name, int threads) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads, work -> newDaemonThread(work, name + "-" + number.incrementAndGet()));
  }
}
