package dev.sanaq.worker;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The thread pools of a worker: daemon threads, named {@code sanaq-POOL-n}. The single threads are
 * {@code sanaq-inference}, which runs the model ({@link dev.sanaq.worker.run.InferenceLoop}),
 * {@code sanaq-batcher} ({@link dev.sanaq.worker.run.BatchPreparer}), {@code sanaq-consumer}
 * ({@link dev.sanaq.worker.consume.ConsumerLoop}) and {@code sanaq-cancellations}.
 */
final class WorkerThreads {
  private static final int LOOKUP_THREADS = 4;

  private final ExecutorService io;
  private final ExecutorService attempts;
  private final ExecutorService adapters;
  private final ExecutorService inputs;
  private final ExecutorService safety;
  private final ExecutorService publish = newPool("sanaq-publish", 1);
  private final ExecutorService lookups = newPool("sanaq-lookup", LOOKUP_THREADS);

  WorkerThreads(WorkerConfig config, int adapterDownloads, int inputReads, int safetyChecks) {
    this.safety = newPool("sanaq-safety", safetyChecks);
    this.inputs = newPool("sanaq-inputs", inputReads);
    this.adapters = newPool("sanaq-adapters", adapterDownloads);
    this.io = newPool("sanaq-io", config.ioThreads());
    this.attempts = newPool("sanaq-attempts", config.batchSize());
  }

  /** Encodes and stores images. */
  ExecutorService io() {
    return io;
  }

  /** Counts attempts. */
  ExecutorService attempts() {
    return attempts;
  }

  /** Downloads adapters. */
  ExecutorService adapters() {
    return adapters;
  }

  /** Reads input images. */
  ExecutorService inputs() {
    return inputs;
  }

  /** Checks prompts. */
  ExecutorService safety() {
    return safety;
  }

  /** Runs transactions: one thread. */
  ExecutorService publish() {
    return publish;
  }

  /** Looks up the hosts of upload URLs. */
  ExecutorService lookups() {
    return lookups;
  }

  void shutdownNow() {
    io.shutdownNow();
    attempts.shutdownNow();
    adapters.shutdownNow();
    inputs.shutdownNow();
    safety.shutdownNow();
    publish.shutdownNow();
    lookups.shutdownNow();
  }

  static ExecutorService newPool(String name, int threads) {
    AtomicInteger number = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads, work -> newThread(work, name + "-" + number.incrementAndGet()));
  }

  static Thread newThread(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
