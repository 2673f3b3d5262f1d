package dev.sanaq.faults.process;

import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * A worker whose painter fails on purpose, a program of its own; configured by system properties as
 * the real one. On SIGTERM it drains.
 */
public final class FaultyWorker {
  /** What it prints when it takes jobs. */
  static final String READY = "faulty worker ready";

  private FaultyWorker() {}

  /** Works until it is told to stop or until a request kills it. */
  public static void main(String... args) throws InterruptedException {
    Map<String, String> config = new TreeMap<>();
    System.getProperties().forEach((key, value) -> config.put(key.toString(), value.toString()));
    WorkerSettings settings = TestSettings.of(config);
    config.forEach(
        (key, value) -> {
          if (key.startsWith("kafka.")) {
            settings.kafka().put(key.substring("kafka.".length()), value);
          }
        });
    WorkerRuntime worker =
        WorkerRuntime.start(
            settings, new FaultyImageGenerator(), Clock.systemUTC(), TestSettings.noTelemetry());
    Duration grace = settings.worker().shutdownTimeout();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> worker.drain(grace)));
    System.out.println(READY);
    Thread.currentThread().join();
  }
}
