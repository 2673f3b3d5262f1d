package dev.sanaq.faults.process;

import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.ConsoleHandler;
import java.util.logging.Logger;

/**
 * A worker with a {@link FaultyImageGenerator}, as a program of its own. System properties
 * configure it as they configure the real one. It drains on SIGTERM.
 */
public final class FaultyWorker {
  /** The line that it prints when it is ready. */
  public static final String READY_LINE = "faulty worker ready";

  private FaultyWorker() {}

  /** Runs until SIGTERM, or until a request kills the JVM. */
  public static void main(String... args) throws InterruptedException {
    System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    Logger.getLogger("").addHandler(new ConsoleHandler());
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
            settings,
            new FaultyImageGenerator(),
            Clock.systemUTC(),
            TestSettings.noTelemetry(),
            PlainWorkerChannels.of(settings));
    Duration shutdownTimeout = settings.worker().shutdownTimeout();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> worker.drain(shutdownTimeout)));
    System.out.println(READY_LINE);
    Thread.currentThread().join();
  }
}
