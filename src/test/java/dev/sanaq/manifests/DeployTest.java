package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The container files and the compose file agree with the program and the manifests. */
class DeployTest {
  private static final Path DEPLOY = Path.of("deploy");
  private static final Map<String, Object> COMPOSE =
      Yaml.documents(DEPLOY.resolve("compose.yaml")).get(0);
  private static final String TAGGED_IMAGE = "[^:@]+:(?!latest)[^:@]+(@sha256:[0-9a-f]{64})?";
  private static final List<String> SANAQ_SERVICES = List.of("worker", "gateway");

  static Stream<Path> containerfiles() throws IOException {
    try (Stream<Path> files = Files.list(DEPLOY)) {
      return files.filter(f -> f.toString().endsWith(".Containerfile")).toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("containerfiles")
  void containerImage_runsUnprivilegedWithHealthCheck(Path file) {
    Containerfile image = new Containerfile(file);
    assertThat(image.of("USER")).containsExactly("10001:10001");
    assertThat(image.of("EXPOSE")).containsExactly("8080");
    assertThat(image.of("CMD")).containsExactly("[\"serve\"]");
    assertThat(image.of("ENTRYPOINT")).singleElement().asString().contains("/opt/sanaq/");
    assertThat(image.of("HEALTHCHECK"))
        .singleElement()
        .asString()
        .contains("/dev/tcp/127.0.0.1/8080", "GET /q/health/live HTTP/1.0");
    assertThat(EnvironmentVariables.unknown(image.environment().keySet())).isEmpty();
    assertThat(image.environment()).containsEntry("QUARKUS_HTTP_HOST", "0.0.0.0");
  }

  @ParameterizedTest
  @MethodSource("containerfiles")
  void containerImage_usesTaggedBasesAndBuildOutputs(Path file) {
    Containerfile image = new Containerfile(file);
    assertThat(image.of("ARG")).isNotEmpty().allMatch(arg -> arg.matches("[A-Z]+=" + TAGGED_IMAGE));
    assertThat(image.of("FROM")).allMatch(from -> from.matches("\\$\\{[A-Z]+}( AS \\w+)?"));
    assertThat(image.of("ADD")).as("downloads without a digest").isEmpty();
    assertThat(image.of("COPY"))
        .allMatch(
            copy ->
                copy.matches(
                    "(--from=libtorch|--chmod=0755 target/\\*-runner|target/\\*\\.so|target/quarkus-app/).*"));
    assertThat(image.all().toString()).as("no weights").doesNotContain("safetensors");
  }

  /** The build and the entry point use the same paths; otherwise the JVM ignores the archive. */
  @ParameterizedTest
  @ValueSource(strings = {"worker-cpu", "worker-cuda"})
  void jvmImage_startsFromItsClassDataArchive(String name) {
    Containerfile image = new Containerfile(DEPLOY.resolve(name + ".Containerfile"));
    String run = "\"-jar\", \"/opt/sanaq/quarkus-run.jar\"";
    String archive = "/opt/sanaq/classes.jsa\", " + run;
    assertThat(image.of("RUN")).last().asString().contains("-XX:ArchiveClassesAtExit=" + archive);
    assertThat(image.of("ENTRYPOINT"))
        .singleElement()
        .asString()
        .contains("-XX:SharedArchiveFile=" + archive);
  }

  @ParameterizedTest
  @MethodSource("containerfiles")
  void libtorchVersion_matchesPom(Path file) throws IOException {
    Map<String, String> environment = new Containerfile(file).environment();
    String pom = Files.readString(Path.of("pom.xml"));
    String version = pom.replaceAll("(?s).*<libtorch.version>(.*?)</libtorch.version>.*", "$1");
    String text = Files.readString(file);
    if (environment.containsKey("PYTORCH_LIBRARY_PATH")) {
      assertThat(environment)
          .containsEntry("PYTORCH_VERSION", version)
          .containsEntry("PYTORCH_FLAVOR", "cu128");
      assertThat(text).contains("pytorch/pytorch:" + version + "-cuda12.8");
      // DJL's JNI library is built for this flavor.
      assertThat(DeployTest.class.getResource("/jnilib/linux-x86_64/cu128/libdjl_torch.so"))
          .isNotNull();
    }
  }

  @Test
  void composeServices_areReadOnlyWithoutCapabilities() {
    for (String name : SANAQ_SERVICES) {
      Map<String, Object> service = service(name);
      assertThat(service)
          .containsEntry("read_only", true)
          .containsEntry("user", "10001:10001")
          .containsEntry("cap_drop", List.of("ALL"));
      assertThat(Yaml.strings(service, "tmpfs")).singleElement().asString().startsWith("/tmp");
      assertThat(EnvironmentVariables.unknown(environment(name).keySet())).isEmpty();
      assertThat(environment(name)).containsEntry("QUARKUS_HTTP_HOST", "0.0.0.0");
    }
    Duration shutdownTimeout = TestSettings.mapping(WorkerConfig.class, Map.of()).shutdownTimeout();
    assertThat(Yaml.string(service("worker"), "stop_grace_period"))
        .isEqualTo(shutdownTimeout.plusMinutes(1).toMinutes() + "m");
  }

  @Test
  void composeTopics_matchConfig() {
    TopicsConfig topics = TestSettings.mapping(TopicsConfig.class, Map.of());
    String script = Yaml.strings(service("topics"), "command").get(0);
    Set<String> created =
        Pattern.compile("create (sanaq\\S+)")
            .matcher(script)
            .results()
            .map(match -> match.group(1))
            .collect(Collectors.toSet());
    assertThat(created)
        .containsExactlyInAnyOrder(
            topics.requests(),
            topics.cancellations(),
            topics.events(),
            topics.deadLetters(),
            topics.webhookDeliveries());
    assertThat(script)
        .contains(topics.webhookDeliveries() + " --partitions 3 --config cleanup.policy=compact");
  }

  @Test
  void composeReferences_existAsServicesAndFiles() {
    Set<String> services = Yaml.map(COMPOSE, "services").keySet();
    Set<String> addresses = new TreeSet<>();
    SANAQ_SERVICES.forEach(
        name -> addresses.add(environment(name).getOrDefault("KAFKA_BOOTSTRAP_SERVERS", "")));
    SANAQ_SERVICES.forEach(
        name -> addresses.add(environment(name).getOrDefault("SANAQ_STORAGE_ENDPOINT", "")));
    Map<String, Object> prometheus =
        Yaml.documents(DEPLOY.resolve("prometheus/prometheus.yaml")).get(0);
    Map<String, Object> scrapeConfig = Yaml.maps(prometheus, "scrape_configs").get(0);
    assertThat(scrapeConfig).containsEntry("metrics_path", "/q/metrics");
    addresses.addAll(Yaml.strings(Yaml.maps(scrapeConfig, "static_configs").get(0), "targets"));
    for (String address : addresses) {
      assertThat(services).contains(address.replaceAll("^http://", "").replaceAll(":\\d+$", ""));
    }
    for (String name : services) {
      for (String volume : Yaml.strings(service(name), "volumes")) {
        if (volume.startsWith(".")) {
          assertThat(DEPLOY.resolve(volume.split(":", 2)[0])).exists();
        }
      }
    }
  }

  @Test
  void composePorts_areLocalOnly_imagesAreTagged() {
    Yaml.map(COMPOSE, "services")
        .forEach(
            (name, service) -> {
              assertThat(Yaml.strings(Yaml.map(service), "ports"))
                  .allMatch(port -> port.startsWith("127.0.0.1:"));
              assertThat(Yaml.string(service(name), "image")).matches(TAGGED_IMAGE);
            });
  }

  @Test
  void manifestImages_areBuiltHere() throws IOException {
    Set<String> built =
        containerfiles()
            .map(file -> "sanaq-" + file.getFileName().toString().replace(".Containerfile", ""))
            .map(name -> name.equals("sanaq-gateway-native") ? "sanaq-gateway" : name)
            .collect(Collectors.toSet());
    for (List<String> components : List.of(List.of("gateway", "webhooks", "gpu"), List.of("cpu"))) {
      Kustomization.render(
              ComponentCombinations.K8S.resolve("base"), ComponentCombinations.folders(components))
          .stream()
          .flatMap(object -> Pods.containers(object).stream())
          .forEach(container -> assertThat(built).contains(Yaml.string(container, "image")));
    }
    String readme = Files.readString(DEPLOY.resolve("README.md"));
    Set<String> documented =
        Pattern.compile("-t (sanaq-[a-z-]+)")
            .matcher(readme)
            .results()
            .map((MatchResult match) -> match.group(1))
            .collect(Collectors.toSet());
    assertThat(documented).isEqualTo(built);
  }

  private static Map<String, Object> service(String name) {
    return Yaml.map(COMPOSE, "services", name);
  }

  private static Map<String, String> environment(String name) {
    return Yaml.map(service(name), "environment").entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().toString()));
  }
}
