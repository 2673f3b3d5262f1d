package dev.sanaq.watchers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.GatewayProcess;
import dev.sanaq.testing.process.HttpProbe;
import dev.sanaq.testing.process.ProcessMemory;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.testing.report.MachineInfo;
import dev.sanaq.testing.report.ResultPage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many event streams and many requests at a gateway that is a process of its own. In every build a
 * few; with {@code -Pwatchers} 500 open streams and 200 requests per second for half a minute.
 */
@Tag("slow") // starts a broker, S3 and a gateway as processes, and sends requests for 3 s
class WatchersIT {
  private static final boolean LONG = System.getProperty("watchers", "short").equals("long");
  private static final int STREAMS = LONG ? 500 : 20;
  private static final int REQUESTS_PER_SECOND = LONG ? 200 : 20;
  private static final int SECONDS = LONG ? 30 : 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private final HttpClient client = HttpClient.newHttpClient();
  private final LatencyRecorder eventDelays = new LatencyRecorder();
  private final LatencyRecorder responseTimes = new LatencyRecorder();

  @Test
  void manyStreamsAndRequests_allSeeTerminalEventAndResponse() throws Exception {
    try (TestProcesses processes = new TestProcesses("watchers")) {
      ServiceProcesses services = ServiceProcesses.start(processes, TIMEOUT);
      GatewayProcess gateway = GatewayProcess.start(processes, services.config());
      URI url = gateway.url();
      List<String> jobs = IntStream.range(0, STREAMS).mapToObj(i -> "watched-" + i).toList();
      try (SimulatedWorkerEvents workers = new SimulatedWorkerEvents(services.bootstrapServers())) {
        jobs.forEach(workers::started);
        workers.flush();
        awaitJobVisible(url, jobs.get(STREAMS - 1));
        long before = ProcessMemory.residentBytes(gateway.process());
        List<EventStreamWatcher> watchers =
            jobs.stream()
                .map(job -> EventStreamWatcher.open(client, url, job, eventDelays))
                .toList();
        watchers.forEach(EventStreamWatcher::awaitOpened);
        sendRequests(url, jobs, workers);
        jobs.forEach(workers::completed);
        assertThat(watchers).allMatch(EventStreamWatcher::awaitEnd);
        report(before, ProcessMemory.peakResidentBytes(gateway.process()));
      }
    }
  }

  /** Sends requests at a fixed rate, and one progress event per second for each job. */
  private void sendRequests(URI gateway, List<String> jobs, SimulatedWorkerEvents workers)
      throws Exception {
    int total = REQUESTS_PER_SECOND * SECONDS;
    CountDownLatch answered = new CountDownLatch(total);
    long startNanos = System.nanoTime();
    for (int i = 0; i < total; i++) {
      long due = startNanos + i * 1_000_000_000L / REQUESTS_PER_SECOND;
      Pause.untilNanoTime(due);
      String job = jobs.get(i % jobs.size());
      client
          .sendAsync(request(gateway, "/v1/jobs/" + job), BodyHandlers.discarding())
          .thenAccept(
              response -> {
                if (response.statusCode() == 200) {
                  responseTimes.add(System.nanoTime() - due);
                  answered.countDown();
                }
              });
      for (int j = i % REQUESTS_PER_SECOND; j < jobs.size(); j += REQUESTS_PER_SECOND) {
        workers.progress(jobs.get(j), 1 + i / REQUESTS_PER_SECOND);
      }
    }
    assertThat(answered.await(60, TimeUnit.SECONDS)).as("every request is answered").isTrue();
  }

  private void report(long before, long peak) {
    String table =
        String.format(
            Locale.ROOT,
            """
        | %s open streams, %s requests per second, %s s | |
        |---|---:|
        | `GET /v1/jobs/{id}`, p50 / p99 / p99.9 ms | %.1f / %.1f / %.1f |
        | an event, from the worker to the client, p50 / p99 ms | %.1f / %.1f |
        | events received | %s |
        | the gateway's memory, before the streams / at most, MiB | %s / %s |
        """,
            STREAMS,
            REQUESTS_PER_SECOND,
            SECONDS,
            responseTimes.quantile(0.5),
            responseTimes.quantile(0.99),
            responseTimes.quantile(0.999),
            eventDelays.quantile(0.5),
            eventDelays.quantile(0.99),
            eventDelays.count(),
            before >> 20,
            peak >> 20);
    System.out.println(table);
    String file = System.getProperty("watchers.report", "");
    if (!file.isEmpty()) {
      ResultPage.write(Path.of(file), "Many event streams", MachineInfo.summary() + "\n\n" + table);
    }
  }

  private void awaitJobVisible(URI gateway, String job) {
    Eventually.await("job " + job, TIMEOUT)
        .until(() -> HttpProbe.status(gateway.resolve("/v1/jobs/" + job)) == 200);
  }

  private static HttpRequest request(URI gateway, String path) {
    return HttpRequest.newBuilder(gateway.resolve(path)).timeout(Duration.ofSeconds(30)).build();
  }
}
