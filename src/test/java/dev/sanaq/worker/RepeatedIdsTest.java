package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.storage.SilentlyClosingS3;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;

/** Against an S3 server with the manner of MinIO. */
class RepeatedIdsTest {
  private abstract static class SilentlyClosing extends RepeatedIds {
    private final boolean beforeBody;

    @SuppressWarnings("NullAway.Init") // set before all
    private SilentlyClosingS3 proxy;

    SilentlyClosing(boolean beforeBody) {
      this.beforeBody = beforeBody;
    }

    @Override
    Map<String, String> startStorage(Map<String, String> services) {
      int upstream =
          URI.create(services.getOrDefault("sanaq.storage.endpoint", "http://any")).getPort();
      proxy = new SilentlyClosingS3(upstream, beforeBody);
      return Map.of("sanaq.storage.endpoint", "http://127.0.0.1:" + proxy.port());
    }

    @AfterAll
    void closeProxy() {
      assertThat(proxy.refusalCount()).isPositive();
      proxy.close();
    }
  }

  @Nested
  class ConnectionClosedAfterAnswer extends SilentlyClosing {
    ConnectionClosedAfterAnswer() {
      super(false);
    }
  }

  @Nested
  class ConnectionClosedBeforeBody extends SilentlyClosing {
    ConnectionClosedBeforeBody() {
      super(true);
    }
  }
}
