package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;

/**
 * Against S3 servers that others wrote, built from their Go modules: in the long form only, and
 * only where there is a {@code go} command. The first build takes minutes, the next ones seconds.
 */
class RepeatedIdsIT {
  private static final String KEY = "sanaq-key";
  private static final String SECRET = "sanaq-secret";
  private static final Duration BUILD_TIMEOUT = Duration.ofMinutes(30);
  private static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  private abstract static class GoServer extends RepeatedIds {
    private final String module;

    @SuppressWarnings("NullAway.Init") // set before all
    private TestProcesses processes;

    GoServer(String module) {
      this.module = module;
    }

    /** The arguments of the server. */
    abstract List<String> arguments(String address, String folder);

    /** The environment that sets its credentials. */
    abstract Map<String, String> environment();

    @Override
    Map<String, String> startStorage(Map<String, String> services) throws IOException {
      assumeTrue(FaultScale.fromSystemProperty() == FaultScale.LONG, "only in the long form");
      assumeTrue(hasGo(), "not run: there is no go command to build " + module);
      processes = new TestProcesses("repeated-ids-" + name());
      int port = TestProcesses.freePort();
      String folder = Files.createDirectory(processes.folder().resolve("data")).toString();
      List<String> line = new ArrayList<>(List.of(build().toString()));
      line.addAll(arguments("127.0.0.1:" + port, folder));
      processes
          .startCommand(name(), line, environment())
          .await("listens", START_TIMEOUT, () -> isListening(port));
      return Map.of(
          "sanaq.storage.endpoint", "http://127.0.0.1:" + port,
          "sanaq.storage.access-key", KEY,
          "sanaq.storage.secret-key", SECRET);
    }

    @AfterAll
    void stopServer() {
      if (processes != null) {
        processes.close();
      }
    }

    private String name() {
      return module.replaceAll(".*/|@.*", "");
    }

    private Path build() {
      Path target = Path.of("target/go").toAbsolutePath();
      ManagedProcess build =
          processes.startCommand(
              "go-install", List.of("go", "install", module), Map.of("GOBIN", target.toString()));
      assertThat(build.exitCode(BUILD_TIMEOUT)).as(build.output()).isZero();
      return target.resolve(name());
    }
  }

  @Nested
  class VersityGateway extends GoServer {
    VersityGateway() {
      super("github.com/versity/versitygw/cmd/versitygw@v1.8.0");
    }

    @Override
    List<String> arguments(String address, String folder) {
      return List.of("--port", address, "posix", folder);
    }

    @Override
    Map<String, String> environment() {
      return Map.of("ROOT_ACCESS_KEY", KEY, "ROOT_SECRET_KEY", SECRET);
    }
  }

  @Nested
  class MinIo extends GoServer {
    MinIo() {
      super("github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c");
    }

    @Override
    List<String> arguments(String address, String folder) {
      return List.of("server", "--quiet", "--address", address, folder);
    }

    @Override
    Map<String, String> environment() {
      return Map.of("MINIO_ROOT_USER", KEY, "MINIO_ROOT_PASSWORD", SECRET);
    }
  }

  private static boolean hasGo() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "go")));
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
