package dev.sanaq.gateway;

import dev.sanaq.event.EventConfig;
import dev.sanaq.event.KafkaClients;
import dev.sanaq.event.Requests;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.intake.LimitsConfig;
import dev.sanaq.intake.RecordDecoder;
import dev.sanaq.storage.StorageConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The gateway of this program: answers HTTP once it has read what the topics hold. Asks nobody
 * before {@link #start}; until then every address answers 503.
 */
@ApplicationScoped
public class GatewayService {
  private static final Logger LOG = Logger.getLogger(GatewayService.class);

  private final GatewayConfig config;
  private final Subjects subjects;
  private final LimitsConfig limits;
  private final StorageConfig storage;
  private final TopicsConfig topics;
  private final EventConfig events;
  private final Map<String, Object> kafka;
  private final String host;
  private final String workers;
  private final MeterRegistry meters;
  private final AtomicReference<Running> running = new AtomicReference<>();

  private record Running(Gateway gateway, ViewReader reader) {}

  GatewayService(
      GatewayConfig config,
      Subjects subjects,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventConfig events,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      @ConfigProperty(name = "quarkus.http.host") String host,
      @ConfigProperty(name = "sanaq.worker.group", defaultValue = "sanaq-workers") String workers,
      MeterRegistry meters) {
    this.config = config;
    this.subjects = subjects;
    this.limits = limits;
    this.storage = storage;
    this.topics = topics;
    this.events = events;
    this.kafka = kafka;
    this.host = host;
    this.workers = workers;
    this.meters = meters;
  }

  /**
   * Begins to read the topics and returns at once; nothing where it is not enabled. Once a program.
   *
   * @throws IllegalArgumentException where Kafka or keys are missing, or keys are wrong
   */
  public void start() {
    if (!config.enabled()) {
      return;
    }
    if (!kafka.containsKey("bootstrap.servers")) {
      throw new IllegalArgumentException("no Kafka: set kafka.bootstrap.servers");
    }
    Clock clock = Clock.systemUTC();
    Access access = new Access(config, host, subjects.enabled());
    JobView view = new JobView(config.jobsKept(), config.model());
    Backlog backlog = new Backlog(view, config.model(), clock);
    DayCounts dayCounts = new DayCounts(access::knows);
    KafkaClients clients = new KafkaClients(kafka);
    ViewReader reader =
        new ViewReader(
            clients,
            topics,
            workers,
            new RecordDecoder(limits.recordBytes()),
            view,
            backlog,
            dayCounts);
    Gateway gateway =
        new Gateway(
            access,
            new RateLimit(clock),
            view,
            backlog,
            dayCounts,
            new Requests(clients, topics),
            new Shelf(storage, events, clock));
    running.set(new Running(gateway, reader));
    new BacklogMeters(meters, this::caughtUp, clock).register();
    reader.start();
    String who = access.owners().isEmpty() ? "" : ", keys " + access.owners();
    LOG.infof("gateway on %s%s%s", host, who, subjects.enabled() ? ", OpenID" : "");
  }

  /** Whether {@link #start} begins anything. */
  public boolean isEnabled() {
    return config.enabled();
  }

  /** What keeps the gateway from answering, in words; nothing where nothing does. */
  public Optional<String> trouble() {
    Running now = running.get();
    if (now == null) {
      return Optional.of("not started");
    }
    return now.reader().caughtUp() ? Optional.empty() : Optional.of("reading what the topics hold");
  }

  /**
   * How much work waits; for metrics.
   *
   * @throws ProblemException where the gateway does not run
   */
  public Backlog.State backlog() {
    return running().backlog().state();
  }

  /** The parts, once it is ready; otherwise a problem. */
  Gateway running() {
    return caughtUp()
        .orElseThrow(
            () -> new ProblemException(Problem.unavailable("the gateway is not ready yet")));
  }

  private Optional<Gateway> caughtUp() {
    return Optional.ofNullable(running.get())
        .filter(now -> now.reader().caughtUp())
        .map(Running::gateway);
  }

  /** Ends; nothing where nothing runs. */
  public void stop() {
    Running last = running.getAndSet(null);
    if (last != null) {
      last.reader().close();
      last.gateway().requests().close();
      last.gateway().shelf().close();
    }
  }

  void stopWithProgram(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
