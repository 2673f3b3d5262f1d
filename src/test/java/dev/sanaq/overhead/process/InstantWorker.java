package dev.sanaq.overhead.process;

import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.kafka.PlainWorkerChannels;
import dev.sanaq.worker.WorkerRuntime;
import dev.sanaq.worker.WorkerSettings;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.logmanager.handlers.ConsoleHandler;

/**
 * A worker with an {@link InstantImageGenerator}, as a program of its own. System properties
 * configure it, and it logs, as the real one. It drains on SIGTERM.
 */
public final class InstantWorker {
  private InstantWorker() {}

  /** Runs until SIGTERM. */
  public static void main(String... args) throws InterruptedException {
    configureLogging();
    Map<String, String> config = new TreeMap<>();
    System.getProperties().forEach((key, value) -> config.put(key.toString(), value.toString()));
    WorkerSettings settings = TestSettings.of(config);
    WorkerRuntime worker =
        WorkerRuntime.start(
            settings,
            new InstantImageGenerator(),
            Clock.systemUTC(),
            TestSettings.noTelemetry(),
            PlainWorkerChannels.of(settings));
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> worker.drain(settings.worker().shutdownTimeout())));
    System.out.println(WorkerUnderTest.READY_LINE);
    Thread.currentThread().join();
  }

  private static void configureLogging() {
    ConsoleHandler console =
        new ConsoleHandler(
            ConsoleHandler.Target.SYSTEM_ERR, new PatternFormatter("%s{HH:mm:ss} %-5p %s%e%n"));
    Logger root = LogContext.getLogContext().getLogger("");
    root.setHandlers(new java.util.logging.Handler[] {console});
    root.setLevel(org.jboss.logmanager.Level.WARN);
    LogContext.getLogContext().getLogger("dev.sanaq").setLevel(org.jboss.logmanager.Level.INFO);
  }
}
