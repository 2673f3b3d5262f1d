package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.ApiKeyAuthenticator;
import dev.sanaq.gateway.auth.DailyQuota;
import dev.sanaq.gateway.auth.OidcAuthenticator;
import dev.sanaq.gateway.auth.RateLimiter;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.kafka.request.LimitsConfig;
import dev.sanaq.kafka.request.RecordDecoder;
import dev.sanaq.kafka.request.RequestProducer;
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
public class GatewayLifecycle {
  private static final Logger LOG = Logger.getLogger(GatewayLifecycle.class);

  private final GatewayConfig config;
  private final OidcAuthenticator oidcAuthenticator;
  private final LimitsConfig limits;
  private final StorageConfig storage;
  private final TopicsConfig topics;
  private final EventsConfig events;
  private final Map<String, Object> kafka;
  private final String host;
  private final String workerGroup;
  private final MeterRegistry meterRegistry;
  private final AtomicReference<Running> running = new AtomicReference<>();

  private record Running(GatewayComponents components, JobViewUpdater viewUpdater) {}

  GatewayLifecycle(
      GatewayConfig config,
      OidcAuthenticator subjects,
      LimitsConfig limits,
      StorageConfig storage,
      TopicsConfig topics,
      EventsConfig events,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      @ConfigProperty(name = "quarkus.http.host") String host,
      @ConfigProperty(name = "sanaq.worker.group", defaultValue = "sanaq-workers") String workers,
      MeterRegistry meters) {
    this.config = config;
    this.oidcAuthenticator = subjects;
    this.limits = limits;
    this.storage = storage;
    this.topics = topics;
    this.events = events;
    this.kafka = kafka;
    this.host = host;
    this.workerGroup = workers;
    this.meterRegistry = meters;
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
    ApiKeyAuthenticator access =
        new ApiKeyAuthenticator(config, host, oidcAuthenticator.isEnabled());
    JobView view = new JobView(config.maxRetainedJobs(), config.estimate());
    Backlog backlog = new Backlog(view, config.estimate(), clock);
    DailyQuota dayCounts = new DailyQuota(access::isKnownOwner);
    KafkaClientFactory clients = new KafkaClientFactory(kafka);
    JobViewUpdater reader =
        new JobViewUpdater(
            clients,
            topics,
            workerGroup,
            new JobRecordHandler(
                topics.events(),
                new RecordDecoder(limits.maxRecordBytes()),
                view,
                backlog,
                dayCounts));
    GatewayComponents gateway =
        new GatewayComponents(
            access,
            new RateLimiter(clock),
            view,
            backlog,
            dayCounts,
            new RequestProducer(clients, topics),
            new JobArchive(storage, events, clock));
    running.set(new Running(gateway, reader));
    new BacklogMetrics(meterRegistry, this::componentsIfReady, clock).register();
    reader.start();
    String who = access.owners().isEmpty() ? "" : ", keys " + access.owners();
    LOG.infof("gateway on %s%s%s", host, who, oidcAuthenticator.isEnabled() ? ", OpenID" : "");
  }

  /** Whether {@link #start} begins anything. */
  public boolean isEnabled() {
    return config.enabled();
  }

  /** What keeps the gateway from answering, in words; nothing where nothing does. */
  public Optional<String> notReadyReason() {
    Running now = running.get();
    if (now == null) {
      return Optional.of("not started");
    }
    return now.viewUpdater().isCaughtUp()
        ? Optional.empty()
        : Optional.of("reading what the topics hold");
  }

  /**
   * How much work waits; for metrics.
   *
   * @throws ProblemException where the gateway does not run
   */
  public Backlog.State backlog() {
    return requireReady().backlog().state();
  }

  /** The parts, once it is ready; otherwise a problem. */
  public GatewayComponents requireReady() {
    return componentsIfReady()
        .orElseThrow(
            () -> new ProblemException(Problem.unavailable("The gateway is not ready yet")));
  }

  private Optional<GatewayComponents> componentsIfReady() {
    return Optional.ofNullable(running.get())
        .filter(now -> now.viewUpdater().isCaughtUp())
        .map(Running::components);
  }

  /** Ends; nothing where nothing runs. */
  public void stop() {
    Running last = running.getAndSet(null);
    if (last != null) {
      last.viewUpdater().close();
      last.components().requestProducer().close();
      last.components().archive().close();
    }
  }

  void onShutdown(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
