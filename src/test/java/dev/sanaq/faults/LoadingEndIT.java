package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** SIGTERM while a worker loads its model: it has no job, so there is nothing to drain. */
class LoadingEndIT {
  private static final int START_TIMEOUT_MILLIS = 90_000;

  @Test
  void sigterm_whileModelIsDownloaded_exitsAtOnceWithCodeZero() throws IOException {
    try (TestProcesses processes = new TestProcesses("loading-end");
        ServerSocket storage = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      storage.setSoTimeout(START_TIMEOUT_MILLIS);
      Map<String, String> config = new TreeMap<>();
      config.put("quarkus.http.port", String.valueOf(TestProcesses.freePort()));
      config.put("kafka.bootstrap.servers", "127.0.0.1:1");
      config.put("sanaq.gateway.enabled", "false");
      config.put("sanaq.storage.endpoint", "http://127.0.0.1:" + storage.getLocalPort());
      config.put("sanaq.storage.path-style", "true");
      config.put("sanaq.storage.access-key", "any");
      config.put("sanaq.storage.secret-key", "any");
      config.put("sanaq.model.source", "s3://models/any");
      config.put("sanaq.model.path", processes.folder().resolve("model").toString());
      ManagedProcess worker =
          processes.startProgram("worker", TestProcesses.SHORT_LIVED, config, "serve");
      // The download has begun; the storage never answers.
      try (Socket download = storage.accept()) {
        assertThat(download.isConnected()).isTrue();
        worker.terminate();
        assertThat(worker.exitCode(Duration.ofSeconds(10))).isZero();
      }
    }
  }
}
