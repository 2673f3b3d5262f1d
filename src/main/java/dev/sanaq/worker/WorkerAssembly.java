package dev.sanaq.worker;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.OutputLocation;
import dev.sanaq.job.validation.RequestValidator;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.kafka.event.WorkerStatus;
import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.kafka.request.CancellationDecoder;
import dev.sanaq.kafka.request.RecordDecoder;
import dev.sanaq.kafka.request.RequestReader;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.storage.ImageUrls;
import dev.sanaq.storage.OutputLocations;
import dev.sanaq.storage.RangeReader;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.adapter.AdapterCache;
import dev.sanaq.storage.health.StorageProbe;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.AttemptStore;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.worker.adapter.AdapterPreparer;
import dev.sanaq.worker.attempt.AttemptCounter;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.CancellationRegistry;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.OutcomeRecorder;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.attempt.UploadUrlGuard;
import dev.sanaq.worker.consume.Backpressure;
import dev.sanaq.worker.consume.CancellationDeadLetters;
import dev.sanaq.worker.consume.ConsumerLoop;
import dev.sanaq.worker.consume.GroupMembership;
import dev.sanaq.worker.consume.RebalanceHandler;
import dev.sanaq.worker.consume.RecordCompleter;
import dev.sanaq.worker.consume.RecordDispatcher;
import dev.sanaq.worker.consume.RecordReceiver;
import dev.sanaq.worker.consume.RequestHandler;
import dev.sanaq.worker.consume.WorkerChannels;
import dev.sanaq.worker.encode.JobImageEncoder;
import dev.sanaq.worker.finish.FailedResults;
import dev.sanaq.worker.finish.ImageWriter;
import dev.sanaq.worker.finish.JobCompleter;
import dev.sanaq.worker.finish.PartitionTrackers;
import dev.sanaq.worker.finish.PendingResults;
import dev.sanaq.worker.finish.PresignedUploader;
import dev.sanaq.worker.finish.ResultPublisher;
import dev.sanaq.worker.finish.ResultWriter;
import dev.sanaq.worker.finish.TerminalEvents;
import dev.sanaq.worker.finish.TransactionRunner;
import dev.sanaq.worker.http.LazyHttpClient;
import dev.sanaq.worker.input.InputPreparer;
import dev.sanaq.worker.input.InputReader;
import dev.sanaq.worker.observe.JobTracer;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.ActiveJobs;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobQueue;
import dev.sanaq.worker.queue.WorkerJobs;
import dev.sanaq.worker.requests.RequestConsumer;
import dev.sanaq.worker.run.BatchPreparer;
import dev.sanaq.worker.run.BatchReporting;
import dev.sanaq.worker.run.DeviceLoss;
import dev.sanaq.worker.run.InferenceLoop;
import dev.sanaq.worker.run.InferenceWatchdog;
import dev.sanaq.worker.run.JobProgressSender;
import dev.sanaq.worker.run.WorkerStatusSender;
import dev.sanaq.worker.safety.PromptCheck;
import dev.sanaq.worker.safety.SafetyStage;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Wires the parts of a worker by hand, group by group: tests run several workers in a JVM, with
 * faults between them, which singletons of a container would not allow. {@link WorkerRuntime} calls
 * every method once, in the order in which they are written.
 */
final class WorkerAssembly {
  private static final Logger LOG = Logger.getLogger(WorkerAssembly.class);
  private static final int MAX_CANCELLATIONS = 100_000;
  // Unreadable records may have 1 MB each.
  private static final int MAX_POLLED_LETTERS = 4;
  private static final int MIN_MEASURED_BATCHES = 3;
  private static final int MAX_BATCH_KEYS = 500;
  // Two reports may be lost.
  private static final int STATUS_INTERVALS = 3;

  private final WorkerSettings settings;
  private final ImageGenerator generator;
  private final Clock clock;
  private final WorkerTelemetry telemetry;
  private final WorkerChannels channels;
  private final Hooks hooks;
  private final String workerId;
  private final OutputLocation home;
  private final KafkaClientFactory kafka;
  private final WorkerMetrics metrics;
  private final ShutdownState shutdown = new ShutdownState();
  private final WorkerThreads threads;
  private final UrlPolicy uploadPolicy;
  private final SafetyStage safety;

  /**
   * The models that were loaded; the caller closes them.
   *
   * @param promptCheck checks prompts
   */
  record Models(ImageGenerator generator, Optional<PromptCheck> promptCheck) {}

  /**
   * What tests replace.
   *
   * @param exit ends the process at once with a code
   * @param transactionalProducers wraps them
   */
  record Hooks(IntConsumer exit, UnaryOperator<Producer<byte[], byte[]>> transactionalProducers) {}

