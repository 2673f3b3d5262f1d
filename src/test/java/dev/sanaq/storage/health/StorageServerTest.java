package dev.sanaq.storage.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.OutputLocation;
import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import dev.sanaq.storage.S3ClientFactory;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.testing.process.HttpProbe;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The S3 server of the overlay for kind and of Compose: the one that the program contains, started
 * from the program's image as the files say.
 */
class StorageServerTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String IMAGE_CLASS_PATH = "/opt/sanaq/lib/main/*:/opt/sanaq/lib/boot/*";

  @Test
  void serverOfManifests_doesWhatWorkersNeed(@TempDir Path folder) throws IOException {
    Map<String, Object> pod =
        Pods.spec(
            Kustomization.render(Path.of("k8s/overlays/kind")).stream()
                .filter(object -> ObjectReference.of(object).kind().equals("StatefulSet"))
                .findFirst()
                .orElseThrow());
    Map<String, Object> server = Yaml.maps(pod, "containers").get(0);
    Map<String, Object> bucket = Yaml.maps(pod, "initContainers").get(0);
    assertThat(List.of(Yaml.string(server, "image"), Yaml.string(bucket, "image")))
        .containsOnly("sanaq-worker-cpu:dev");
    assertThat(Yaml.strings(bucket, "command")).containsExactly("mkdir", "-p", "/data/sanaq");
    Files.createDirectories(folder.resolve("sanaq"));
    int port = TestProcesses.freePort();
    String path = Yaml.string(server, "readinessProbe", "httpGet", "path");
    URI health = URI.create("http://127.0.0.1:" + port + path);
    try (TestProcesses processes = new TestProcesses("storage-server")) {
      processes
          .startCommand("storage", locally(Yaml.strings(server, "command"), folder, port), Map.of())
          .await("the S3 server is healthy", TIMEOUT, () -> HttpProbe.status(health) == 200);
      useAsWorker(port);
    }
  }

  @Test
  void serverOfCompose_isTheSame() {
    Map<String, Object> services =
        Yaml.map(Yaml.documents(Path.of("deploy/compose.yaml")).get(0), "services");
    Map<String, Object> server = Yaml.map(services, "storage");
    assertThat(Yaml.string(server, "image")).isEqualTo("sanaq-worker-cpu:dev");
    Map<String, Object> statefulSet =
        Kustomization.render(Path.of("k8s/overlays/kind")).stream()
            .filter(object -> ObjectReference.of(object).kind().equals("StatefulSet"))
            .findFirst()
            .orElseThrow();
    Map<String, Object> container = Pods.containers(statefulSet).get(1);
    assertThat(Yaml.strings(server, "entrypoint"))
        .isEqualTo(
            Yaml.strings(container, "command").stream()
                .map(
                    argument ->
                        argument
                            .replace("$(ACCESS_KEY)", "sanaq")
                            .replace("$(SECRET_KEY)", "only-on-this-machine"))
                .toList());
  }

  /** No image of MinIO has been published since October 2025, also none with security fixes. */
  @Test
  void files_nameNoImageOfMinio() throws IOException {
    try (Stream<Path> files =
        Stream.concat(Files.walk(Path.of("k8s")), Files.walk(Path.of("deploy")))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).as("%s", file).doesNotContain("minio/");
      }
    }
  }

  private static List<String> locally(List<String> command, Path folder, int port) {
    assertThat(command).contains(IMAGE_CLASS_PATH);
    return command.stream()
        .map(
            argument ->
                argument
                    .replace(IMAGE_CLASS_PATH, System.getProperty("java.class.path"))
                    .replace("$(ACCESS_KEY)", "key")
                    .replace("$(SECRET_KEY)", "secret")
                    .replace("//0.0.0.0:9000", "//127.0.0.1:" + port)
                    .replace("=/data", "=" + folder))
        .toList();
  }

  private static void useAsWorker(int port) {
    StorageConfig config =
        TestSettings.mapping(
            StorageConfig.class,
            Map.of(
                "sanaq.storage.endpoint", "http://127.0.0.1:" + port,
                "sanaq.storage.path-style", "true",
                "sanaq.storage.bucket", "sanaq",
                "sanaq.storage.access-key", "key",
                "sanaq.storage.secret-key", "secret"));
    try (S3Client client = S3ClientFactory.client(config)) {
      StorageProbe probe = new StorageProbe(client, new OutputLocation("sanaq", ""));
      probe.tryWorkerCalls();
      probe.tryGatewayCalls();
    }
  }
}
