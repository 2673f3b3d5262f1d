package dev.sanaq.sana.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.sana.transformer.SanaControlNet;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlNetRegistryTest {
  private static final String OWN = "conditioning/controlnet/checkpoint/controlnet";

  private final Path folder;

  ControlNetRegistryTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    copy(Fixtures.path("tiny-sana/checkpoint"), folder);
  }

  @Test
  void get_onlyControlNet_needsNoName() throws IOException {
    copy(Fixtures.path(OWN), folder.resolve("controlnets/edges"));
    try (ControlNetRegistry registry = list()) {
      SanaControlNet edges = registry.get("");
      assertThat(registry.names()).containsExactly("edges");
      assertThat(registry.get("edges")).isSameAs(edges);
      assertThatThrownBy(() -> registry.get("depth"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("unknown ControlNet depth; this model has [edges]");
    }
  }

  @Test
  void get_severalControlNets_needsName() throws IOException {
    copy(Fixtures.path(OWN), folder.resolve("controlnet"));
    copy(Fixtures.path(OWN), folder.resolve("controlnets/edges"));
    try (ControlNetRegistry registry = list()) {
      assertThat(registry.get("controlnet")).isNotSameAs(registry.get("edges"));
      assertThatThrownBy(() -> registry.get(""))
          .hasMessageContaining("several ControlNets, so name one of [controlnet, edges]");
    }
  }

  @Test
  void get_otherShapes_throwsNamingThem() throws IOException {
    copy(Fixtures.path(OWN), folder.resolve("controlnet"));
    Path config = folder.resolve("controlnet/config.json");
    String json = Files.readString(config);
    try (ControlNetRegistry registry = list()) {
      Files.writeString(config, json.replace("SanaControlNetModel", "FluxControlNetModel"));
      assertThatThrownBy(() -> registry.get(""))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("SanaControlNetModel");
      Files.writeString(config, json.replace("\"num_layers\": 2", "\"num_layers\": 3"));
      assertThatThrownBy(() -> registry.get(""))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("transformer_blocks.2")
          .hasMessageContaining("controlnet_blocks.2");
      Files.writeString(config, json);
      assertThat(registry.get("")).isNotNull();
    }
  }

  private ControlNetRegistry list() {
    return ControlNetRegistry.list(Checkpoint.open(folder), DevicePlacement.cpu(Precision.FP32));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