  /** S3: results, attempts, the retries of every call, fetched adapters; HTTP for input images. */
  record Storage(
      S3Client s3,
      ResultStore results,
      StorageRetry retry,
      AttemptCounter attempts,
      AdapterCache adapters,
      LazyHttpClient inputClient) {}

  /** The jobs of this worker, and what can stop them. */
  record Jobs(
      JobQueue queue,
      ActiveJobs active,
      WorkerJobs all,
      CancellationRegistry cancellations,
      ThroughputEstimator<BatchKey> throughput,
      JobTermination termination) {}

  /** From results to transactions, and events outside of them. */
  record Publishing(
      RequestConsumer consumer,
      PartitionTrackers trackers,
      JobProgressSender progressSender,
      TerminalEvents terminalEvents,
      PendingResults pendingResults,
      FailedResults failedResults,
      ResultPublisher resultPublisher) {}

  /** From queued jobs to stored results. */
  record Inference(
      InferenceWatchdog watchdog,
      DeviceLoss deviceLoss,
      PresignedUploader uploader,
      BatchPreparer preparer,
      Thread batcherThread,
      Thread inferenceThread) {}

  /** From records to queued jobs. */
  record Consuming(
      ConsumerLoop loop,
      Consumer<ConsumerRecord<byte[], byte[]>> cancellationHandler,
      CancellationDeadLetters cancellationDeadLetters) {}

  WorkerAssembly(
      WorkerSettings settings,
      Models models,
      Clock clock,
      WorkerTelemetry telemetry,
      WorkerChannels channels,
      Hooks hooks) {
    this.settings = settings;
    this.hooks = hooks;
    this.generator = models.generator();
    this.clock = clock;
    this.telemetry = telemetry;
    this.channels = channels;
    this.workerId = settings.worker().id().orElseGet(WorkerIds::generate);
    this.home = OutputLocations.defaultLocation(settings.storage());
    this.kafka = new KafkaClientFactory(settings.kafka());
    this.metrics = new WorkerMetrics(telemetry.meters(), clock, generator.model().name());
    this.threads =
        new WorkerThreads(
            settings.worker(),
            settings.adapters().concurrency(),
            settings.inputs().concurrency(),
            settings.safety().hook().concurrency());
    this.uploadPolicy = new UrlPolicy(settings.uploads().urlPolicyConfig(), DnsResolver.PLATFORM);
    this.safety =
        SafetyStage.of(
            settings.safety(), models.promptCheck(), threads.safety(), metrics::countSafetyCheck);
  }

  ShutdownState shutdown() {
    return shutdown;
  }

  WorkerThreads threads() {
    return threads;
  }

  SafetyStage safety() {
    return safety;
  }

  Storage storage() {
    S3Client s3 = S3ClientFactory.client(settings.storage());
    StorageRetry retry =
        new StorageRetry(
            new StorageProbe(s3, home),
            settings.storage().retryTimeout(),
            metrics::countStorageRetry);
    AttemptCounter attempts =
        new AttemptCounter(
            new AttemptStore(s3, home), settings.worker().maxAttempts(), workerId, clock);
    AdapterCache adapters =
        new AdapterCache(
            s3, settings.adapters(), settings.storage().retryTimeout(), metrics::countAdapterEvent);
    LazyHttpClient inputClient = new LazyHttpClient(uploadPolicy, settings.uploads().callLimits());
    return new Storage(s3, new ResultStore(s3, home), retry, attempts, adapters, inputClient);
  }

  Jobs jobs() {
    WorkerConfig config = settings.worker();
    ActiveJobs active = new ActiveJobs();
    JobQueue queue =
        new JobQueue(
            active,
            config.priorityAging(),
            config.batchSize(),
            config.batchLinger(),
            generator::maxBatchImages);
    metrics.registerGauges(queue::size, active::size);
    CancellationRegistry cancellations =
        new CancellationRegistry(config.cancellationRetention(), MAX_CANCELLATIONS, clock);
    ThroughputEstimator<BatchKey> throughput =
        new ThroughputEstimator<>(MIN_MEASURED_BATCHES, MAX_BATCH_KEYS);
    return new Jobs(
        queue,
        active,
        new WorkerJobs(queue, active, config.queueCapacity()),
        cancellations,
        throughput,
        new JobTermination(cancellations, throughput, shutdown, clock));
  }

