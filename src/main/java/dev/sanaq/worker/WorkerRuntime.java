package dev.sanaq.worker;

import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.consume.CancellationSource;
import dev.sanaq.worker.consume.WorkerChannels;
import dev.sanaq.worker.run.DeviceLoss;
import dev.sanaq.worker.run.WorkerStatusSender;
import dev.sanaq.worker.safety.PromptCheck;
import dev.sanaq.worker.safety.SafetyStage;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.producer.Producer;

/**
 * A running worker with its threads and its clients of Kafka and S3. A JVM can run several, each
 * with its own worker id. The package's documentation follows a request through it. Any number of
 * threads.
 */
public final class WorkerRuntime {
  private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration FORCED_STOP_TIMEOUT = Duration.ofSeconds(20);

  private final ShutdownState shutdown;
  private final WorkerThreads threads;
  private final SafetyStage safety;
  private final WorkerAssembly.Storage storage;
  private final WorkerAssembly.Jobs jobs;
  private final WorkerAssembly.Publishing publishing;
  private final WorkerAssembly.Inference inference;
  private final WorkerAssembly.Consuming consuming;
  private final WorkerStatusSender statusSender;
  private final CancellationSource cancellations;

  private WorkerRuntime(WorkerAssembly assembly, CancellationSource cancellations) {
    this.cancellations = cancellations;
    this.shutdown = assembly.shutdown();
    this.threads = assembly.threads();
    this.safety = assembly.safety();
    this.storage = assembly.storage();
    this.jobs = assembly.jobs();
    this.publishing = assembly.publishing(storage);
    this.inference = assembly.inference(storage, jobs, publishing);
    this.consuming = assembly.consuming(storage, jobs, publishing, inference);
    this.statusSender = assembly.statusSender(consuming, inference);
  }

  /**
   * Starts a worker. Blocks until the cancellations are read and S3 is tried once. The worker joins
   * the group as soon as S3 does what its work needs.
   *
   * @param generator closed by the caller, after {@link #drain}
   * @param channels of this worker only
   */
  public static WorkerRuntime start(
      WorkerSettings settings,
      ImageGenerator generator,
      Clock clock,
      WorkerTelemetry telemetry,
      WorkerChannels channels) {
    return start(
        settings,
        generator,
        Optional.empty(),
        clock,
        telemetry,
        channels,
        Runtime.getRuntime()::halt,
        UnaryOperator.identity());
  }

  /**
   * The same with a model that checks prompts, and a way to end the process at once.
   *
   * @param promptCheck closed by the caller, after {@link #drain}
   * @param exit see {@link DeviceLoss}
   * @param transactionalProducers wraps them: tests inject faults there
   */
  static WorkerRuntime start(
      WorkerSettings settings,
      ImageGenerator generator,
      Optional<PromptCheck> promptCheck,
      Clock clock,
      WorkerTelemetry telemetry,
      WorkerChannels channels,
      IntConsumer exit,
      UnaryOperator<Producer<byte[], byte[]>> transactionalProducers) {
    WorkerRuntime runtime =
        new WorkerRuntime(
            new WorkerAssembly(
                settings,
                new WorkerAssembly.Models(generator, promptCheck),
                clock,
                telemetry,
                channels,
                new WorkerAssembly.Hooks(exit, transactionalProducers)),
            channels.cancellations());
    runtime.cancellations.start(
        settings.worker().cancellationRetention(),
        runtime.consuming.cancellationHandler(),
        CATCH_UP_TIMEOUT);
    runtime.inference.batcherThread().start();
    runtime.inference.inferenceThread().start();
    runtime.storage.retry().probeStorage(() -> {});
    runtime.consuming.loop().start();
    runtime.consuming.cancellationDeadLetters().start(settings.worker().retryBackoff());
    runtime.statusSender.start();
    return runtime;
  }

  /** Whether all threads are alive, inference makes progress, and cancellations are read. */
  public boolean isHealthy() {
    return cancellations.failureReason().isEmpty()
        && consuming.loop().isHealthy()
        && (shutdown.isStarted()
            || inference.inferenceThread().isAlive() && inference.batcherThread().isAlive())
        && !inference.watchdog().isStalled();
  }

  /** Whether there are queued or active jobs. */
  public boolean isBusy() {
    return !jobs.all().isEmpty();
  }

  /** Why the worker takes no jobs, or cannot publish some results, for readiness; else empty. */
  public Optional<String> notReadyReason() {
    return inference
        .deviceLoss()
        .reason()
        .or(consuming.loop()::notReadyReason)
        .or(publishing.failedResults()::reason);
  }

  /**
   * Takes no more jobs, finishes the active ones, leaves the group and closes everything.
   *
   * @param grace how long active jobs may take
   * @return whether inference has stopped, so that the generator can be closed
   */
  public boolean drain(Duration grace) {
    shutdown.start(grace);
    statusSender.stop();
    jobs.queue().close();
    consuming.loop().drain(grace);
    boolean stopped = awaitStopped(inference.inferenceThread());
    threads.shutdownNow();
    inference.uploader().close();
    cancellations.stop();
    consuming.cancellationDeadLetters().stop();
    storage.adapters().close();
    storage.inputClient().close();
    safety.close();
    storage.s3().close();
    return stopped;
  }

  private static boolean awaitStopped(Thread thread) {
    try {
      thread.join(FORCED_STOP_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }
}
