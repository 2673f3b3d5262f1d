package dev.sanaq.webhook.lifecycle;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kafka.event.EventsConfig;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.webhook.send.HttpWebhookClient;
import dev.sanaq.webhook.send.WebhookSigner;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.Reception;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;

/**
 * Starts and stops the webhooks of this process. They are sent if a secret is configured. Connects
 * to nothing before {@link #start}.
 */
@ApplicationScoped
public class WebhookService {
  private static final Logger LOG = Logger.getLogger(WebhookService.class);

  private final WebhookRuntime.Settings settings;
  private final Vertx vertx;
  private final MeterRegistry meterRegistry;
  private final MissingSecretWarner missingSecretWarner;
  private final AtomicReference<Running> running = new AtomicReference<>();

  private sealed interface Running {
    boolean isHealthy();

    void stop();
  }

  private record Delivering(WebhookRuntime runtime, HttpWebhookClient client) implements Running {
    @Override
    public boolean isHealthy() {
      return runtime.isHealthy();
    }

    @Override
    public void stop() {
      runtime.stop();
      client.close();
    }
  }

  private record MissingSecret(MissingSecretWarner warner) implements Running {
    @Override
    public boolean isHealthy() {
      return true;
    }

    @Override
    public void stop() {
      warner.stop();
    }
  }

  WebhookService(
      WebhookRuntime.Settings settings,
      Vertx vertx,
      MeterRegistry meters,
      MissingSecretWarner missingSecretWarner) {
    this.settings = settings;
    this.vertx = vertx;
    this.meterRegistry = meters;
    this.missingSecretWarner = missingSecretWarner;
  }

  @Produces
  @Singleton
  static WebhookRuntime.Settings settings(
      WebhookConfig webhook,
      TopicsConfig topics,
      EventsConfig events,
      @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    return new WebhookRuntime.Settings(webhook, topics, events, kafka);
  }

  /**
   * Starts to deliver or, without a secret, to watch for the first event with a callback URL. Call
   * it once per program.
   *
   * @throws IllegalArgumentException if a setting is invalid
   * @throws IllegalStateException if a topic is missing
   */
  public void start() {
    List<String> secrets = settings.webhook().secrets().orElse(List.of());
    if (secrets.isEmpty()) {
      missingSecretWarner.start();
      running.set(new MissingSecret(missingSecretWarner));
      return;
    }
    HttpWebhookClient client =
        new HttpWebhookClient(
            settings.webhook(),
            new UrlPolicy(settings.webhook().urlPolicyConfig(), DnsResolver.PLATFORM),
            WebhookSigner.of(secrets),
            Clock.systemUTC(),
            vertx,
            new HttpClientOptions());
    running.set(new Delivering(WebhookRuntime.start(settings, client, Clock.systemUTC()), client));
    Gauge.builder("sanaq.webhook.deliveries.pending", this::pending)
        .description("Pending deliveries of the partitions assigned to this instance")
        .register(meterRegistry);
    LOG.infof("webhooks on, signed with %d secret(s)", secrets.size());
  }

  private int pending() {
    return running.get() instanceof Delivering delivering ? delivering.runtime().pending() : 0;
  }

  /** False if the delivery loop has died; true also before the start and after the stop. */
  public boolean isHealthy() {
    Running current = running.get();
    return current == null || current.isHealthy();
  }

  /** Whether nothing is to be sent, or Kafka has accepted this sender; false after the stop. */
  boolean isReady() {
    return settings.webhook().secrets().orElse(List.of()).isEmpty()
        || running.get() instanceof Delivering;
  }

  /** Waits for running attempts and leaves the group; does nothing if nothing is running. */
  public void stop() {
    Running last = running.getAndSet(null);
    if (last != null) {
      last.stop();
    }
  }

  void onShutdown(@Observes(notifyObserver = Reception.IF_EXISTS) ShutdownEvent event) {
    stop();
  }
}