  Publishing publishing(Storage storage) {
    String topic = settings.topics().events();
    ImageUrls urls = new ImageUrls(settings.storage(), storage.s3());
    urls.warnIfCredentialsExpireFirst(clock);
    JobEventFactory events = new JobEventFactory(settings.events().source(), urls::of, clock);
    PendingResults pending = new PendingResults();
    FailedResults failed = new FailedResults(clock, settings.worker().retryBackoff());
    RequestConsumer consumer =
        new RequestConsumer(
            channels.requests(),
            List.of(settings.topics().requests()),
            kafka.workerConfiguration(workerId));
    PartitionTrackers trackers = new PartitionTrackers(consumer);
    ResultPublisher publisher =
        new ResultPublisher(
            consumer,
            trackers,
            pending,
            failed,
            new TransactionRunner(transactionalPublisher(), threads.publish()),
            metrics);
    return new Publishing(
        consumer,
        trackers,
        new JobProgressSender(events, channels.progress(), workerId, sendsPreviews()),
        new TerminalEvents(events, topic, storage.retry(), metrics),
        pending,
        failed,
        publisher);
  }

  /** Never while images are checked: a preview would show one before its check. */
  private boolean sendsPreviews() {
    if (!settings.events().previews()) {
      return false;
    }
    if (safety.checksImages()) {
      LOG.warn(
          "sanaq.events.previews has no effect: images are checked (sanaq.safety.hook.stages), and"
              + " a preview would show an image before its check");
      return false;
    }
    if (!generator.hasPreviews()) {
      LOG.warnf(
          "sanaq.events.previews has no effect: the model %s has no latent_rgb_factors.json; make"
              + " one with `model preview-fit`",
          generator.model().name());
    }
    return true;
  }

  private TransactionalPublisher transactionalPublisher() {
    Duration timeout = settings.events().transactionTimeout();
    return new TransactionalPublisher(
        number ->
            hooks
                .transactionalProducers()
                .apply(
                    kafka.transactionalProducer(
                        "sanaq-%s-%s".formatted(workerId, number), timeout)));
  }

  Inference inference(Storage storage, Jobs jobs, Publishing publishing) {
    WorkerConfig config = settings.worker();
    DeviceLoss deviceLoss = new DeviceLoss(hooks.exit());
    InferenceWatchdog watchdog = new InferenceWatchdog(clock, config.stallTimeout(), deviceLoss);
    JobCompleter completer =
        new JobCompleter(
            jobs.all(),
            publishing.pendingResults(),
            publishing.terminalEvents(),
            storage.attempts(),
            new OutcomeRecorder(storage.attempts(), storage.retry()),
            metrics);
    BatchPreparer preparer = preparer(storage, jobs, completer);
    PresignedUploader uploader =
        new PresignedUploader(
            settings.uploads(),
            uploadPolicy,
            WorkerThreads.newPool("sanaq-upload", settings.uploads().concurrency()));
    ImageWriter imageWriter =
        new ImageWriter(storage.results(), storage.retry(), uploader, safety, encoder());
    InferenceLoop loop =
        new InferenceLoop(
            generator,
            preparer,
            jobs.termination(),
            reporting(jobs, publishing, watchdog),
            new ResultWriter(imageWriter, uploader, completer, metrics, threads.io(), clock),
            completer);
    return new Inference(
        watchdog,
        deviceLoss,
        uploader,
        preparer,
        WorkerThreads.newThread(preparer, "sanaq-batcher"),
        WorkerThreads.newThread(loop, "sanaq-inference"));
  }

  private JobImageEncoder encoder() {
    WorkerConfig config = settings.worker();
    JobImageEncoder encoder =
        new JobImageEncoder(
            config.embedMetadata(), config.embedProvenance(), settings.c2pa().credentials(clock));
    encoder.logSigner(clock);
    return encoder;
  }

  private BatchPreparer preparer(Storage storage, Jobs jobs, JobCompleter completer) {
    AttemptGate attemptGate =
        new AttemptGate(
            storage.results(),
            storage.retry(),
            jobs.termination(),
            storage.attempts(),
            new UploadUrlGuard(uploadPolicy, threads.lookups()));
    return new BatchPreparer(
        jobs.queue(), jobs.active(), attemptGate, adapters(storage), completer, threads.attempts());
  }

  private AdapterPreparer adapters(Storage storage) {
    return new AdapterPreparer(storage.adapters(), generator, storage.retry(), threads.adapters());
  }

  private Function<JobExecution, CompletableFuture<Void>> preparation(Storage storage) {
    AdapterPreparer adapters = adapters(storage);
    InputPreparer inputs =
        new InputPreparer(
            new InputReader(
                new RangeReader(storage.s3()),
                storage.inputClient(),
                InputReader.Limits.of(settings.inputs(), settings.storage())),
            storage.retry(),
            threads.inputs(),
            new InputPreparer.SizeRule(
                generator.model().compression(), settings.limits().maxSide()));
    return execution ->
        CompletableFuture.allOf(
            safety.checkPrompt(execution.job(), execution::isAbandonRequested),
            adapters.fetch(execution.job(), execution::isAbandonRequested),
            inputs
                .prepare(execution.job(), execution::isAbandonRequested)
                .thenAccept(execution::setInputs));
  }

