package dev.sanaq.worker;

import dev.sanaq.event.DeadLetters;
import dev.sanaq.event.EventConfig;
import dev.sanaq.event.Events;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.LiveEvents;
import dev.sanaq.event.Publisher;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.intake.Intake;
import dev.sanaq.intake.LimitsConfig;
import dev.sanaq.intake.RecordDecoder;
import dev.sanaq.job.JobRules;
import dev.sanaq.sana.Painter;
import dev.sanaq.storage.Addresses;
import dev.sanaq.storage.Outputs;
import dev.sanaq.storage.ResultStore;
import dev.sanaq.storage.S3;
import dev.sanaq.storage.StorageConfig;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A running worker with all that belongs to it: clients of Kafka and of the storage, the drawing
 * thread, the watch over the engine. Any number in a JVM, each with a name of its own.
 */
public final class WorkerProcess {
  private static final Duration NEWS_PATIENCE = Duration.ofSeconds(10);

  private final Worker worker;
  private final EngineWatch watch;
  private final Producer<byte[], byte[]> news;
  private final S3Client s3;
  private final Addresses addresses;

  /**
   * The configuration that a worker needs.
   *
   * @param worker the worker's own
   * @param limits of requests
   * @param storage where pictures go
   * @param topics the topics' names
   * @param events events out
   * @param kafka the connection, in Kafka's own properties
   */
  public record Settings(
      WorkerConfig worker,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventConfig events,
      Map<String, Object> kafka) {}

  private WorkerProcess(
      Settings settings,
      Painter painter,
      Clock clock,
      UnaryOperator<Producer<byte[], byte[]>> producers) {
    String name = settings.worker().id().orElseGet(WorkerNames::make);
    KafkaClients kafka = new KafkaClients(settings.kafka());
    this.s3 = S3.client(settings.storage());
    this.addresses = new Addresses(settings.storage());
    this.watch = new EngineWatch(clock, settings.worker().stuckAfter());
    this.news = kafka.plain(NEWS_PATIENCE);
    JobRunner runner = runner(settings, painter, clock, name);
    Duration timeout = settings.events().transactionTimeout();
    this.worker =
        new Worker(
            kafka.worker(settings.worker().group(), name),
            settings.topics().requests(),
            runner,
            new Publisher(() -> producers.apply(kafka.transactional("sanaq-" + name, timeout))),
            settings.worker().retryPause());
  }

  /**
   * Joins the group and begins to work.
   *
   * @param painter stays its maker's to close, once this is drained
   */
  public static WorkerProcess start(Settings settings, Painter painter, Clock clock) {
    return start(settings, painter, clock, UnaryOperator.identity());
  }

  /** With something between the worker and its transactions: faults for the tests. */
  static WorkerProcess start(
      Settings settings,
      Painter painter,
      Clock clock,
      UnaryOperator<Producer<byte[], byte[]>> producers) {
    WorkerProcess process = new WorkerProcess(settings, painter, clock, producers);
    process.worker.start();
    return process;
  }

  /** Whether the loop lives and the engine does not hang. */
  public boolean healthy() {
    return worker.healthy() && !watch.stuck();
  }

  /**
   * Takes no more work, ends the current job, leaves the group and lets go of everything.
   *
   * @param grace how long the current job may go on
   * @return whether nothing draws any more, so that the painter can be closed
   */
  public boolean drain(Duration grace) {
    boolean ended = worker.drain(grace);
    news.close(NEWS_PATIENCE);
    addresses.close();
    s3.close();
    return ended;
  }

  private JobRunner runner(Settings settings, Painter painter, Clock clock, String name) {
    StorageConfig storage = settings.storage();
    JobRules rules =
        new JobRules(
            Models.defaults(painter.model()),
            settings.limits().toLimits(Outputs.home(storage), Outputs.allowed(storage)));
    ResultStore store =
        new ResultStore(s3, Outputs.home(storage).bucket(), Outputs.home(storage).prefix());
    TopicsConfig topics = settings.topics();
    return new JobRunner(
        new Intake(new RecordDecoder(settings.limits().recordBytes()), rules, clock),
        store,
        new Studio(painter, store, watch, clock, name),
        new Events(settings.events().source(), addresses::of, clock),
        new LiveEvents(news, topics.events()),
        new DeadLetters(topics.deadLetters()),
        new JobRunner.Settings(name, topics.events(), settings.events().progressInterval(), clock));
  }
}
