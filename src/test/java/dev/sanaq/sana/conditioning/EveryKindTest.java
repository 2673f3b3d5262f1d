package dev.sanaq.sana.conditioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Inpainting, a ControlNet and perturbed-attention guidance at once. */
class EveryKindTest {
  private static final Path LORA = Fixtures.path("tiny-sana/lora/pytorch_lora_weights.safetensors");
  private static final int SIDE = 128;

  private final Path model;

  EveryKindTest(@TempDir Path folder) {
    this.model = folder;
    ConditioningFixture.copy(Fixtures.path("tiny-sana/checkpoint"), folder);
    ConditioningFixture.copy(Fixtures.path("conditioning/controlnet/checkpoint"), folder);
  }

  /** Random weights of few narrow layers, as in {@code Int8Test}. */
  @ParameterizedTest
  @CsvSource({"bf16, 3", "fp16, 1", "int8, 12"})
  void generate_lowPrecision_nearFp32(String precision, double levels) {
    RgbImage exact = generate("fp32", List.of(params(List.of()))).get(0);
    RgbImage image = generate(precision, List.of(params(List.of()))).get(0);
    double difference = TestImages.meanDifference(image, exact);
    assertThat(difference).isLessThan(levels);
    assertThat(difference).as("another precision").isPositive();
  }

  /** A GPU's 8-bit products, run on the CPU: the ControlNet's too. */
  @ParameterizedTest
  @CsvSource({"INT8, 12", "FP8, 25"})
  void generate_eightBitsOfGpu_nearFp32(Precision precision, double levels) {
    DevicePlacement placement = DevicePlacement.cpu(precision).withKernels(Kernels.PLAIN);
    RgbImage exact = generate("fp32", List.of(params(List.of()))).get(0);
    Checkpoint checkpoint = Checkpoint.open(model, "");
    try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, placement, TextEncoder::load)) {
      RgbImage image = pipeline.generate(params(List.of()), ProgressListener.NONE).images().get(0);
      double difference = TestImages.meanDifference(image, exact);
      assertThat(difference).isBetween(0.01, levels);
    }
  }

  @Test
  void generateBatch_withAndWithoutLora_equalsSingleGeneration() {
    GenerationParams plain = params(List.of());
    GenerationParams adapted = params(List.of(new LoraWeight(LORA.toString(), 1)));
    List<RgbImage> together = generate("fp32", List.of(plain, adapted, plain));
    List<RgbImage> alone = generate("fp32", List.of(adapted));
    TestImages.assertWithinOneLevel(together.get(1), alone.get(0), 0.001);
    TestImages.assertWithinOneLevel(
        together.get(2), generate("fp32", List.of(plain)).get(0), 0.001);
    assertThat(TestImages.meanDifference(together.get(0), together.get(1))).isGreaterThan(1);
  }

  private List<RgbImage> generate(String precision, List<GenerationParams> batch) {
    PipelineOptions options = new PipelineOptions(precision, "", 0, "cpu", List.of(LORA), false);
    try (SanaPipeline pipeline = SanaPipeline.load(model, options)) {
      return pipeline.generateBatch(batch, BatchControl.reportingTo(ProgressListener.NONE)).stream()
          .map(result -> ((BatchResult.Done) result).result().images().get(0))
          .toList();
    }
  }

  private static GenerationParams params(List<LoraWeight> adapters) {
    RgbImage image = TestImages.read(Fixtures.path("conditioning/img2img-sprint/source.png"));
    byte[] mask = new byte[SIDE * SIDE];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (i % SIDE < 80 ? 255 : 0);
    }
    SourceImage source =
        new SourceImage(image, Optional.of(new MaskImage(SIDE, SIDE, mask)), 0.9, false);
    return new GenerationParams(
            "a fox", "blurry", SIDE, SIDE, 4, 3, 11, 1, SolverKind.FLOW_DPM, false, true, adapters)
        .withConditioning(
            Conditioning.NONE
                .withSource(source)
                .withControl(new ControlImage("", image, 0.7, GuidanceInterval.ALL_STEPS))
                .withPerturbedAttention(new PerturbedAttention(1.5, 0.001, List.of(1))));
  }
}
