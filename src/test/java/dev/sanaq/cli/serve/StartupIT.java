package dev.sanaq.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged program's start: what goes wrong is said in one line, and a demo stays at home. */
class StartupIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(3);

  private static TestProcesses processes;

  @BeforeAll
  static void create() {
    processes = new TestProcesses("startup");
  }

  @AfterAll
  static void close() {
    processes.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "quarkus.http.port | 99999 | 99999",
        "quarkus.http.host | 192.0.2.1 | quarkus.http.host",
        "sanaq.limits.max-count | abc | sanaq.limits.max-count",
        "sanaq.worker.batch-size | 0 | sanaq.worker.batch-size",
        "sanaq.worker.batchsize | 4 | sanaq.worker.batchsize",
        "sanaq.storage.endpoint | foo | sanaq.storage.endpoint",
        "kafka.security.protocol | NONSENSE | security.protocol",
        "sanaq.model.path | /nonexistent | sanaq.model.path",
        "sanaq.worker.enabled | true | sanaq.model.path",
        "sanaq.provenance.c2pa.certificate | x.pem | sanaq.provenance.c2pa.private-key",
      })
  void serve_invalidSetting_namesItInOneLine(String key, String value, String named) {
    assertThat(failedServe(Map.of("kafka.bootstrap.servers", "127.0.0.1:1", key, value)))
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains(named);
  }

  @Test
  void serve_portInUse_namesPortAndSettingInOneLine() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      assertThat(
              failedServe(
                  Map.of("kafka.bootstrap.servers", "127.0.0.1:1", "quarkus.http.port", port)))
          .singleElement()
          .asString()
          .startsWith("error: ")
          .contains(port, "quarkus.http.port");
    }
  }

  @Test
  void demo_environmentOfAnotherCluster_usesItsOwnServicesAndSaysSo() throws IOException {
    Path temporary = Files.createDirectory(processes.folder().resolve("tmp-demo"));
    ManagedProcess demo =
        start(
            List.of("-Duser.language=ar", "-Duser.country=EG", "-Djava.io.tmpdir=" + temporary),
            Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                "SANAQ_STORAGE_ENDPOINT", "http://127.0.0.1:1"),
            "demo",
            "--once");
    assertThat(demo.exitCode(TIMEOUT)).isZero();
    String output = demo.output();
    assertThat(output)
        .contains("KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:1 is ignored")
        .contains("SANAQ_STORAGE_ENDPOINT=http://127.0.0.1:1 is ignored")
        .contains("dev.sanaq.job.completed.v1")
        .doesNotContainPattern("[\u0660-\u0669]");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void local_killed_leavesWhatTheNextOneDeletes() throws IOException {
    Path temporary = Files.createDirectory(processes.folder().resolve("tmp-local"));
    List<String> jvm = List.of("-Djava.io.tmpdir=" + temporary);
    ManagedProcess killed = start(jvm, Map.of(), "local");
    killed.awaitOutput("sanaq.storage.endpoint=", TIMEOUT);
    ManagedProcess living = start(jvm, Map.of(), "local");
    living.awaitOutput("sanaq.storage.endpoint=", TIMEOUT);
    killed.kill();
    assertThat(namesIn(temporary)).hasSize(4);

    ManagedProcess next = start(jvm, Map.of(), "local");
    next.awaitOutput("sanaq.storage.endpoint=", TIMEOUT);
    assertThat(namesIn(temporary))
        .as("two folders of each living process")
        .hasSize(4)
        .allMatch(name -> name.matches("sanaq-(local|libraries)-\\d+"));
    next.terminate();
    living.terminate();
    assertThat(next.exitCode(TIMEOUT)).isZero();
    assertThat(living.exitCode(TIMEOUT)).isZero();
    assertThat(temporary).isEmptyDirectory();
  }

  private static List<String> namesIn(Path folder) throws IOException {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.map(path -> String.valueOf(path.getFileName())).toList();
    }
  }

  @Test
  void local_folderInUse_leavesTheFirstAlone() throws IOException {
    Path folder = processes.folder().resolve("data");
    ManagedProcess first = start(List.of(), Map.of(), "local", "--data-dir", folder.toString());
    first.awaitOutput("kafka.bootstrap.servers=", TIMEOUT);
    ManagedProcess second = start(List.of(), Map.of(), "local", "--data-dir", folder.toString());
    assertThat(second.exitCode(TIMEOUT)).isEqualTo(1);
    assertThat(second.output().lines())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains(folder.toString(), "in use");
    assertThat(first.isAlive()).isTrue();
    first.terminate();
    assertThat(first.exitCode(TIMEOUT)).isZero();
  }

  @Test
  void local_folderIsAFile_saysSoInOneLine() throws IOException {
    Path file = Files.writeString(processes.folder().resolve("file"), "x");
    ManagedProcess local = start(List.of(), Map.of(), "local", "--data-dir", file.toString());
    assertThat(local.exitCode(TIMEOUT)).isEqualTo(1);
    assertThat(local.output().lines())
        .singleElement()
        .asString()
        .startsWith("error: ")
        .contains(file.toString());
  }

  /** Quarkus is starting then: it would end the program only after the command. */
  @ParameterizedTest
  @CsvSource({
    "generate --model=%s --prompt=cat --steps=1000 --num-images=8 --output=%s, 130",
    "watch no-such-job, 130",
    "serve, 0",
  })
  void command_signalWhileQuarkusStarts_neverBegins(String command, int exitCode) {
    String model = "src/main/resources/checkpoints/sanaq-emoji";
    Path image = processes.folder().resolve("never.png");
    ManagedProcess process =
        start(
            List.of(
                "-Xlog:class+load",
                "-Dkafka.bootstrap.servers=127.0.0.1:1",
                "-Dsanaq.model.path=" + model),
            Map.of(),
            command.formatted(model, image).split(" "));
    process.awaitOutput(" io.vertx.core.impl.VertxImpl ", TIMEOUT);
    process.terminate();
    assertThat(process.exitCode(Duration.ofSeconds(30))).isEqualTo(exitCode);
  }

  private static List<String> failedServe(Map<String, String> config) {
    List<String> jvm = new ArrayList<>();
    config.forEach((key, value) -> jvm.add("-D" + key + "=" + value));
    ManagedProcess serve = start(jvm, Map.of(), "serve");
    assertThat(serve.exitCode(TIMEOUT)).isEqualTo(1);
    return serve.output().lines().toList();
  }

  private static ManagedProcess start(
      List<String> jvm, Map<String, String> environment, String... command) {
    List<String> line = new ArrayList<>();
    line.add(TestProcesses.jdkTool("java"));
    line.addAll(TestProcesses.SHORT_LIVED);
    line.addAll(jvm);
    line.addAll(List.of("-jar", "target/quarkus-app/quarkus-run.jar"));
    line.addAll(List.of(command));
    return processes.startCommand(command[0], line, environment);
  }
}
