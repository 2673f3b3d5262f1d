package dev.sanaq.faults;

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
final class Workers implements AutoCloseable {
  private static final Duration BACK_OFF = Duration.ofMillis(500);
  private static final List<String> SMALL =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final IntFunction<Managed> starter;
  private final List<Slot> running = new ArrayList<>();
  private final List<Managed> ended = new ArrayList<>();
  private final AtomicInteger starts = new AtomicInteger();
  private final Thread keeper = new Thread(this::keep, "faults-workers");
  private volatile boolean closed;

  private record Slot(Managed process, int port) {}

  /**
   * @param count how many run at a time
   * @param starter starts one whose health is on that port
   */
  Workers(int count, IntFunction<Managed> starter) {
    this.starter = starter;
    IntStream.range(0, count).forEach(i -> running.add(start()));
    keeper.setDaemon(true);
    keeper.start();
  }

  /** Starts the real program on a checkpoint; its health is on the port. */
  static Managed serve(
      Processes processes, Map<String, String> config, Path checkpoint, int httpPort) {
    Map<String, String> all = new TreeMap<>(config);
    all.put("sanaq.model.path", checkpoint.toString());
    all.put("sanaq.model.device", "cpu");
    all.put("sanaq.model.precision", "fp32");
    all.put("sanaq.model.threads", "1");
    all.put("sanaq.model.warm-up", "false");
    all.put("quarkus.http.port", String.valueOf(httpPort));
    return processes.program("worker", SMALL, all, "serve");
  }

  /** Starts a worker that fails on purpose. */
  static Managed faulty(Processes processes, Map<String, String> config) {
    return processes.test("faulty", SMALL, config, FaultyWorker.class);
  }

  /** Waits until a worker of {@link #serve} says that it is ready. */
  static void awaitReady(Managed worker, int httpPort) {
    Await.until(
        Duration.ofSeconds(90),
        () -> "%s is ready\n%s".formatted(worker.name(), worker.output()),
        () -> !worker.alive() || status(httpPort) == 200);
    if (!worker.alive()) {
      throw new AssertionError(worker.name() + " ended\n" + worker.output());
    }
  }

  /** Those that run now. */
  synchronized List<Managed> running() {
    return running.stream().map(Slot::process).toList();
  }

  /** Those of them that say they are ready. */
  List<Managed> ready() {
    List<Slot> now;
    synchronized (this) {
      now = List.copyOf(running);
    }
    return now.stream().filter(slot -> status(slot.port()) == 200).map(Slot::process).toList();
  }

  /** Those that have ended, in the order in which that was seen. */
  synchronized List<Managed> ended() {
    return List.copyOf(ended);
  }

  /** How many were started so far. */
  int starts() {
    return starts.get();
  }

  /** Ends all of them as an operator does, and waits for their end. */
  @Override
  public void close() {
    closed = true;
    keeper.interrupt();
    running().forEach(Managed::terminate);
    running().forEach(worker -> worker.exitCode(Duration.ofSeconds(60)));
  }

  private Slot start() {
    starts.incrementAndGet();
    int port = Processes.freePort();
    return new Slot(starter.apply(port), port);
  }

  private void keep() {
    while (!closed) {
      try {
        Thread.sleep(BACK_OFF.toMillis());
      } catch (InterruptedException e) {
        return;
      }
      replaceEnded();
    }
  }

  private synchronized void replaceEnded() {
    for (int i = 0; i < running.size() && !closed; i++) {
      if (!running.get(i).process().alive()) {
        ended.add(running.get(i).process());
        running.set(i, start());
      }
    }
  }

  private static int status(int httpPort) {
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
