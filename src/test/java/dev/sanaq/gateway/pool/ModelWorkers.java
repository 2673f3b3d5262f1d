package dev.sanaq.gateway.pool;

import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;

/** Real workers of the pools of {@link TwoModelsResource}, at most one of each model. */
public final class ModelWorkers {
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

  private final Map<String, WorkerRuntime> running = new HashMap<>();

  /** Generates gradients, as a model of another name. */
  public static class NamedGenerator extends GradientImageGenerator {
    private final String name;

    public NamedGenerator(String name) {
      this.name = name;
    }

    @Override
    public ModelInfo model() {
      return new ModelInfo(
          name,
          MODEL.compression(),
          MODEL.width(),
          MODEL.height(),
          MODEL.steps(),
          MODEL.guidanceScale(),
          MODEL.guidanceInterval(),
          MODEL.solver(),
          MODEL.solvers(),
          MODEL.adapters(),
          MODEL.device(),
          MODEL.precision());
    }
  }

  /** Finishes no image until it is released. */
  static final class HeldGenerator extends NamedGenerator {
    private final CountDownLatch released = new CountDownLatch(1);

    HeldGenerator(String name) {
      super(name);
    }

    void release() {
      released.countDown();
    }

    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      try {
        while (!released.await(20, TimeUnit.MILLISECONDS)) {
          progress.onProgress(1, params.steps());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return super.generate(params, progress);
    }
  }

  /** The settings of the model's workers: its topic and its group; the rest is shared. */
  static Map<String, String> settings(String model) {
    Map<String, String> config = new TreeMap<>(GatewayTestClient.serviceConfig());
    if (model.equals(TwoModelsResource.FINALS)) {
      config.put("sanaq.topics.requests", property("sanaq.gateway.models.finals.requests"));
      config.put("sanaq.worker.group", property("sanaq.gateway.models.finals.group"));
    }
    return config;
  }

  /** Starts a worker of the model, unless one runs. */
  void start(String model) {
    if (!running.containsKey(model)) {
      start(model, new NamedGenerator(model));
    }
  }

  /** Starts a worker with a generator, which has the model. */
  void start(String model, ImageGenerator generator) {
    WorkerSettings settings = TestSettings.of(settings(model));
    running.put(
        model,
        WorkerRuntime.start(
            settings,
            generator,
            Clock.systemUTC(),
            TestSettings.noTelemetry(),
            PlainWorkerChannels.of(settings)));
  }

  /** Stops the worker of the model; jobs that take longer go back to Kafka. */
  void stop(String model, Duration grace) {
    WorkerRuntime worker = running.remove(model);
    if (worker != null) {
      worker.drain(grace);
    }
  }

  /** Stops all workers. */
  void stopAll() {
    for (String model : Map.copyOf(running).keySet()) {
      stop(model, SHUTDOWN_TIMEOUT);
    }
  }

  private static String property(String name) {
    return ConfigProvider.getConfig().getValue(name, String.class);
  }
}
