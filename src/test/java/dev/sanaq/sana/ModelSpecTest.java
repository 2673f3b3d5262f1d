package dev.sanaq.sana;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.config.QkNorm;
import dev.sanaq.checkpoint.config.SchedulerConfig;
import dev.sanaq.checkpoint.config.TransformerConfig;
import dev.sanaq.image.ImageSize;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The generated size for a requested size. */
class ModelSpecTest {
  @Test
  void generatedSize_binned_isPublishedAspect() {
    assertThat(spec(32, 1).generatedSize(requested(650, 640, true)))
        .isEqualTo(new ImageSize(512, 512));
    assertThat(spec(32, 1).generatedSize(requested(16, 15, true)))
        .isEqualTo(new ImageSize(480, 512));
  }

  @Test
  void generatedSize_binnedNotMultiple_roundsDownToLatents() {
    assertThat(spec(64, 1).generatedSize(requested(16, 15, true)))
        .isEqualTo(new ImageSize(448, 512));
  }

  @Test
  void generatedSize_binNotDivisibleByPatch_throws() {
    assertThat(spec(32, 2).generatedSize(requested(64, 64, true)))
        .isEqualTo(new ImageSize(512, 512));
    assertThatThrownBy(() -> spec(32, 2).generatedSize(requested(16, 15, true)))
        .isInstanceOf(UnsupportedSizeException.class)
        .hasMessageContaining("512x480")
        .hasMessageContaining("patches of 64 pixels");
    assertThatThrownBy(() -> spec(2048, 1).generatedSize(requested(64, 64, true)))
        .isInstanceOf(UnsupportedSizeException.class);
  }

  @Test
  void generatedSize_aboveMaxPixels_throws() {
    assertThatThrownBy(() -> spec(32, 1).generatedSize(requested(60_000, 60_000, true)))
        .isInstanceOf(UnsupportedSizeException.class)
        .hasMessageContaining("at most 178956970 pixels");
    assertThatThrownBy(() -> spec(32, 1).generatedSize(requested(2_147_483_616, 32 << 10, false)))
        .isInstanceOf(UnsupportedSizeException.class);
    assertThat(spec(32, 1).generatedSize(requested(4096, 4096, false)))
        .isEqualTo(new ImageSize(4096, 4096));
  }

  private static BatchKey requested(int width, int height, boolean binning) {
    return new BatchKey(
        width, height, 1, SolverKind.FLOW_EULER, binning, false, GuidanceInterval.ALL_STEPS);
  }

  private static ModelSpec spec(int compression, int patchSize) {
    TransformerConfig transformer =
        new TransformerConfig(
            4,
            4,
            2,
            8,
            1,
            2,
            8,
            16,
            16,
            2.5,
            0,
            false,
            16,
            patchSize,
            false,
            1e-6,
            OptionalDouble.empty(),
            false,
            0.1,
            QkNorm.NONE,
            1);
    SchedulerConfig scheduler = new SchedulerConfig.FlowEuler(1000, 3);
    SolverKind solver = SolverKind.FLOW_EULER;
    ModelInfo info =
        new ModelInfo(
            "tiny",
            compression,
            512,
            512,
            28,
            4.5,
            GuidanceInterval.ALL_STEPS,
            solver,
            Set.of(solver),
            List.of(),
            "cpu",
            "fp32");
    return new ModelSpec(transformer, compression, scheduler, info);
  }
}