  private BatchReporting reporting(Jobs jobs, Publishing publishing, InferenceWatchdog watchdog) {
    return new BatchReporting(
        publishing.progressSender(),
        watchdog,
        jobs.throughput(),
        metrics,
        settings.events().progressInterval(),
        clock);
  }

  Consuming consuming(Storage storage, Jobs jobs, Publishing publishing, Inference inference) {
    WorkerConfig config = settings.worker();
    RecordDecoder decoder = new RecordDecoder(settings.limits().maxRecordBytes());
    CancellationDecoder cancellationDecoder = new CancellationDecoder(decoder);
    RecordReceiver receiver =
        new RecordReceiver(
            publishing.consumer(),
            publishing.trackers(),
            dispatcher(decoder, storage, jobs, publishing),
            new Backpressure(jobs.all(), storage.retry(), publishing.resultPublisher(), shutdown));
    ConsumerLoop loop =
        new ConsumerLoop(
            receiver,
            membership(storage, jobs, publishing),
            publishing.resultPublisher(),
            jobs.all(),
            shutdown,
            config.retryBackoff());
    return new Consuming(
        loop,
        record -> {
          if (cancellationDecoder.decode(record) instanceof CancellationDecoder.Readable readable) {
            cancel(readable.cancellation(), jobs, inference.preparer());
          }
        },
        cancellationDeadLetters(cancellationDecoder));
  }

  WorkerStatusSender statusSender(Consuming consuming, Inference inference) {
    Duration interval = settings.events().workerStatusInterval();
    int validSeconds = Math.toIntExact(interval.multipliedBy(STATUS_INTERVALS).toSeconds());
    ModelInfo model = generator.model();
    List<WorkerStatus.Adapter> adapters = ModelAdapter.reportedAdapters(model);
    return new WorkerStatusSender(
        channels.progress(),
        ready ->
            new WorkerStatus(
                workerId,
                ready,
                validSeconds,
                model.name(),
                model.width(),
                model.height(),
                model.steps(),
                adapters,
                model.controlNets(),
                model.perturbedAttention()),
        settings.events().source(),
        () -> consuming.loop().notReadyReason().or(inference.deviceLoss()::reason).isEmpty(),
        interval,
        clock);
  }

  private CancellationDeadLetters cancellationDeadLetters(CancellationDecoder decoder) {
    Duration timeout = settings.events().transactionTimeout();
    String clientId = workerId + "-cancellations";
    return new CancellationDeadLetters(
        new ReplaceableConsumer(
            () ->
                kafka.groupConsumer(
                    settings.worker().group() + "-cancellations", clientId, MAX_POLLED_LETTERS)),
        settings.topics().cancellations(),
        decoder,
        new DeadLetterFactory(settings.topics().deadLetters()),
        new TransactionalPublisher(
            number ->
                kafka.transactionalProducer("sanaq-%s-%s".formatted(clientId, number), timeout)),
        metrics);
  }

  private GroupMembership membership(Storage storage, Jobs jobs, Publishing publishing) {
    RebalanceHandler rebalanceHandler =
        new RebalanceHandler(
            jobs.all(),
            publishing.trackers(),
            publishing.resultPublisher(),
            storage.retry(),
            shutdown,
            settings.worker().revokeTimeout());
    return new GroupMembership(
        publishing.consumer(), rebalanceHandler, storage.retry(), storage.attempts());
  }

  private RecordDispatcher dispatcher(
      RecordDecoder decoder, Storage storage, Jobs jobs, Publishing publishing) {
    TopicsConfig topics = settings.topics();
    RequestValidator validator =
        new RequestValidator(
            ModelAdapter.defaults(generator.model(), generator.selectsImages()),
            settings
                .limits()
                .toLimits(
                    home,
                    OutputLocations.allowed(settings.storage()),
                    settings.adapters().allowed()));
    RecordCompleter completer =
        new RecordCompleter(
            publishing.pendingResults(),
            new DeadLetterFactory(topics.deadLetters()),
            publishing.terminalEvents(),
            metrics);
    RequestHandler requestHandler =
        new RequestHandler(
            new RequestReader(decoder, validator),
            preparation(storage),
            jobs.queue(),
            new JobTracer(telemetry.tracing()),
            clock,
            completer);
    return new RecordDispatcher(requestHandler, completer);
  }

  private static void cancel(Cancellation cancellation, Jobs jobs, BatchPreparer preparer) {
    jobs.cancellations().put(cancellation);
    preparer.finishCancelled(cancellation);
  }
}
