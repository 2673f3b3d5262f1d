package dev.sanaq.gateway;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.contract.TopicContract;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Starts the gateway for each test of a {@code @QuarkusTest} class, and gives it a client. */
public abstract class GatewayTestBase {
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration WORKER_TIMEOUT = Duration.ofSeconds(20);

  @Inject protected GatewayLifecycle gateway;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  protected URI root;

  /** A client that sends {@link #clientHeaders}. */
  @SuppressWarnings("NullAway.Init") // set before each test
  protected GatewayTestClient client;

  /** A job id that no other test uses. */
  protected final String id = "job-" + UUID.randomUUID();

  private @Nullable WorkerRuntime worker;

  /** Override to authenticate the client: names and values in turn. */
  protected String[] clientHeaders() {
    return new String[0];
  }

  @BeforeEach
  protected void startGateway() {
    client = new GatewayTestClient(root, clientHeaders());
    GatewayRestart.start(gateway);
    client.awaitReady();
  }

  /** Holds all records of the class to the contract of the topics. */
  @AfterAll
  protected static void checkTopics() {
    TopicContract.check(GatewayTestClient.serviceConfig());
  }

  @AfterEach
  protected void stopGateway() {
    GatewayRestart.stop(gateway);
    stopWorker();
  }

  /** Stops the worker; does nothing if none runs. */
  protected void stopWorker() {
    if (worker != null) {
      worker.drain(SHUTDOWN_TIMEOUT);
      worker = null;
    }
  }

  /** Starts a real worker and waits until the gateway knows it; it stops after the test. */
  protected void startWorker() {
    startWorker(new GradientImageGenerator());
  }

  /** The same with an image generator. */
  protected void startWorker(ImageGenerator generator) {
    startWorker(generator, Map.of());
  }

  /** The same with settings of the worker. */
  protected void startWorker(ImageGenerator generator, Map<String, String> overrides) {
    Map<String, String> config = new TreeMap<>(GatewayTestClient.serviceConfig());
    config.putAll(overrides);
    WorkerSettings settings = TestSettings.of(config);
    worker =
        WorkerRuntime.start(
            settings,
            generator,
            Clock.systemUTC(),
            TestSettings.noTelemetry(),
            PlainWorkerChannels.of(settings));
    Eventually.await("the worker is live", WORKER_TIMEOUT)
        .until(() -> client.get("/v1/backlog").json().get("workers").asInt() > 0);
  }
}
