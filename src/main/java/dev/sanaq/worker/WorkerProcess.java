package dev.sanaq.worker;

import dev.sanaq.event.DeadLetters;
import dev.sanaq.event.EventConfig;
import dev.sanaq.event.Events;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.LiveEvents;
import dev.sanaq.event.Publisher;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.intake.CancellationDecoder;
import dev.sanaq.intake.Intake;
import dev.sanaq.intake.LimitsConfig;
import dev.sanaq.intake.RecordDecoder;
import dev.sanaq.job.JobRules;
import dev.sanaq.job.Output;
import dev.sanaq.sana.Painter;
import dev.sanaq.storage.Addresses;
import dev.sanaq.storage.Attempts;
import dev.sanaq.storage.Outputs;
import dev.sanaq.storage.ResultStore;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.storage.StorageProbe;
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
 * <p>A request's way: the {@link Worker} reads its record, the {@link Door} makes it a {@link
 * Ticket}, which waits at the {@link Desk}; the {@link Preparer} counts its beginning, the {@link
 * Easel} draws it, the {@link Finisher} stores it, and the {@link Ledger} publishes its end.
 */
public final class WorkerProcess {
  private static final Duration NEWS_PATIENCE = Duration.ofSeconds(10);
  private static final Duration CATCH_UP = Duration.ofSeconds(30);
  private static final Duration LAST_STEP = Duration.ofSeconds(20);
  private static final int CANCELLATIONS = 100_000;

  private final Worker worker;
  private final Desk desk;
  private final InFlight inFlight = new InFlight();
  private final Leaving leaving = new Leaving();
  private final EngineWatch watch;
  private final CancellationReader cancellations;
  private final Producer<byte[], byte[]> news;
  private final S3Client s3;
  private final ExecutorService io;
  private final ExecutorService claiming;
  private final ExecutorService publishing;
  private final Uploads uploads;
  private final Thread preparing;
  private final Thread drawing;

  /**
   * The configuration that a worker needs.
   *
   * @param worker the worker's own
   * @param limits of requests
   * @param storage where pictures go
   * @param topics the topics' names
   * @param events events out
   * @param uploads pictures to the addresses that requests bring
   * @param kafka the connection, in Kafka's own properties
   */
  public record Settings(
      WorkerConfig worker,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventConfig events,
      UploadConfig uploads,
      Map<String, Object> kafka) {}

  /**
   * Where a worker tells how it is doing.
   *
   * @param meters metrics
   * @param tracing traces
   */
  public record Telemetry(MeterRegistry meters, OpenTelemetry tracing) {}

