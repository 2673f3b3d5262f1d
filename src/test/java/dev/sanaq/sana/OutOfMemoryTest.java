package dev.sanaq.sana;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static dev.sanaq.sana.TestGenerationParams.singleImage;
import static dev.sanaq.sana.TestGenerationParams.withCount;
import static dev.sanaq.sana.TestGenerationParams.withSize;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.pipeline.PipelineProbe;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.LiveValues;
import dev.sanaq.torch.ScriptValue;
import dev.sanaq.torch.Torch;
import dev.sanaq.torch.TorchException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Running out of memory leads to smaller passes and smaller tiles, and leaves the pipeline usable.
 * Most tests throw the engine's exception at a chosen step; one makes the engine itself run out.
 */
class OutOfMemoryTest {
  /** Allocates a tensor larger than the address space. */
  private static final PipelineProbe IMPOSSIBLE_ALLOCATION =
      (done, latents) -> Torch.normal(0, 1, 1L << 60).forEach(ScriptValue::close);

  private SanaPipeline pipeline;

  @BeforeEach
  void load() {
    pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32");
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  @Test
  void denoise_outOfMemory_halvesBatchUntilItFits() {
    GenerationParams five = withCount(fox(70), 5);
    List<Long> together = new ArrayList<>();
    List<String> progress = new ArrayList<>();
    GenerationResult result =
        pipeline.generate(
            five,
            (done, steps) -> progress.add(done + "/" + steps),
            new BatchMemoryLimit(1, 2, together));
    assertThat(together).containsExactly(5L, 5L, 2L, 2L, 2L, 2L, 2L, 2L, 1L, 1L, 1L);
    assertThat(progress)
        .containsExactly(
            "0/3", "1/3", "1/9", "2/9", "3/9", "4/9", "5/9", "6/9", "7/9", "8/9", "9/9");
    assertEqualsSingleGeneration(five, result);
    assertThat(pipeline.maxBatchImages(BatchKey.of(five))).isEqualTo(2);
    assertThat(pipeline.maxBatchImages(BatchKey.of(withSize(five, 96, 64)))).isGreaterThan(2);
  }

  @Test
  void denoise_heapOutOfMemory_halvesBatch() {
    GenerationParams two = withCount(fox(70), 2);
    GenerationResult result =
        pipeline.generate(
            two,
            ProgressListener.NONE,
            (done, latents) -> {
              if (latents.shape()[0] > 1) {
                throw new OutOfMemoryError("Java heap space");
              }
            });
    assertEqualsSingleGeneration(two, result);
  }

  @Test
  void denoise_singleImageOutOfMemory_throwsAndPipelineUsable() {
    RgbImage before = generate(fox(1));
    assertThatThrownBy(
            () ->
                pipeline.generate(
                    withCount(fox(1), 4),
                    ProgressListener.NONE,
                    new BatchMemoryLimit(2, 0, new ArrayList<>())))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("single image of 64x64")
        .hasMessageContaining("CUDA out of memory");
    assertThat(generate(fox(1)).samples()).isEqualTo(before.samples());
  }

  @Test
  void denoise_engineCannotAllocate_throwsAndPipelineUsable() {
    RgbImage before = generate(fox(1));
    assertThatThrownBy(
            () -> pipeline.generate(fox(1), ProgressListener.NONE, IMPOSSIBLE_ALLOCATION))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("can't allocate memory");
    assertThat(generate(fox(1)).samples()).isEqualTo(before.samples());
  }

  @Test
  void decode_outOfMemory_retriesInSmallerTiles() {
    GenerationParams long1 = withSize(fox(3), 1056, 64);
    RgbImage whole = generate(long1);
    TileMemoryLimit tiles = new TileMemoryLimit(512);
    RgbImage tiled = pipeline.generate(long1, ProgressListener.NONE, tiles).images().get(0);
    assertThat(tiles.triedTiles).containsExactly(0, 896, 512);
    assertThat(TestImages.meanDifference(tiled, whole)).isLessThan(8);

    TileMemoryLimit again = new TileMemoryLimit(512);
    pipeline.generate(long1, ProgressListener.NONE, again);
    assertThat(again.triedTiles).as("what failed is not tried again").containsExactly(512);
  }

  @Test
  void decode_smallestTilesOutOfMemory_throwsAndPipelineUsable() {
    RgbImage before = generate(fox(1));
    TileMemoryLimit nothing = new TileMemoryLimit(-1);
    assertThatThrownBy(
            () -> pipeline.generate(withSize(fox(3), 544, 64), ProgressListener.NONE, nothing))
        .isInstanceOf(DeviceMemoryException.class)
        .hasMessageContaining("544x64");
    assertThat(nothing.triedTiles).as("no tiles larger than the image").containsExactly(0, 512);
    assertThat(generate(fox(1)).samples()).isEqualTo(before.samples());
  }

  @Test
  void denoise_otherEngineFailure_isNotRetried() {
    List<Integer> steps = new ArrayList<>();
    PipelineProbe fails =
        (done, latents) -> {
          steps.add(done);
          throw new TorchException("device-side assert triggered", new IllegalStateException());
        };
    assertThatThrownBy(() -> pipeline.generate(withCount(fox(1), 4), ProgressListener.NONE, fails))
        .isInstanceOf(TorchException.class)
        .hasMessageContaining("assert");
    assertThat(steps).containsExactly(1);
  }

  @Test
  void generate_anyFailure_releasesNativeMemory() {
    long before = LiveValues.count();
    for (int step = 0; step < 3; step++) {
      PipelineProbe runsOut = new BatchMemoryLimit(step, 0, new ArrayList<>());
      assertThatThrownBy(
              () -> pipeline.generate(withCount(fox(1), 3), ProgressListener.NONE, runsOut))
          .isInstanceOf(DeviceMemoryException.class);
    }
    assertThatThrownBy(
            () -> pipeline.generate(fox(1), ProgressListener.NONE, new TileMemoryLimit(-1)))
        .isInstanceOf(DeviceMemoryException.class);
    assertThatThrownBy(
            () -> pipeline.generate(fox(1), ProgressListener.NONE, IMPOSSIBLE_ALLOCATION))
        .isInstanceOf(DeviceMemoryException.class);
    pipeline.generate(withCount(fox(1), 2), ProgressListener.NONE);
    assertThat(LiveValues.count()).isEqualTo(before);
  }

  private RgbImage generate(GenerationParams params) {
    return pipeline.generate(params, ProgressListener.NONE).images().get(0);
  }

  private void assertEqualsSingleGeneration(GenerationParams params, GenerationResult result) {
    assertThat(result.images()).hasSize(params.count());
    for (int i = 0; i < params.count(); i++) {
      TestImages.assertWithinOneLevel(
          result.images().get(i), generate(singleImage(params, i)), 0.001);
    }
  }

  private static TorchException cudaOutOfMemory() {
    return new TorchException(
        "CUDA out of memory. Tried to allocate 2.00 GiB.", new IllegalStateException());
  }

  /** Limits the images of a pass from a step on, and records the images of each step. */
  private record BatchMemoryLimit(int fromStep, int maxImages, List<Long> batchSizes)
      implements PipelineProbe {
    @Override
    public void onStepEnd(int done, ScriptValue latents) {
      long rows = latents.shape()[0];
      batchSizes.add(rows);
      if (done > fromStep && rows > maxImages) {
        throw cudaOutOfMemory();
      }
    }
  }

  /** Memory holds only tiles of this side. */
  private static final class TileMemoryLimit implements PipelineProbe {
    private final List<Integer> triedTiles = new ArrayList<>();
    private final int fittingTile;

    TileMemoryLimit(int side) {
      this.fittingTile = side;
    }

    @Override
    public void onStepEnd(int done, ScriptValue latents) {}

    @Override
    public void onDecode(int tile) {
      triedTiles.add(tile);
      if (tile != fittingTile) {
        throw cudaOutOfMemory();
      }
    }
  }
}
