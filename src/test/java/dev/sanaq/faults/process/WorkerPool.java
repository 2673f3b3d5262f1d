package dev.sanaq.faults.process;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
 * Keeps a number of workers running, as Kubernetes would: one that ends is started again, whatever
 * ended it. Any number of threads; close it before the processes.
 */
public final class WorkerPool implements AutoCloseable {
  private static final Duration RESTART_BACKOFF = Duration.ofMillis(500);
  private static final List<String> JVM_OPTIONS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final IntFunction<ManagedProcess> starter;
  private final List<Slot> running = new ArrayList<>();
  private final List<ManagedProcess> exited = new ArrayList<>();
  private final AtomicInteger startCount = new AtomicInteger();
  private final Thread restartThread = new Thread(this::restartLoop, "faults-workers");
  private volatile boolean closed;

  private record Slot(ManagedProcess process, int port) {}

  /**
   * @param count how many run at a time
   * @param starter starts one whose health is on that port
   */
  public WorkerPool(int count, IntFunction<ManagedProcess> starter) {
    this.starter = starter;
    IntStream.range(0, count).forEach(i -> running.add(start()));
    restartThread.setDaemon(true);
    restartThread.start();
  }

  /** Starts the real program on a checkpoint; its health is on the port. */
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

  /** Starts a worker that fails on purpose. */
  public static ManagedProcess startFaultyWorker(
      TestProcesses processes, Map<String, String> config) {
    return processes.startTestMain("faulty", JVM_OPTIONS, config, FaultyWorker.class);
  }

  /** Waits until a worker of {@link #startWorker} says that it is ready. */
  public static void awaitReady(ManagedProcess worker, int httpPort) {
    worker.await("is ready", Duration.ofSeconds(90), () -> healthStatus(httpPort) == 200);
  }

  /** Those that run now. */
  public synchronized List<ManagedProcess> running() {
    return running.stream().map(Slot::process).toList();
  }

  /** Those of them that say they are ready. */
  public List<ManagedProcess> ready() {
    List<Slot> now;
    synchronized (this) {
      now = List.copyOf(running);
    }
    return now.stream()
        .filter(slot -> healthStatus(slot.port()) == 200)
        .map(Slot::process)
        .toList();
  }

  /** Those that have ended, in the order in which that was seen. */
  public synchronized List<ManagedProcess> exited() {
    return List.copyOf(exited);
  }

  /** How many were started so far. */
  public int startCount() {
    return startCount.get();
  }

  /** Ends all of them as an operator does, and waits for their end. */
  @Override
  public void close() {
    closed = true;
    restartThread.interrupt();
    running().forEach(ManagedProcess::terminate);
    running().forEach(worker -> worker.exitCode(Duration.ofSeconds(60)));
  }

  private Slot start() {
    startCount.incrementAndGet();
    int port = TestProcesses.freePort();
    return new Slot(starter.apply(port), port);
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

  private static int healthStatus(int httpPort) {
    URI health = URI.create("http://127.0.0.1:%d/q/health/ready".formatted(httpPort));
    try {
      return HttpClient.newHttpClient()
          .send(HttpRequest.newBuilder(health).build(), HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
