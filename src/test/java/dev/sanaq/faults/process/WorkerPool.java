package dev.sanaq.faults.process;

import dev.sanaq.testing.process.HttpProbe;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Keeps a number of workers running, as Kubernetes does: a worker that exits is restarted, for
 * whatever reason it exited. Thread-safe; close it before the processes.
 */
public final class WorkerPool implements AutoCloseable {
  private static final Duration RESTART_BACKOFF = Duration.ofMillis(500);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final IntFunction<ManagedProcess> starter;
  private final List<PooledWorker> running = new ArrayList<>();
  private final List<ManagedProcess> exited = new ArrayList<>();
  private final AtomicInteger startCount = new AtomicInteger();
  private final Thread restartThread = new Thread(this::restartLoop, "faults-workers");
  private volatile boolean closed;

  private record PooledWorker(ManagedProcess process, int port) {}

  /**
   * @param count the number of workers that run at a time
   * @param starter starts a worker whose probes are on the given port
   */
  public WorkerPool(int count, IntFunction<ManagedProcess> starter) {
    this.starter = starter;
    IntStream.range(0, count).forEach(i -> running.add(start()));
    restartThread.setDaemon(true);
    restartThread.start();
  }

  /** Starts the packaged worker on a checkpoint, with its probes on a port. */
  public static ManagedProcess startWorker(
      TestProcesses processes, Map<String, String> config, Path checkpoint, int httpPort) {
    Map<String, String> all = new TreeMap<>(config);
    all.put("sanaq.model.path", checkpoint.toString());
    all.put("sanaq.model.device", "cpu");
    all.put("sanaq.model.precision", "fp32");
    all.put("sanaq.model.threads", "1");
    all.put("sanaq.model.warm-up", "false");
    all.put("quarkus.http.port", String.valueOf(httpPort));
    return processes.startProgram("worker", JVM_OPTIONS, all, "serve");
  }

  /** Starts a {@link FaultyWorker}. */
  public static ManagedProcess startFaultyWorker(
      TestProcesses processes, Map<String, String> config) {
    return processes.startTestMain("faulty", JVM_OPTIONS, config, FaultyWorker.class);
  }

  /** Waits until a worker of {@link #startWorker} is ready. */
  public static void awaitReady(ManagedProcess worker, int httpPort) {
    worker.awaitReady(httpPort, START_TIMEOUT);
  }

  /** Returns the workers that run now. */
  public synchronized List<ManagedProcess> running() {
    return running.stream().map(PooledWorker::process).toList();
  }

  /** Returns the running workers whose readiness probe answers 200. */
  public List<ManagedProcess> ready() {
    List<PooledWorker> now;
    synchronized (this) {
      now = List.copyOf(running);
    }
    return now.stream()
        .filter(worker -> !worker.process().isSuspended())
        .filter(worker -> HttpProbe.isReady(worker.port()))
        .map(PooledWorker::process)
        .toList();
  }

  /** Returns the workers that have exited, in the order of detection. */
  public synchronized List<ManagedProcess> exited() {
    return List.copyOf(exited);
  }

  /** Returns how many workers were started so far. */
  public int startCount() {
    return startCount.get();
  }

  /** Sends SIGTERM to all workers and waits until they exit. */
  @Override
  public void close() {
    closed = true;
    restartThread.interrupt();
    running().forEach(ManagedProcess::resume);
    running().forEach(ManagedProcess::terminate);
    running().forEach(worker -> worker.exitCode(Duration.ofSeconds(60)));
  }

  private PooledWorker start() {
    startCount.incrementAndGet();
    int port = TestProcesses.freePort();
    return new PooledWorker(starter.apply(port), port);
  }

  private void restartLoop() {
    while (!closed) {
      try {
        Thread.sleep(RESTART_BACKOFF.toMillis());
      } catch (InterruptedException e) {
        return;
      }
      restartExited();
    }
  }

  private synchronized void restartExited() {
    for (int i = 0; i < running.size() && !closed; i++) {
      if (!running.get(i).process().isAlive()) {
        exited.add(running.get(i).process());
        running.set(i, start());
      }
    }
  }
}
