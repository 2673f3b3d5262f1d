package dev.sanaq.sana.conditioning;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.RgbaImage;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import dev.sanaq.testing.image.TestImages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A case of the fixtures {@code conditioning}, which make_conditioning_fixtures.py made. */
public record ConditioningFixture(String name, JsonNode json) {
  static ConditioningFixture of(String name) {
    return new ConditioningFixture(name, Fixtures.json("conditioning/" + name + "/case.json"));
  }

  /** The reference's answers. */
  Map<String, Tensor> answers() {
    return Fixtures.tensors("conditioning/" + name + "/case.safetensors");
  }

  /** The reference's image. */
  RgbImage image() {
    return read("image.png");
  }

  /** Its checkpoint; that of the ControlNet case is put together in a folder. */
  Path checkpoint(Path folder) {
    Path model = Fixtures.path(json.get("model").textValue() + "/checkpoint");
    if (!json.get("kind").textValue().equals("controlnet")) {
      return model;
    }
    copy(model, folder);
    copy(Fixtures.path("conditioning/" + name + "/checkpoint"), folder);
    return folder;
  }

  /** Copies a folder over another. */
  public static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The parameters of the reference's call. */
  GenerationParams params(SolverKind modelSolver) {
    JsonNode call = json.get("call");
    return new GenerationParams(
            call.get("prompt").textValue(),
            call.path("negative_prompt").asText(""),
            call.get("width").intValue(),
            call.get("height").intValue(),
            call.get("num_inference_steps").intValue(),
            call.get("guidance_scale").doubleValue(),
            json.get("seed").longValue(),
            1,
            json.has("scheduler") ? SolverKind.FLOW_EULER : modelSolver,
            false,
            true,
            List.of())
        .withConditioning(conditioning());
  }

  private Conditioning conditioning() {
    JsonNode call = json.get("call");
    return switch (json.get("kind").textValue()) {
      case "img2img", "sprint-img2img" -> Conditioning.NONE.withSource(source(Optional.empty()));
      case "inpaint" ->
          Conditioning.NONE.withSource(
              source(Optional.of(MaskImage.of(RgbaImage.opaque(read("mask.png"))))));
      case "controlnet" ->
          Conditioning.NONE.withControl(
              new ControlImage(
                  "",
                  read("source.png"),
                  call.get("controlnet_conditioning_scale").doubleValue(),
                  GuidanceInterval.ALL_STEPS));
      case "pag" ->
          Conditioning.NONE.withPerturbedAttention(
              new PerturbedAttention(
                  call.get("pag_scale").doubleValue(),
                  call.get("pag_adaptive_scale").doubleValue(),
                  List.of(1))); // transformer_blocks.1
      default -> throw new IllegalStateException("kind of " + name);
    };
  }

  private SourceImage source(Optional<MaskImage> mask) {
    double strength = json.get("call").get("strength").doubleValue();
    return new SourceImage(read("source.png"), mask, strength, false);
  }

  private RgbImage read(String file) {
    return TestImages.read(Fixtures.path("conditioning/%s/%s".formatted(name, file)));
  }
}
