package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kustomization renders to objects that are valid for their schemas, field by field. */
class RenderTest {
  private static final ManifestSchemas SCHEMAS = new ManifestSchemas();
  private static final Path KUBECTL =
      Stream.of(System.getenv("PATH").split(":", -1))
          .map(folder -> Path.of(folder, "kubectl"))
          .filter(Files::isExecutable)
          .findFirst()
          .orElse(Path.of(""));

  static Stream<Path> overlays() {
    return Stream.concat(
        ComponentCombinations.overlays(), Stream.of(ComponentCombinations.K8S.resolve("cluster")));
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void overlay_rendersToValidObjects(Path folder) {
    assertThat(problems(Kustomization.render(folder))).isEmpty();
  }

  @Tag("slow") // renders several hundred combinations
  @Test
  void everyComponentCombination_rendersToValidObjects() {
    Set<Object> checked = new java.util.HashSet<>();
    for (List<String> components : ComponentCombinations.all()) {
      List<Map<String, Object>> objects =
          Kustomization.render(
              ComponentCombinations.K8S.resolve("base"), ComponentCombinations.folders(components));
      // Most objects occur in many combinations; each is validated once.
      objects.removeIf(object -> !checked.add(object));
      assertThat(problems(objects)).as("base with %s", components).isEmpty();
    }
    assertThat(checked).hasSizeGreaterThan(50);
  }

  @Test
  void combinations_coverEveryComponent() throws IOException {
    try (Stream<Path> folders = Files.list(ComponentCombinations.K8S.resolve("components"))) {
      Set<String> names =
          ComponentCombinations.all().stream().flatMap(List::stream).collect(Collectors.toSet());
      assertThat(folders.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void misspeltField_isRejected(Path folder) {
    for (Map<String, Object> object : Kustomization.render(folder)) {
      if (object.containsKey("spec")) {
        Yaml.map(object, "spec").put("replicsa", 1);
        assertThat(SCHEMAS.validate(object)).as("%s", ObjectReference.of(object)).isNotEmpty();
      }
      for (Map<String, Object> container : Pods.containers(object)) {
        Yaml.map(object, "spec").remove("replicsa");
        container.put("imagePullPolcy", "Always");
        assertThat(SCHEMAS.validate(object)).as("%s", ObjectReference.of(object)).isNotEmpty();
      }
    }
  }

  @Test
  void unknownKustomizationField_isRejected(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("kustomization.yaml"), "kind: Kustomization\nnamePrefix: x-\n");
    assertThatThrownBy(() -> Kustomization.render(folder)).hasMessageContaining("namePrefix");
  }

  @ParameterizedTest
  @MethodSource("overlays")
  void renderer_overlay_matchesKubectl(Path folder) throws Exception {
    assumeTrue(hasKustomize5(), "no kubectl with Kustomize 5 on the PATH to compare with");
    assertThat(sorted(Kustomization.render(folder))).isEqualTo(sorted(kubectl(folder)));
  }

  @Test
  void renderer_combinations_matchKubectl(@TempDir Path folder) throws Exception {
    assumeTrue(hasKustomize5(), "no kubectl with Kustomize 5 on the PATH to compare with");
    List<List<String>> all = ComponentCombinations.all();
    Path k8s = folder.toRealPath().relativize(ComponentCombinations.K8S.toRealPath());
    for (int i = 0; i < all.size(); i += 29) {
      StringBuilder file = new StringBuilder("kind: Kustomization\n");
      file.append("apiVersion: kustomize.config.k8s.io/v1beta1\n");
      file.append("resources: [%s/base]\ncomponents:\n".formatted(k8s));
      all.get(i).forEach(name -> file.append("- %s/components/%s\n".formatted(k8s, name)));
      if (all.get(i).isEmpty()) {
        continue;
      }
      Files.writeString(folder.resolve("kustomization.yaml"), file);
      List<Map<String, Object>> rendered =
          Kustomization.render(
              ComponentCombinations.K8S.resolve("base"), ComponentCombinations.folders(all.get(i)));
      assertThat(sorted(rendered)).as("%s", all.get(i)).isEqualTo(sorted(kubectl(folder)));
    }
  }

  static boolean hasKustomize5() throws Exception {
    return !KUBECTL.toString().isEmpty()
        && output(KUBECTL.toString(), "version", "--client").contains("Kustomize Version: v5");
  }

  private static List<String> problems(List<Map<String, Object>> objects) {
    return objects.stream().flatMap(object -> SCHEMAS.validate(object).stream()).toList();
  }

  private static List<Map<String, Object>> kubectl(Path folder) throws Exception {
    return Yaml.documents(output(KUBECTL.toString(), "kustomize", folder.toString()));
  }

  private static String output(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
    return text;
  }

  private static List<Map<String, Object>> sorted(List<Map<String, Object>> objects) {
    List<Map<String, Object>> sorted = new ArrayList<>(objects);
    sorted.sort(Comparator.comparing(object -> ObjectReference.of(object).toString()));
    return sorted;
  }
}
