package dev.sanaq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sanaq.local.LocalServices;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The native executable, where {@code -Dnative} has built one: a gateway on real Kafka and S3. */
class NativeIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private Path executable = Path.of("");

  @BeforeEach
  void findExecutable() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target"))) {
      executable =
          files.filter(f -> f.toString().endsWith("-runner")).findFirst().orElse(Path.of(""));
    }
    assumeTrue(
        !executable.toString().isEmpty(),
        "no native executable in target: ./mvnw verify -Dnative -Dlibtorch.outside builds one, with"
            + " Mandrel or GraalVM for JDK 21 or later on the PATH");
  }

  @Test
  void help_isPrinted() {
    try (TestProcesses processes = new TestProcesses("native-help")) {
      ManagedProcess help =
          processes.startCommand(
              "help",
              List.of(executable.toAbsolutePath().toString(), "--help"),
              java.util.Map.of());
      assertThat(help.exitCode(TIMEOUT)).isZero();
      assertThat(help.output()).contains("serve", "model");
    }
  }

  @Test
  void gateway_acceptsJob_andListsIt() throws Exception {
    try (TestProcesses processes = new TestProcesses("native-gateway");
        LocalServices services = LocalServices.startTemporary()) {
      int port = TestProcesses.freePort();
      List<String> line = new ArrayList<>(List.of(executable.toAbsolutePath().toString()));
      services.config().forEach((key, value) -> line.add("-D%s=%s".formatted(key, value)));
      line.addAll(List.of("-Dsanaq.worker.enabled=false", "-Dquarkus.http.port=" + port, "serve"));
      ManagedProcess gateway = processes.startCommand("gateway", line, java.util.Map.of());
      URI root = URI.create("http://127.0.0.1:" + port);
      await(gateway, root.resolve("/q/health/ready"));
      HttpRequest job =
          HttpRequest.newBuilder(root.resolve("/v1/jobs"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"id\":\"n-1\",\"prompt\":\"a pear\"}"))
              .build();
      assertThat(send(job).statusCode()).isEqualTo(202);
      await(gateway, root.resolve("/v1/jobs/n-1"));
      assertThat(send(get(root.resolve("/v1/backlog"))).body()).contains("\"queued\":1");
    }
  }

  private static void await(ManagedProcess process, URI address) throws Exception {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (status(address) != 200) {
      assertThat(process.isAlive()).as(process.output()).isTrue();
      assertThat(System.nanoTime() - until).as("%s answers 200", address).isNegative();
      Thread.sleep(50);
    }
  }

  private static int status(URI address) throws InterruptedException {
    try {
      return send(get(address)).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private static HttpRequest get(URI address) {
    return HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(10)).build();
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }
}
