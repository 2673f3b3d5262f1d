package dev.sanaq.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FreePortTest {
  @Test
  void find_returnsBindablePortsBelowTheEphemeralRange() {
    assertThat(IntStream.range(0, 50).map(i -> FreePort.find()))
        .allSatisfy(
            port -> {
              assertThat(port).isBetween(10_000, 32_767);
              new ServerSocket(port).close();
            });
  }

  @Test
  void start_withoutPorts_listensBelowTheEphemeralRange(@TempDir Path folder) throws Exception {
    try (LocalKafka kafka = LocalKafka.start(folder, 0)) {
      assertThat(kafka.config().get("kafka.bootstrap.servers")).matches("localhost:[123]\\d{4}");
    }
  }
}
