package dev.sanaq.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.report.LinePlot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records the pool every two seconds: workers, lag, backlog. Thread-safe. */
final class PoolRecorder implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final SanaqCluster cluster;
  private final JobLoad load;
  private final long startNanos = System.nanoTime();
  private final List<Sample> samples = new ArrayList<>();
  private final Thread thread = new Thread(this::loop, "test-pool-recorder");
  private volatile boolean closed;

  /**
   * The pool at one moment.
   *
   * @param second since the start of the recording
   * @param workers pods that have not ended
   * @param ready those of them that are ready
   * @param lag requests that are not committed
   * @param backlog seconds of work at the gateway; null if none answers
   */
  record Sample(double second, int workers, int ready, long lag, @Nullable Double backlog) {}

  PoolRecorder(SanaqCluster cluster, JobLoad load) {
    this.cluster = cluster;
    this.load = load;
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns the seconds since the start. */
  double now() {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Returns the most workers since a second. */
  synchronized int maxWorkers(double since) {
    return samples.stream()
        .filter(sample -> sample.second() >= since)
        .mapToInt(Sample::workers)
        .max()
        .orElse(0);
  }

  /** Returns the most backlog since a second, in seconds. */
  synchronized double maxBacklog(double since) {
    return samples.stream()
        .filter(sample -> sample.second() >= since && sample.backlog() != null)
        .mapToDouble(sample -> sample.backlog() == null ? 0 : sample.backlog())
        .max()
        .orElse(0);
  }

  /** Returns the plot of all samples. */
  synchronized String svg() {
    List<double[]> workers = new ArrayList<>();
    List<double[]> ready = new ArrayList<>();
    List<double[]> lag = new ArrayList<>();
    List<double[]> backlog = new ArrayList<>();
    for (Sample sample : samples) {
      double minute = sample.second() / 60;
      workers.add(new double[] {minute, sample.workers()});
      ready.add(new double[] {minute, sample.ready()});
      lag.add(new double[] {minute, sample.lag()});
      Double seconds = sample.backlog();
      if (seconds != null) {
        backlog.add(new double[] {minute, seconds});
      }
    }
    return new LinePlot("A pool that KEDA scales, on a real control plane", "minutes")
        .panel(
            "worker pods",
            List.of(new LinePlot.Line("all", workers), new LinePlot.Line("ready", ready)))
        .panel("lag, requests", List.of(new LinePlot.Line("", lag)))
        .panel("backlog, s", List.of(new LinePlot.Line("", backlog)))
        .svg();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    while (!closed) {
      try {
        List<JsonNode> pods = cluster.pods(SanaqCluster.WORKER);
        int ready = (int) pods.stream().filter(SanaqCluster::isReady).count();
        Sample sample = new Sample(now(), pods.size(), ready, load.lag(), backlog());
        synchronized (this) {
          samples.add(sample);
        }
      } catch (RuntimeException | AssertionError e) {
        // Between two pods of the gateway, or while an API restarts: the next sample follows.
        System.out.println("no sample: " + e);
      }
      Pause.of(INTERVAL);
    }
  }

  private @Nullable Double backlog() {
    try {
      GatewayTestClient.ApiResponse answer = cluster.gateway().get("/v1/backlog");
      return answer.status() == 200 ? answer.json().path("seconds").asDouble() : null;
    } catch (AssertionError e) {
      return null;
    }
  }
}