  private WorkerProcess(
      Settings settings,
      Painter painter,
      Clock clock,
      Telemetry telemetry,
      UnaryOperator<Producer<byte[], byte[]>> producers) {
    WorkerConfig config = settings.worker();
    TopicsConfig topics = settings.topics();
    Output home = Outputs.home(settings.storage());
    String name = config.id().orElseGet(WorkerNames::make);
    KafkaClients kafka = new KafkaClients(settings.kafka());
    this.s3 = S3.client(settings.storage());
    this.watch = new EngineWatch(clock, config.stuckAfter());
    this.news = kafka.news(NEWS_PATIENCE);
    this.io = pool("sanaq-io", config.ioThreads());
    this.claiming = pool("sanaq-claim", config.batchSize());
    this.publishing = pool("sanaq-publish", 1);
    this.uploads =
        new Uploads(settings.uploads(), pool("sanaq-upload", settings.uploads().concurrency()));
    this.desk =
        new Desk(
            config.promotion(), config.batchSize(), config.batchWait(), painter::picturesTogether);

    Meters meters = new Meters(telemetry.meters(), clock);
    meters.watch(desk::size, inFlight::size);
    Outbox outbox = new Outbox();
    Addresses addresses = new Addresses(settings.storage());
    Events events = new Events(settings.events().source(), addresses::of, clock);
    LiveEvents live = new LiveEvents(news, topics.events());
    CancellationBoard board = new CancellationBoard(CANCELLATIONS);
    Rates rates = new Rates();
    Needless needless = new Needless(board, rates, clock);
    ResultStore store = new ResultStore(s3, home);
    StorageGate gate =
        new StorageGate(
            new StorageProbe(s3, home, name),
            settings.storage().patience(),
            meters::storageRetried);
    Claims claims =
        new Claims(store, new Attempts(s3, home), gate, needless, config.attempts(), name, clock);
    Endings endings = new Endings(desk, inFlight, outbox, events, topics.events(), meters);
    Preparer preparer = new Preparer(desk, claims, inFlight, endings, claiming);
    Finisher finisher =
        new Finisher(
            store,
            gate,
            uploads,
            claims,
            endings,
            meters,
            io,
            clock,
            name,
            config.embedParameters());
    BatchWatch.Context context =
        new BatchWatch.Context(events, live, watch, settings.events().progressInterval(), clock);
    this.preparing = daemon(preparer, "sanaq-preparing");
    this.drawing =
        daemon(
            new Easel(
                painter, preparer, finisher, claims, endings, needless, leaving, rates, context,
                meters, name),
            "sanaq-drawing");

    RecordDecoder decoder = new RecordDecoder(settings.limits().recordBytes());
    CancellationDecoder cancelling = new CancellationDecoder(decoder);
    JobRules rules =
        new JobRules(
            Models.defaults(painter.model()),
            settings.limits().toLimits(home, Outputs.allowed(settings.storage())));
    Door door =
        new Door(
            new Intake(decoder, rules),
            cancelling,
            desk,
            outbox,
            events,
            new DeadLetters(topics.deadLetters()),
            new Door.Topics(topics.cancellations(), topics.events()),
            meters,
            new Tracing(telemetry.tracing()),
            clock);
    this.cancellations =
        new CancellationReader(
            kafka::watcher,
            topics.cancellations(),
            cancelling,
            config.cancellationMemory(),
            clock,
            config.retryPause(),
            cancellation -> {
              board.put(cancellation);
              preparer.conclude(desk.remove(t -> t.job().id().equals(cancellation.id())));
            });
    Consumer<byte[], byte[]> consumer = kafka.worker(config.group(), name);
    Duration timeout = settings.events().transactionTimeout();
    Publisher publisher =
        new Publisher(
            turn ->
                producers.apply(kafka.transactional("sanaq-%s-%d".formatted(name, turn), timeout)));
    this.worker =
        new Worker(
            consumer,
            new Worker.Settings(
                List.of(topics.requests(), topics.cancellations()),
                config.queue(),
                config.handover(),
                config.retryPause()),
            door,
            desk,
            inFlight,
            new Ledger(consumer, publisher, live, outbox, meters, publishing, config.retryPause()),
            gate,
            claims,
            leaving);
  }

  /**
   * Joins the group and begins to work; returns once the cancellations are known.
   *
   * @param painter stays its maker's to close, once this is drained
   */
  public static WorkerProcess start(
      Settings settings, Painter painter, Clock clock, Telemetry telemetry) {
    return start(settings, painter, clock, telemetry, UnaryOperator.identity());
  }

  /** With something between the worker and its transactions: faults for the tests. */
  static WorkerProcess start(
      Settings settings,
      Painter painter,
      Clock clock,
      Telemetry telemetry,
      UnaryOperator<Producer<byte[], byte[]>> producers) {
    WorkerProcess process = new WorkerProcess(settings, painter, clock, telemetry, producers);
    process.cancellations.start(CATCH_UP);
    process.preparing.start();
    process.drawing.start();
    process.worker.start();
    return process;
  }

  /** Whether the threads live and the engine does not hang. */
  public boolean isHealthy() {
    return worker.isHealthy()
        && (leaving.hasBegun() || drawing.isAlive() && preparing.isAlive())
        && !watch.stuck();
  }

  /** Whether jobs wait here or were begun and have not ended. */
  public boolean isBusy() {
    return inFlight.size() > 0 || desk.size() > 0;
  }

  /** What keeps the worker from taking jobs, in words; nothing where nothing does. */
  public Optional<String> trouble() {
    return worker.trouble();
  }

  /**
   * Takes no more work, ends the jobs on the device, leaves the group and lets go of everything.
   *
   * @param grace how long the jobs on the device may go on
   * @return whether nothing draws any more, so that the painter can be closed
   */
  public boolean drain(Duration grace) {
    leaving.begin(grace);
    desk.close();
    worker.drain(grace);
    cancellations.stop();
    boolean ended = joined(drawing);
    io.shutdownNow();
    claiming.shutdownNow();
    publishing.shutdownNow();
    uploads.close();
    news.close(NEWS_PATIENCE);
    s3.close();
    return ended;
  }

  private static boolean joined(Thread thread) {
    try {
      thread.join(LAST_STEP.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private static ExecutorService pool(String name, int threads) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads, work -> daemon(work, name + "-" + number.incrementAndGet()));
  }
}
