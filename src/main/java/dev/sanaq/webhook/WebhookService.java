package dev.sanaq.webhook;

import dev.sanaq.event.EventConfig;
import dev.sanaq.event.TopicsConfig;
import dev.sanaq.outbound.Gate;
import dev.sanaq.outbound.Resolver;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * The callbacks of this program: delivered from {@link #start} on, where a secret to sign them with
 * is configured. Asks nobody anything before.
 */
@ApplicationScoped
public class WebhookService {
  private static final Logger LOG = Logger.getLogger(WebhookService.class);

  private final WebhookProcess.Settings settings;
  private final Vertx vertx;
  private final MeterRegistry meters;
  private final AtomicReference<Running> running = new AtomicReference<>();

  private sealed interface Running {
    boolean healthy();

    void stop();
  }

  private record Delivering(WebhookProcess process, HttpSender sender) implements Running {
    @Override
    public boolean healthy() {
      return process.healthy();
    }

    @Override
    public void stop() {
      process.stop();
      sender.close();
    }
  }

  private record Unsigned(UnsignedWatch watch) implements Running {
    @Override
    public boolean healthy() {
      return true;
    }

    @Override
    public void stop() {
      watch.close();
    }
  }

  WebhookService(
      WebhookConfig webhook,
      TopicsConfig topics,
      EventConfig events,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      Vertx vertx,
      MeterRegistry meters) {
    this.settings = new WebhookProcess.Settings(webhook, topics, events, kafka);
    this.vertx = vertx;
    this.meters = meters;
  }

  /**
   * Begins to deliver, or, where no secret is configured, to watch for the first callback that is
   * missed. Once a program.
   *
   * @throws IllegalArgumentException where the configuration cannot be meant
   * @throws IllegalStateException where a topic is missing
   */
  public void start() {
    List<String> secrets = settings.webhook().secrets().orElse(List.of());
    if (secrets.isEmpty()) {
      running.set(new Unsigned(UnsignedWatch.start(settings)));
      return;
    }
    HttpSender sender =
        new HttpSender(
            settings.webhook(),
            new Gate(settings.webhook().gateRules(), Resolver.PLATFORM),
            Signer.of(secrets),
            Clock.systemUTC(),
            vertx,
            new HttpClientOptions());
    running.set(new Delivering(WebhookProcess.start(settings, sender, Clock.systemUTC()), sender));
    Gauge.builder("sanaq.webhook.pending", this::pending)
        .description("Deliveries that are not taken yet, of this instance's share")
        .register(meters);
    LOG.infof("callbacks are delivered, signed with %d secret(s)", secrets.size());
  }

  private int pending() {
    return running.get() instanceof Delivering now ? now.process().pending() : 0;
  }

  /** Whether nothing has died: true also before the start and after the end. */
  public boolean healthy() {
    Running now = running.get();
    return now == null || now.healthy();
  }

  /** Lets attempts under way end and leaves the group; nothing where nothing runs. */
  public void stop() {
    Running last = running.getAndSet(null);
    if (last != null) {
      last.stop();
    }
  }

  void stopWithProgram(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
